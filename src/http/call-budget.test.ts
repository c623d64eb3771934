import { describe, expect, test } from "vitest";
import type { FullClock } from "../base/clock.js";
import { createCallBudget } from "./call-budget.js";

const NOW = Number.NEGATIVE_INFINITY;
const NOT_YET = Number.POSITIVE_INFINITY;

/** A budget at a time in seconds, at which it accepts calls. `freeAt` is also in seconds. */
function budgetOf(perMinute: number) {
  let now = 0;
  // The budget uses nothing else.
  const budget = createCallBudget({ monotonic: () => now } as FullClock, perMinute);
  return {
    at(seconds: number, calls = 0) {
      now = seconds * 1000;
      for (let call = 0; call < calls; call++) budget.counted();
    },
    exceeded: budget.exceeded,
    freeAt: (underWay = 0) => budget.freeAt(underWay) / 1000,
  };
}

describe("a budget of calls", () => {
  test("without a limit never delays one", () => {
    const { at, freeAt } = budgetOf(Number.POSITIVE_INFINITY);
    at(0, 1000);
    expect([freeAt(), freeAt(1000)]).toEqual([NOW, NOW]);
  });

  test.each([
    [3, 3, 60],
    [20, 20, 60],
    [60, 20, 20],
    [600, 20, 2],
    [0.5, 1, 120],
  ])("of %d per minute allows %d at once, and the next after %d s", (perMinute, burst, seconds) => {
    const { at, freeAt } = budgetOf(perMinute);
    at(5, burst - 1);
    expect([freeAt(0), freeAt(burst)]).toEqual([NOW, NOT_YET]);
    at(7, 1);
    const oldest = burst === 1 ? 7 : 5;
    expect(freeAt(0)).toBe(oldest + seconds);
    at(100_000, burst);
    expect(freeAt(0)).toBe(100_000 + seconds);
  });

  test("counts the calls under way as if they were accepted now", () => {
    const { at, freeAt } = budgetOf(60);
    at(0, 10);
    at(3, 5);
    expect([4, 5, 15, 19].map(freeAt)).toEqual([NOW, 20, 23, 23]);
  });
});

describe("a budget that turns out to be lower", () => {
  test("is set to the calls accepted in the last minute, for a minute", () => {
    const { at, freeAt, exceeded } = budgetOf(600);
    at(0, 40);
    at(30, 50);
    at(60, 50);
    exceeded();
    // One hundred calls since 0 s, which is a minute ago.
    expect(freeAt()).toBe(90);
    at(90, 50);
    expect(freeAt()).toBe(120);
    at(120, 100);
    expect(freeAt()).toBe(122);
  });

  test.each([
    [0, 600, false],
    [59, 600, false],
    [60, 600, true],
    [3, 30, true],
  ])("is adopted only if a tenth was accepted: %d of %d", (accepted, perMinute, isBelieved) => {
    const { at, freeAt, exceeded } = budgetOf(perMinute);
    at(0, 100);
    at(100, accepted);
    exceeded();
    at(130);
    expect(freeAt() > 130).toBe(isBelieved);
  });

  test("is kept for twice as long each time it is found again, within one call", () => {
    const { at, freeAt, exceeded } = budgetOf(30);
    at(0, 5);
    exceeded();
    expect(freeAt(5)).toBe(60);
    at(60, 6);
    exceeded();
    expect(freeAt(6)).toBe(180);
    at(180, 5);
    exceeded();
    expect(freeAt(5)).toBe(420);
    at(420, 7);
    exceeded();
    expect(freeAt(7)).toBe(480);
  });
});
