import { describe, expect, test, vi } from "vitest";
import { backoff, deadlineOf, realClock } from "./pause.js";

describe("backoff", () => {
  test("doubles from half a second to half a minute, jittered downwards by at most half", () => {
    const longest = Array.from({ length: 9 }, (_, attempt) => backoff(attempt, () => 1));
    expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(backoff(3, () => 0)).toBe(2000);
  });

  test("waits as long as the service asks, but no longer than a minute", () => {
    expect(backoff(0, () => 1, 7000)).toBe(7000);
    expect(backoff(0, () => 1, 3_600_000)).toBe(60_000);
    expect(backoff(4, () => 1, 1)).toBe(8000);
  });
});

describe("a pause", () => {
  test("ends with the signal's reason at once, and lets go of the signal when it is over", async () => {
    vi.useFakeTimers();
    try {
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
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a deadline", () => {
  test("ends by time, and says so", async () => {
    vi.useFakeTimers();
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
    vi.useFakeTimers();
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

test("a signal that serves again is out of reach of whoever had it before", () => {
  const first = new AbortController();
  const one = deadlineOf(first.signal, 1000);
  one.clear();
  const two = deadlineOf(undefined, 1000);
  first.abort("late");
  expect(two.signal.aborted).toBe(false);
  two.clear();
  const three = deadlineOf(AbortSignal.abort("ended"), 1000);
  three.clear();
  expect(deadlineOf(undefined, 1000).signal.aborted).toBe(false);
});
