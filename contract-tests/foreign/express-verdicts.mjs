/** Serves a spec with express-openapi-validator, posts every probe in probes.json to it, and prints whether each was taken. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import express from "express";
import * as validator from "express-openapi-validator";

const PATHS = { videoGeneration: "/v1/video_generation", videoGenerationV2Create: "/v2/video_generation" };
const app = express();
app.use(express.json());
app.use(validator.middleware({ apiSpec: process.argv[2], validateSecurity: false, validateRequests: true }));
for (const path of Object.values(PATHS)) app.post(path, (_, response) => response.json({}));
app.use((error, _, response, __) => response.status(error.status ?? 500).json({ message: error.message }));
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const taken = [];
for (const { operationId, body } of JSON.parse(readFileSync("probes.json", "utf8"))) {
  const { status } = await fetch(`http://127.0.0.1:${server.address().port}${PATHS[operationId]}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (![200, 400].includes(status)) throw new Error(`The validator answered ${status}`);
  taken.push(status === 200);
}
console.log(JSON.stringify(taken));
server.close();
