/** One gate for all calls of a sort: in order, within a budget, slower after a refusal and faster again. In simulated time. */
import { describe, expect, test } from "vitest";
import { createRateLimiter } from "../src/http/rate-limiter.js";
import { ApiError } from "../src/index.js";
import { seeded, simulatedClock } from "./helpers/simulated-clock.js";

const refusal = (retryAfter?: number) =>
  new ApiError("too fast", { kind: "rate_limited", retryable: true, status: 200, code: 1002, retryAfter });

/** Calls that note when they began, in seconds since the start. */
function notebook(options?: Parameters<typeof createRateLimiter>[1]) {
  const clock = simulatedClock(seeded(4));
  const gate = createRateLimiter(clock, options);
  const start = clock.now();
  const began: number[] = [];
  const seconds = () => (clock.now() - start) / 1000;
  const call = async () => void began.push(seconds());
  return { clock, gate, began, seconds, call };
}

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe("a gate", () => {
  test("gives what the call gives, and its error", async () => {
    const { gate } = notebook();
    expect(await gate(async () => 7)).toBe(7);
    const fault = new Error("mine");
    expect(await caught(gate(() => Promise.reject(fault)))).toBe(fault);
    expect(await gate(async () => 8)).toBe(8);
  });

  test("keeps to its budget however many come, apart from a burst, and in their order", async () => {
    const { clock, gate, began, seconds } = notebook({ perMinute: 60 });
    const order: number[] = [];
    await clock.until(
      Promise.all(
        times(200, (index) =>
          gate(async () => {
            order.push(index);
            began.push(seconds());
          }),
        ),
      ),
    );
    expect(order).toEqual(times(200, (index) => index));
    for (const from of began) expect(began.filter((at) => at >= from && at < from + 60).length).toBeLessThanOrEqual(81);
    expect(seconds()).toBeGreaterThan(175);
    expect(seconds()).toBeLessThan(182);
  });

  test("lets no more pass at once than it may", async () => {
    const { clock, gate } = notebook({ atOnce: 3 });
    let now = 0;
    let most = 0;
    const call = async () => {
      most = Math.max(most, ++now);
      await clock.pause(1000);
      now--;
    };
    await clock.until(Promise.all(times(10, () => gate(call))));
    expect(most).toBe(3);
  });

  test("lets nobody pass for a while after a refusal, and nobody before Retry-After", async () => {
    const { clock, gate, began, call } = notebook();
    await caught(gate(() => Promise.reject(refusal(7000))));
    await clock.until(gate(call));
    expect(began).toEqual([7]);
    await clock.until(caught(gate(() => Promise.reject(refusal(3_600_000)))));
    await clock.until(gate(call));
    expect(began[1]).toBeCloseTo(67, 0);
  });

  test("holds back who was about to pass when a refusal comes in", async () => {
    const { clock, gate, began, call } = notebook({ perMinute: 60 });
    await clock.until(Promise.all(times(20, () => gate(call))));
    const late = caught(gate(() => clock.pause(500).then(() => Promise.reject(refusal(30_000)))));
    const next = gate(call);
    await clock.until(Promise.all([late, next]));
    expect(began.at(-1)).toBeGreaterThan(30);
  });

  test("waits longer with each refusal in a row, and takes one for all that were under way", async () => {
    const { clock, gate, seconds } = notebook();
    const at: number[] = [];
    const refused = () =>
      caught(
        gate(() => {
          at.push(seconds());
          return Promise.reject(refusal());
        }),
      );
    await clock.until(Promise.all(times(8, refused)));
    expect(at.slice(0, 8)).toEqual(times(8, () => 0));
    for (let turn = 0; turn < 6; turn++) await clock.until(refused());
    const pauses = at.slice(8).map((time, index) => time - (at[7 + index] as number));
    expect(pauses[0]).toBeLessThan(0.6);
    for (const [index, pause] of pauses.entries())
      if (index) expect(pause).toBeGreaterThan(pauses[index - 1] as number);
    expect(pauses.at(-1)).toBeLessThanOrEqual(30);
  });

  test("goes slower after a refusal, and faster again with each success", async () => {
    const { clock, gate, began, call } = notebook();
    await caught(gate(() => Promise.reject(refusal())));
    await clock.until(Promise.all(times(400, () => gate(call))));
    const gaps = began.slice(1).map((time, index) => time - (began[index] as number));
    expect(gaps[0]).toBeGreaterThan(0.2);
    expect(gaps[40]).toBeLessThan((gaps[0] as number) * 0.6);
    expect(gaps.at(-1)).toBe(0);
  });

  test("serves a limit that it is not told: few refusals, little time lost", async () => {
    const { clock, gate, seconds } = notebook();
    const taken: number[] = [];
    let refusals = 0;
    const limited = async () => {
      if (taken.filter((at) => at > seconds() - 60).length < 20) return void taken.push(seconds());
      refusals++;
      throw refusal();
    };
    const patient = async (): Promise<void> => {
      for (;;) if ((await caught(gate(limited))) === undefined) return;
    };
    await clock.until(Promise.all(times(100, patient)));
    expect(taken.length).toBe(100);
    // The limit alone takes four minutes; the first hundred all come at once.
    expect(seconds()).toBeLessThan(400);
    expect(refusals).toBeLessThan(180);
  });

  test("ends a call that waits for its turn with the caller's reason, and lets the next one pass", async () => {
    const { clock, gate, began, call } = notebook({ atOnce: 1 });
    const controller = new AbortController();
    const first = gate(() => clock.pause(5000));
    const second = gate(call, controller.signal);
    const third = gate(call);
    controller.abort("enough");
    expect(await caught(second)).toBe("enough");
    await clock.until(Promise.all([first, third]));
    expect(began).toEqual([5]);
    expect(await caught(gate(call, AbortSignal.abort("before")))).toBe("before");
    expect(began.length).toBe(1);
  });
});
