import { afterEach, expect, test, vi } from "vitest";
import { judgeReply } from "./reply-judge.js";
import { createTarget } from "./target-server.js";

afterEach(() => {
  vi.useRealTimers();
});

/** Answers nothing, like a server that has forgotten the request. */
const silent: typeof fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
  });

test("a reply that never comes is given up after two minutes, and is a finding", async () => {
  vi.useFakeTimers();
  const target = createTarget({ server: "global", apiKey: "k", free: true, fetch: silent });
  const asked = target.ask("listFiles", { parameters: { purpose: "video_generation_input" } });
  await vi.advanceTimersByTimeAsync(120_000);
  const exchange = await asked;
  expect(judgeReply(exchange, target)[0]).toMatchObject({
    operationId: "listFiles",
    kind: "server error",
    finding: { saw: "no reply (it took longer than two minutes)", request: expect.stringMatching(/^GET https:/) },
  });
});

test("a request that the caller withdraws is not held against the server", async () => {
  const controller = new AbortController();
  const target = createTarget({ server: "global", apiKey: "k", free: true, fetch: silent, signal: controller.signal });
  const asked = target.ask("listFiles");
  controller.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  await target.settled();
  expect(target.exchanges().flatMap((exchange) => judgeReply(exchange, target))).toEqual([]);
});
