/** The server of bench/call.ts, in a separate process. Answers queries and creates with examples from the spec. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { parse } from "yaml";

/** Sent once the server listens. */
export interface Listening {
  baseUrl: string;
}

const [, , root = "."] = process.argv;

const query = reply("queryVideoGenerationTask", "processing");
const create = reply("videoGeneration", "success");

function reply(operation: string, example: string): string {
  const file = join(root, "openapi/examples", operation, "responses.yaml");
  return JSON.stringify(parse(readFileSync(file, "utf8"))[example].value);
}

const server = createServer(async (request, response) => {
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
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  process.send?.({ baseUrl: `http://127.0.0.1:${address.port}` } satisfies Listening);
});
// The benchmark was interrupted.
process.once("disconnect", () => process.exit());
