import { afterEach, describe, expect, test, vi } from "vitest";
import { readingOf } from "./read-exchange.js";
import { judgeReply } from "./reply-judge.js";
import { createTarget } from "./target-server.js";

afterEach(() => {
  vi.useRealTimers();
});

/** Never answers, like a server that has lost the request. */
const silent: typeof fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
  });

test("a missing reply times out after two minutes, and is a finding", async () => {
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

test("a request that the caller aborts is not a finding", async () => {
  const controller = new AbortController();
  const target = createTarget({ server: "global", apiKey: "k", free: true, fetch: silent, signal: controller.signal });
  const asked = target.ask("listFiles");
  controller.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  await target.settled();
  const readings = target.exchanges().map((exchange) => readingOf(exchange, target.server));
  expect(readings.length).toBe(1);
  expect(readings.flatMap((one) => judgeReply(one, target))).toEqual([]);
});

describe("a server that cannot be reached", () => {
  const refusal = (code: string) =>
    new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code}`), { code, syscall: "connect" }) });
  const blocked = new TypeError("fetch failed", { cause: new Error("bad port") });
  /** Sends ten requests to a server with these answers, the last of which is repeated. */
  async function askedOf(...answers: (Error | Response)[]) {
    const left = [...answers];
    const send = async () => {
      const [answer] = left.length > 1 ? left.splice(0, 1) : left;
      if (answer instanceof Error) throw answer;
      return (answer as Response).clone();
    };
    const target = createTarget({ server: "http://127.0.0.1:1", apiKey: "k", free: true, fetch: send });
    const faults: unknown[] = [];
    for (let turn = 0; turn < 10 && faults.length === 0; turn++)
      await target.ask("listFiles").catch((error: unknown) => faults.push(error));
    return { faults, asked: target.exchanges().length };
  }

  test.each([
    [refusal("ECONNREFUSED"), "http://127.0.0.1:1 refuses connections: nothing listens there"],
    [refusal("ENOTFOUND"), "http://127.0.0.1:1 cannot be reached (ENOTFOUND)"],
    [blocked, "http://127.0.0.1:1 cannot be reached (a port that fetch blocks)"],
  ])("is given up after three requests: $1", async (error, message) => {
    const { faults, asked } = await askedOf(error);
    expect(faults).toEqual([expect.objectContaining({ name: "ConnectionError", message, sent: "no" })]);
    expect(asked).toBe(3);
  });

  test("is given up after three requests that it answers with silence", async () => {
    vi.useFakeTimers();
    const target = createTarget({ server: "http://127.0.0.1:1", apiKey: "k", free: true, fetch: silent });
    const asked = Promise.allSettled([1, 2, 3].map(() => target.ask("listFiles")));
    await vi.advanceTimersByTimeAsync(120_000);
    const [, , last] = await asked;
    const message = "http://127.0.0.1:1 cannot be reached (TIMEOUT)";
    expect(last).toMatchObject({ reason: { name: "ConnectionError", message, sent: "maybe" } });
  });

  test("is not given up if it has answered once", async () => {
    expect(await askedOf(refusal("ECONNREFUSED"), Response.json({}), refusal("ECONNREFUSED"))).toEqual({
      faults: [],
      asked: 10,
    });
  });

  test("is not given up if a request may have been sent, even if it crashed the server", async () => {
    expect((await askedOf(new TypeError("fetch failed"), refusal("ECONNREFUSED"))).faults).toEqual([]);
  });
});
