import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { createClient } from "../client.js";

/** Reports each request and answers it after 100 milliseconds, in a thread of its own, which runs while this one is blocked. */
const SERVER = `
  const { parentPort } = require("node:worker_threads");
  const reply = JSON.stringify({ task_id: "106", base_resp: { status_code: 0, status_msg: "success" } });
  require("node:http")
    .createServer((request, response) => {
      parentPort.postMessage(request.url);
      if (!request.url.startsWith("/silent")) setTimeout(() => response.end(reply), 100);
    })
    .listen(0, "127.0.0.1", function () { parentPort.postMessage(this.address().port); });
`;
let worker: Worker;
let server: string;
beforeAll(async () => {
  worker = new Worker(SERVER, { eval: true });
  const [port] = await once(worker, "message");
  server = `http://127.0.0.1:${port}`;
});
afterAll(() => void worker.terminate());

/** Blocks this thread as soon as the server has received a request. */
async function blockOnRequest(milliseconds: number): Promise<void> {
  await once(worker, "message");
  await new Promise(setImmediate);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test("a create succeeds if its reply arrived while this thread was blocked until after the time-out", async () => {
  const { videos } = createClient({ apiKey: "any", server, timeout: 2000, maxRetries: 0 });
  const creating = videos.create({ model: "MiniMax-Hailuo-02", prompt: "a fox" });
  await blockOnRequest(2100);
  expect((await creating).id).toBe("106");
});

test("a time-out still ends a call to a server that stays silent while this thread is blocked", async () => {
  const { videos } = createClient({ apiKey: "any", server: `${server}/silent`, timeout: 500, maxRetries: 0 });
  const asking = failureOf(videos.task("7").status());
  await blockOnRequest(600);
  expect(await asking).toMatchObject({
    name: "ConnectionError",
    message: expect.stringContaining("did not answer in time"),
  });
});
