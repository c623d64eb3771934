/** Calls of one kind: in order, within a budget, slower after a refusal and then faster again. In simulated time. */
import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, OK } from "../../contract-tests/helpers/fake-fetch.js";
import { seeded, simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { ApiError, ConnectionError, createClient, type ServerOption, type Turn, type VideoRequest } from "../index.js";
import { createRateLimiter } from "./rate-limiter.js";

const refusal = (retryAfter?: number) =>
  new ApiError("too fast", { kind: "rate_limited", retryable: true, status: 200, code: 1002, retryAfter });

/** A limiter, and a call that records its start in seconds. */
function limited(options?: Parameters<typeof createRateLimiter>[1]) {
  const clock = simulatedClock(seeded(4));
  const limit = createRateLimiter(clock, options);
  const began: number[] = [];
  const seconds = () => clock.monotonic() / 1000;
  const call = async () => void began.push(seconds());
  /** A call that is rate limited. */
  const refuse = (retryAfter?: number) => failureOf(limit(() => Promise.reject(refusal(retryAfter))));
  return { clock, limit, began, seconds, call, refuse };
}
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

describe("a rate limiter", () => {
  test("forwards the result of a call, and its error", async () => {
    const { limit } = limited();
    const fault = new Error("mine");
    expect(await limit(async () => 7)).toBe(7);
    expect(await failureOf(limit(() => Promise.reject(fault)))).toBe(fault);
  });

  test("keeps within its budget and the order of the calls, except for a burst", async () => {
    const { clock, limit, began, call, seconds } = limited({ perMinute: 60 });
    const order: number[] = [];
    const calls = times(200, (index) => limit(() => call().then(() => order.push(index))));
    await clock.until(Promise.all(calls));
    expect(order).toEqual(times(200, (index) => index));
    for (const from of began) expect(began.filter((at) => at >= from && at < from + 60).length).toBeLessThanOrEqual(81);
    expect(seconds()).toBeGreaterThan(175);
    expect(seconds()).toBeLessThan(182);
  });

  test.each<[string, unknown, number]>([
    ["a fault of the service", new ApiError("down", { kind: "service", retryable: true, status: 500 }), 20],
    ["a lost reply", new ConnectionError("broken", { sent: "maybe" }), 20],
    ["an abort while it was under way", new DOMException("stop", "AbortError"), 20],
    ["a call that never left", new ConnectionError("no such host", { sent: "no" }), 0],
  ])("counts a failed call, unless nothing was sent: %s", async (_, error, seconds) => {
    const { clock, limit, began, call } = limited({ perMinute: 60 });
    for (let turn = 0; turn < 20; turn++) await failureOf(limit(() => Promise.reject(error)));
    await clock.until(limit(call));
    expect(began).toEqual([seconds]);
  });

  test("runs no more concurrent calls than allowed", async () => {
    const { clock, limit } = limited({ atOnce: 3 });
    let underWay = 0;
    let most = 0;
    const call = async () => {
      most = Math.max(most, ++underWay);
      await clock.pause(1000);
      underWay--;
    };
    await clock.until(Promise.all(times(10, () => limit(call))));
    expect(most).toBe(3);
  });

  test("pauses after a refusal for as long as Retry-After says, but at most a minute", async () => {
    const { clock, limit, began, call, refuse } = limited();
    await refuse(7000);
    await clock.until(limit(call));
    expect(began).toEqual([7]);
    await clock.until(refuse(3_600_000));
    await clock.until(limit(call));
    expect(began[1]).toBeCloseTo(67, 0);
  });

  test("also pauses if the refusal is the cause of another error", async () => {
    const { clock, limit, began, call } = limited();
    const named = new Error("it names a task", { cause: refusal(7000) });
    expect(await failureOf(limit(() => Promise.reject(named)))).toBe(named);
    await clock.until(limit(call));
    expect(began).toEqual([7]);
  });

  test("delays a call that was about to start when a refusal arrives", async () => {
    const { clock, limit, began, call } = limited({ perMinute: 60 });
    await clock.until(Promise.all(times(19, () => limit(call))));
    const late = failureOf(limit(() => clock.pause(500).then(() => Promise.reject(refusal(30_000)))));
    await clock.until(Promise.all([late, limit(call)]));
    expect(began.at(-1)).toBeGreaterThan(30);
  });

  test("waits longer with each consecutive refusal, and counts those of calls under way as one", async () => {
    const { clock, limit, seconds } = limited();
    const at: number[] = [];
    const refuse = () =>
      failureOf(
        limit(() => {
          at.push(seconds());
          return Promise.reject(refusal());
        }),
      );
    await clock.until(Promise.all(times(8, refuse)));
    expect(at).toEqual(times(8, () => 0));
    for (let turn = 0; turn < 6; turn++) await clock.until(refuse());
    const pauses = at.slice(8).map((time, index) => time - (at[7 + index] as number));
    expect(pauses[0]).toBeLessThan(0.6);
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
    expect(pauses.at(-1)).toBeLessThanOrEqual(30);
  });

  test("goes slower after a refusal, and faster again with each success", async () => {
    const { clock, limit, began, call, refuse } = limited();
    await refuse();
    await clock.until(Promise.all(times(400, () => limit(call))));
    const gaps = began.slice(1).map((time, index) => time - (began[index] as number));
    expect(gaps[0]).toBeGreaterThan(0.2);
    expect(gaps[40]).toBeLessThan((gaps[0] as number) * 0.6);
    expect(gaps.at(-1)).toBe(0);
  });

  test.each([
    [0.02, 1.25],
    [0.05, 1.5],
    [0.1, 1.5],
    [0.2, 2.5],
  ])("with a share of %d of the calls refused at random, takes less than %d times as long (I7)", async (share, most) => {
    const secondsWith = async (seed: number, refused: number) => {
      const { clock, limit, seconds } = limited({ perMinute: 600 });
      const random = seeded(seed);
      const call = async () => {
        await clock.pause(200);
        if (random() < refused) throw refusal();
      };
      const patient = async (): Promise<unknown> => limit(call).catch(patient);
      await clock.until(Promise.all(times(300, patient)));
      return seconds();
    };
    const seeds = times(10, (index) => index);
    const totals = await Promise.all(
      [0, share].map((refused) => Promise.all(seeds.map((seed) => secondsWith(seed, refused)))),
    );
    const [calm = 0, strayed = 0] = totals.map((all) => all.reduce((sum, one) => sum + one, 0));
    expect(strayed / calm).toBeGreaterThan(1);
    expect(strayed / calm).toBeLessThan(most);
  });

  test("finds an unknown limit with few refusals and little lost time", async () => {
    const { clock, limit, seconds } = limited();
    const taken: number[] = [];
    let refusals = 0;
    const call = async () => {
      if (taken.filter((at) => at > seconds() - 60).length < 20) return taken.push(seconds());
      refusals++;
      throw refusal();
    };
    const patient = async (): Promise<unknown> => limit(call).catch(patient);
    await clock.until(Promise.all(times(100, patient)));
    // The limit alone takes four minutes. The first hundred calls all come at once.
    expect(seconds()).toBeLessThan(400);
    expect(refusals).toBeLessThan(180);
  });

  test("ends a queued call with the caller's reason, and continues with the next one", async () => {
    const { clock, limit, began, call } = limited({ atOnce: 1 });
    const controller = new AbortController();
    const first = limit(() => clock.pause(5000));
    const second = limit(call, controller.signal);
    const third = limit(call);
    controller.abort("enough");
    expect(await failureOf(second)).toBe("enough");
    await clock.until(Promise.all([first, third]));
    expect(await failureOf(limit(call, AbortSignal.abort("before")))).toBe("before");
    expect(began).toEqual([5]);
  });

  test("removes a queued call whose sleeper is woken", async () => {
    const { clock, limit, began, call } = limited({ atOnce: 1 });
    const first = limit(() => clock.pause(5000));
    const sleeper: { wake?: () => void } = {};
    const second = limit(call, undefined, Infinity, sleeper);
    sleeper.wake?.();
    expect(await second).toBeUndefined();
    await clock.until(first);
    expect(began).toEqual([]);
  });
});

describe("a rate limiter with a shared budget", () => {
  /** A budget that returns these turns, then repeats the last one, and records which calls counted. */
  function sharing(...waits: number[]) {
    const counted: boolean[] = [];
    let asked = 0;
    const shared = async (): Promise<Turn> => {
      const wait = waits[asked++] ?? 0;
      if (Number.isNaN(wait)) throw new Error("the budget is down");
      return wait > 0 ? { wait } : { end: (counts) => void counted.push(counts) };
    };
    return { ...limited({ shared, perMinute: 1 }), counted, asked: () => asked };
  }

  test("asks before each call, and has no budget of its own", async () => {
    const { clock, limit, began, call, asked } = sharing();
    await clock.until(Promise.all(times(30, () => limit(call))));
    expect([began, asked()]).toEqual([times(30, () => 0), 30]);
  });

  test("waits as long as the budget says, and asks again", async () => {
    const { clock, limit, began, call } = sharing(0, 7000, 500);
    await clock.until(Promise.all(times(2, () => limit(call))));
    expect(began).toEqual([0, 7.5]);
  });

  test("reports which calls the service may have counted", async () => {
    const { clock, limit, call, counted } = sharing();
    const unsent = new ConnectionError("down", { sent: "no" });
    for (const error of [refusal(), new Error("cut"), unsent])
      await clock.until(failureOf(limit(() => Promise.reject(error))));
    await clock.until(limit(call));
    expect(counted).toEqual([false, true, false, true]);
  });

  test("rejects a call if the budget fails, and continues with the next one", async () => {
    const { clock, limit, began, call } = sharing(Number.NaN);
    const first = failureOf(limit(call));
    const second = limit(call);
    expect(await clock.until(first)).toMatchObject({ message: "the budget is down" });
    await clock.until(second);
    expect(began).toHaveLength(1);
  });

  test("returns a turn whose caller has left meanwhile", async () => {
    const { limit, began, call, counted } = sharing();
    const stop = new AbortController();
    const gone = failureOf(limit(call, stop.signal));
    stop.abort("enough");
    expect(await gone).toBe("enough");
    await vi.waitFor(() => expect(counted).toEqual([false]));
    expect(began).toEqual([]);
  });
});

describe("a client with a shared budget", () => {
  const FOX = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
  const H3 = { model: "MiniMax-H3", prompt: "a fox", duration: 5, resolution: "768P", ratio: "16:9" } as const;
  const own = "https://gateway.example";

  test.each<[ServerOption, VideoRequest, object, [string, number][]]>([
    [
      "global",
      FOX,
      {},
      [
        ["global creates v1", 20],
        ["global queries", 480],
      ],
    ],
    [
      "china",
      FOX,
      {},
      [
        ["china creates v1", 20],
        ["china queries", 480],
      ],
    ],
    [
      "global",
      H3,
      {},
      [
        ["global creates v2", 300],
        ["global queries", 480],
      ],
    ],
    [
      "global",
      FOX,
      { createsPerMinute: 3, queriesPerMinute: 7 },
      [
        ["global creates v1", 3],
        ["global queries", 7],
      ],
    ],
    // Their limits are unknown.
    ["quickrouter", FOX, {}, [["quickrouter queries", 480]]],
    [own, FOX, {}, [[`${own} queries`, 480]]],
    [
      own,
      FOX,
      { createsPerMinute: 3 },
      [
        [`${own} creates v1`, 3],
        [`${own} queries`, 480],
      ],
    ],
  ])("of %s asks for the turn of each call: %j with %j", async (server, request, limits, asked) => {
    const { options, clock } = answers({ task_id: "7", ...OK }, { task: { id: "7", status: "failed" } });
    const taken: unknown[] = [];
    const budget = {
      async take(...call: [string, number]): Promise<Turn> {
        taken.push(call);
        return { end() {} };
      },
    };
    const { videos } = createClient({ ...options, ...limits, server, budget });
    await clock.until(failureOf(videos.generate(request)));
    expect(taken).toEqual(asked);
  });

  test("ends its creates in time if the budget never answers, and gives turns back that come too late", async () => {
    const { options, sent, clock } = answers({ task_id: "7", ...OK });
    const late: ((turn: Turn) => void)[] = [];
    const budget = { take: () => new Promise<Turn>((resolve) => late.push(resolve)) };
    const { videos } = createClient({ ...options, budget, timeout: 60 });
    const began = performance.now();
    const failures = await clock.until(Promise.all(times(5, () => failureOf(videos.create(FOX)))));
    expect(performance.now() - began).toBeLessThan(1000);
    const message = "budget.take() did not answer within 0.03 s. Nothing was sent";
    for (const error of failures) expect(error).toMatchObject({ name: "ConnectionError", sent: "no", message });
    const ended: boolean[] = [];
    for (const resolve of late) resolve({ end: (counts) => void ended.push(counts) });
    await vi.waitFor(() => expect(ended).toEqual([false, false]));
    expect(sent).toEqual([]);
  });

  test("goes on waiting for a task if the budget does not answer for a while", async () => {
    const { options, clock } = answers({ task_id: "7", status: "Success", file_id: "9", ...OK });
    let asked = 0;
    const budget = { take: async (): Promise<Turn> => (asked++ < 4 ? new Promise(() => {}) : { end() {} }) };
    const { videos } = createClient({ ...options, budget, timeout: 40 });
    expect(await clock.until(videos.task("7").wait())).toMatchObject({ fileId: "9" });
  });

  test.each<[unknown]>([
    [undefined],
    [{}],
    [{ wait: Number.NaN }],
    [{ wait: Number.POSITIVE_INFINITY }],
    [{ wait: "5" }],
  ])("sends nothing if the budget gives no turn, but %j", async (turn) => {
    const { options, sent } = answers({ task_id: "7", ...OK });
    const budget = { take: async () => turn as Turn };
    const error = await failureOf(createClient({ ...options, budget }).videos.create(FOX));
    expect(error).toMatchObject({
      name: "MiniMaxError",
      message: expect.stringMatching(/^budget\.take\(\) did not return a turn.*Nothing was sent$/),
    });
    expect(sent).toEqual([]);
  });

  test("that throws at once makes only that call fail, and one whose end() throws none", async () => {
    const { options, sent } = answers({ task_id: "7", ...OK });
    const fail = () => {
      throw new Error("mine");
    };
    let calls = 0;
    const budget = { take: () => (calls++ === 0 ? fail() : Promise.resolve({ end: fail })) };
    const { videos } = createClient({ ...options, budget });
    expect((await failureOf(videos.create(FOX))).message).toBe("mine");
    expect((await videos.create(FOX)).id).toBe("7");
    expect(sent).toHaveLength(1);
  });
});
