import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { createClient } from "../client.js";

/** Answers after 100 milliseconds, in a thread of its own, which runs while this one is stopped. */
const SERVER = `
  const reply = JSON.stringify({ task_id: "106", base_resp: { status_code: 0, status_msg: "success" } });
  require("node:http")
    .createServer((request, response) => request.url.startsWith("/silent") || setTimeout(() => response.end(reply), 100))
    .listen(0, "127.0.0.1", function () { require("node:worker_threads").parentPort.postMessage(this.address().port); });
`;
let worker: Worker;
let server: string;
beforeAll(async () => {
  worker = new Worker(SERVER, { eval: true });
  const [port] = await once(worker, "message");
  server = `http://127.0.0.1:${port}`;
});
afterAll(() => void worker.terminate());

test.each([
  5, 20, 50,
])("a create succeeds if its reply arrived while this thread was blocked from %i ms on until after the time-out", async (from) => {
  const { videos } = createClient({ apiKey: "any", server, timeout: 300, maxRetries: 0 });
  const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
  await videos.create(request); // loads everything
  const creating = videos.create(request);
  await new Promise((resolve) => setTimeout(resolve, from));
  await new Promise(setImmediate);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  expect((await creating).id).toBe("106");
});

test("a time-out still ends a call to a server that stays silent while this thread is blocked", async () => {
  const { videos } = createClient({ apiKey: "any", server: `${server}/silent`, timeout: 50, maxRetries: 0 });
  const asking = failureOf(videos.task("7").status());
  await new Promise(setImmediate);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  expect(await asking).toMatchObject({
    name: "ConnectionError",
    message: expect.stringContaining("did not answer in time"),
  });
});
