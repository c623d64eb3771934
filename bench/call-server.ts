/** The server of bench/call.ts, in a separate process. Answers queries and creates with examples from the spec. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { serve } from "./serve.js";

const [, , root = "."] = process.argv;

const query = reply("queryVideoGenerationTask", "processing");
const create = reply("videoGeneration", "success");

function reply(operation: string, example: string): string {
  const file = join(root, "openapi/examples", operation, "responses.yaml");
  return JSON.stringify(parse(readFileSync(file, "utf8"))[example].value);
}

serve(async (request, response) => {
  for await (const _ of request);
  // The reply to a query carries the task id of the query.
  const [, asked = ""] = request.url?.split("task_id=") ?? [];
  const body = request.method === "POST" ? create : query.replace(/(?<="task_id":")\d+/, asked);
  response.writeHead(200, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "trace-id": "0123456789abcdef0123456789abcdef",
  });
  response.end(body);
});
