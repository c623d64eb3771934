import { describe, expect, test, vi } from "vitest";
import { after, realClock, type Sleeper } from "./clock.js";
import { bounded, deadlineOf } from "./deadline.js";
import { onAbort } from "./on-abort.js";

describe("a pause", () => {
  test("ends with the signal's reason at once, and lets go of the signal when it is over", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const controller = new AbortController();
      const removed = vi.spyOn(controller.signal, "removeEventListener");
      const first = realClock.pause(1000, controller.signal);
      await vi.advanceTimersByTimeAsync(1000);
      await first;
      expect(removed).toHaveBeenCalledOnce();
      const set = vi.spyOn(globalThis, "setTimeout");
      const clear = vi.spyOn(globalThis, "clearTimeout");
      const second = realClock.pause(1000, controller.signal);
      controller.abort("enough");
      await expect(second).rejects.toBe("enough");
      // Timers of other tests may be pending, so this one is told by its value.
      expect(clear).toHaveBeenCalledWith(set.mock.results[0]?.value);
      await expect(realClock.pause(1000, controller.signal)).rejects.toBe("enough");
    } finally {
      vi.restoreAllMocks();
      vi.useRealTimers();
    }
  });
});

describe("a pause that may be ended before", () => {
  test("wakes at once, and no more when it is over", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const set = vi.spyOn(globalThis, "setTimeout");
      const clear = vi.spyOn(globalThis, "clearTimeout");
      // Told by their delay, because timers of other tests may be pending.
      const pending = () =>
        set.mock.results.filter(
          ({ value }, index) =>
            set.mock.calls[index]?.[1] === 1234 && !clear.mock.calls.some(([timer]) => timer === value),
        ).length;
      const sleeper: Sleeper = {};
      const woken = realClock.pause(1234, undefined, { sleeper });
      sleeper.wake?.();
      await woken;
      expect([sleeper.wake, pending()]).toEqual([undefined, 0]);
      const slept = realClock.pause(1234, undefined, { sleeper });
      expect(sleeper.wake).toBeTypeOf("function");
      await vi.advanceTimersByTimeAsync(1234);
      await slept;
      expect(sleeper.wake).toBeUndefined();
      const controller = new AbortController();
      const aborted = realClock.pause(1234, controller.signal, { sleeper });
      controller.abort("enough");
      await expect(aborted).rejects.toBe("enough");
      expect([sleeper.wake, pending()]).toEqual([undefined, 0]);
    } finally {
      vi.restoreAllMocks();
      vi.useRealTimers();
    }
  });

  test("that aborted before is never begun", async () => {
    const sleeper: Sleeper = {};
    await expect(realClock.pause(0, AbortSignal.abort("before"), { sleeper })).rejects.toBe("before");
    expect(sleeper.wake).toBeUndefined();
  });
});

test("what is too far away never comes; a millisecond less is waited for", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    expect(after(2 ** 31, () => {})).toBeUndefined();
    const timer = after(2 ** 31 - 1, () => {});
    expect(vi.getTimerCount()).toBe(1);
    clearTimeout(timer);
  } finally {
    vi.useRealTimers();
  }
});

test("a signal has one listener, however many listen, and none when the last has gone", () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  const [one, two] = [onAbort(signal, () => {}), onAbort(signal, () => {})];
  expect(added.mock.calls.map(([name, , options]) => [name, options])).toEqual([["abort", { once: true }]]);
  one();
  one();
  expect(removed).not.toHaveBeenCalled();
  two();
  two();
  expect(removed).toHaveBeenCalledOnce();
  onAbort(signal, () => {});
  expect(added).toHaveBeenCalledTimes(2);
});

describe("a deadline", () => {
  test("ends by time, and says so", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const deadline = deadlineOf(undefined, 500);
      await vi.advanceTimersByTimeAsync(499);
      expect([deadline.signal.aborted, deadline.expired]).toEqual([false, false]);
      await vi.advanceTimersByTimeAsync(1);
      expect([deadline.signal.aborted, deadline.expired]).toEqual([true, true]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("ends with the caller's signal and its reason, also one that aborted before", () => {
    const controller = new AbortController();
    const deadline = deadlineOf(controller.signal, 500);
    controller.abort("mine");
    expect([deadline.signal.reason, deadline.expired]).toEqual(["mine", false]);
    deadline.clear();
    expect(deadlineOf(AbortSignal.abort("before"), Number.POSITIVE_INFINITY).signal.reason).toBe("before");
  });

  test("never fires early because it is far away, and leaves nothing behind when cleared", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      expect(deadlineOf(undefined, 2 ** 40).signal.aborted).toBe(false);
      expect(deadlineOf(undefined, Number.POSITIVE_INFINITY).signal.aborted).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
      deadlineOf(undefined, 500).clear();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a race against a deadline", () => {
  const never = new Promise<string>(() => {});

  test("is won by what comes first", async () => {
    const deadline = deadlineOf(undefined, 60_000);
    expect(await deadline.race(Promise.resolve("there"))).toBe("there");
    deadline.clear();
  });

  test("ends when its time is up, though the promise never settles", async () => {
    await expect(deadlineOf(undefined, 1).race(never)).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("ends with the reason of the caller's signal, also with one that aborted before", async () => {
    const controller = new AbortController();
    const racing = deadlineOf(controller.signal, 60_000).race(never);
    controller.abort("mine");
    await expect(racing).rejects.toBe("mine");
    await expect(deadlineOf(AbortSignal.abort("before"), 60_000).race(never)).rejects.toBe("before");
  });
});

describe("a bounded promise", () => {
  const never = new Promise<string>(() => {});

  test("gives what it gives, and fails as it fails", async () => {
    expect(await bounded(Promise.resolve("there"), 60_000)).toBe("there");
    await expect(bounded(Promise.reject(new Error("broken")), 60_000)).rejects.toThrow("broken");
  });

  test("gives undefined when it takes too long", async () => {
    expect(await bounded(never, 1)).toBeUndefined();
  });

  test("ends with the reason of a signal, also with one that aborted before", async () => {
    const controller = new AbortController();
    const waiting = bounded(never, Number.POSITIVE_INFINITY, controller.signal);
    controller.abort("mine");
    await expect(waiting).rejects.toBe("mine");
    await expect(bounded(never, 60_000, AbortSignal.abort("before"))).rejects.toBe("before");
  });
});
