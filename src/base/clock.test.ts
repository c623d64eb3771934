import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { after, fullClock, realClock, type Sleeper } from "./clock.js";
import { bounded, deadlineOf } from "./deadline.js";
import { onAbort } from "./on-abort.js";

const never = new Promise<string>(() => {});

describe("with simulated timers", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  test("a pause removes its listener when it is over, and rejects immediately with the signal's reason", async () => {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    const first = realClock.pause(1000, controller.signal);
    await vi.advanceTimersByTimeAsync(1000);
    await first;
    expect(removed).toHaveBeenCalledOnce();
    const second = realClock.pause(1000, controller.signal);
    controller.abort("enough");
    await expect(second).rejects.toBe("enough");
    await expect(realClock.pause(1000, controller.signal)).rejects.toBe("enough");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a pause can be woken until it is over, and leaves no timer", async () => {
    const sleeper: Sleeper = {};
    const woken = realClock.pause(1234, undefined, { sleeper });
    sleeper.wake?.();
    await woken;
    expect([sleeper.wake, vi.getTimerCount()]).toEqual([undefined, 0]);
    const slept = realClock.pause(1234, undefined, { sleeper });
    await vi.advanceTimersByTimeAsync(1234);
    await slept;
    expect(sleeper.wake).toBeUndefined();
    const controller = new AbortController();
    const aborted = realClock.pause(1234, controller.signal, { sleeper });
    controller.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    expect([sleeper.wake, vi.getTimerCount()]).toEqual([undefined, 0]);
    await expect(realClock.pause(0, AbortSignal.abort("before"), { sleeper })).rejects.toBe("before");
    expect(sleeper.wake).toBeUndefined();
  });

  test("a timer of more than 24 days never fires, but one that is a millisecond shorter does", () => {
    const timers = [2 ** 31, 2 ** 31 - 1].map((milliseconds) => after(milliseconds, () => {}));
    expect(timers.map((timer) => timer === undefined)).toEqual([true, false]);
    expect(vi.getTimerCount()).toBe(1);
  });

  test("a deadline ends one turn of the event loop after its time is up, and says so", async () => {
    const deadline = deadlineOf(undefined, 500);
    await vi.advanceTimersByTimeAsync(499);
    expect([deadline.signal.aborted, deadline.expired]).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(2);
    expect([deadline.signal.aborted, deadline.expired]).toEqual([true, true]);
  });

  test("a distant deadline sets no timer, and a cleared one leaves none", () => {
    for (const far of [2 ** 40, Number.POSITIVE_INFINITY])
      expect(deadlineOf(undefined, far).signal.aborted).toBe(false);
    deadlineOf(undefined, 500).clear();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a user's clock", () => {
  test("measures durations by its monotonic time if it has one", () => {
    const monotonic = vi.fn(() => 5);
    const clock = fullClock({ ...realClock, now: () => expect.unreachable(), monotonic });
    const began = clock.monotonic();
    monotonic.mockReturnValue(12);
    expect(clock.monotonic() - began).toBe(7);
  });

  test("never goes back, and continues from the same time, if it is set back", () => {
    const dates = [1000, 2000, -5000, -4000].values();
    const { monotonic } = fullClock({ now: () => dates.next().value ?? 0, pause: async () => {}, random: () => 0.5 });
    expect(Array.from({ length: 4 }, monotonic)).toEqual([0, 1000, 1000, 2000]);
  });
});

test("a signal has one listener, however many callers use it, and none once the last has left", () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  const [one, two] = [onAbort(signal, () => {}), onAbort(signal, () => {})];
  expect(added.mock.calls.map(([name, , options]) => [name, options])).toEqual([["abort", { once: true }]]);
  for (const off of [one, one]) off();
  expect(removed).not.toHaveBeenCalled();
  for (const off of [two, two]) off();
  expect(removed).toHaveBeenCalledOnce();
  onAbort(signal, () => {});
  expect(added).toHaveBeenCalledTimes(2);
});

describe("a race against a deadline", () => {
  test("settles like the promise", async () => {
    const deadline = deadlineOf(undefined, 60_000);
    expect(await deadline.race(Promise.resolve("there"))).toBe("there");
    deadline.clear();
  });

  test("ends when its time is up", async () => {
    await expect(deadlineOf(undefined, 1).race(never)).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("ends with the reason of the caller's signal, even if it has already aborted", async () => {
    const controller = new AbortController();
    const deadline = deadlineOf(controller.signal, 60_000);
    const racing = deadline.race(never);
    controller.abort("mine");
    await expect(racing).rejects.toBe("mine");
    expect([deadline.signal.reason, deadline.expired]).toEqual(["mine", false]);
    // Even if the promise has already settled.
    const aborted = deadlineOf(AbortSignal.abort("before"), Number.POSITIVE_INFINITY);
    await expect(aborted.race(Promise.resolve("there"))).rejects.toBe("before");
  });
});

describe("a bounded promise", () => {
  test("settles like the promise, or with undefined if it takes too long", async () => {
    expect(await bounded(Promise.resolve("there"), 60_000)).toBe("there");
    await expect(bounded(Promise.reject(new Error("broken")), 60_000)).rejects.toThrow("broken");
    expect(await bounded(never, 1)).toBeUndefined();
  });

  test("ends with the reason of a signal", async () => {
    await expect(bounded(never, Number.POSITIVE_INFINITY, AbortSignal.abort("mine"))).rejects.toBe("mine");
  });
});
