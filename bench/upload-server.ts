/** The server of bench/upload.ts, in a separate process. Reads creates; below /hash, returns a hash of the body as the task id. */
import { createHash } from "node:crypto";
import { serve } from "./serve.js";

serve(async (request, response) => {
  const hash = request.url?.startsWith("/hash") ? createHash("sha256") : undefined;
  for await (const chunk of request) hash?.update(chunk);
  const task_id = hash ? BigInt(`0x${hash.digest("hex")}`).toString() : "106916112212032";
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ task_id, base_resp: { status_code: 0, status_msg: "success" } }));
});
