import { describe, expect, test } from "vitest";
import { createPollSchedule, type PollSchedule } from "./poll-schedule.js";

const fox = { kind: "video", model: "MiniMax-Hailuo-02", duration: 6, resolution: "768P" } as const;

/** The ages in seconds at which an endless task is queried. */
function ages(schedule: PollSchedule, count: number, sort: Parameters<PollSchedule["next"]>[0] = fox): number[] {
  let age = 0;
  return Array.from({ length: count }, () => {
    age = schedule.next(sort, age);
    return age / 1000;
  });
}

describe("a schedule", () => {
  test("queries the first task of a kind three times early, then every ten to twenty seconds", () => {
    const schedule = createPollSchedule();
    const [one, two, three, first, ...later] = ages(schedule, 12);
    expect([one, two, three]).toEqual([2, 5, 10]);
    const gaps = later.map((age, index) => age - (later[index - 1] ?? (first as number)));
    for (const gap of gaps) expect(gap).toBeGreaterThan(8);
    for (const gap of gaps) expect(gap).toBeLessThan(25);
    expect(ages(schedule, 1)[0]).toBeGreaterThan(15);
  });

  test("quickly learns that a service takes only seconds", () => {
    const schedule = createPollSchedule();
    for (const expected of [2, 6, 6, 6, 5]) {
      const [first] = ages(schedule, 1);
      expect(first).toBeLessThanOrEqual(expected);
      schedule.learn(fox, 0, 1000 * (first as number));
    }
  });

  test("begins shortly before 90 s and queries often then, if tasks always took 90 s", () => {
    const schedule = createPollSchedule();
    for (let task = 0; task < 60; task++) schedule.learn(fox, 88_000, 92_000);
    const [first, second] = ages(schedule, 2);
    expect(first).toBeGreaterThan(65);
    expect(first).toBeLessThan(90);
    expect((second as number) - (first as number)).toBeLessThan(12);
  });

  test("learns separately for each model, duration, resolution and kind", () => {
    const schedule = createPollSchedule();
    for (let task = 0; task < 60; task++) schedule.learn(fox, 500_000, 510_000);
    const before = ages(createPollSchedule(), 5);
    const usual = 20;
    expect(ages(schedule, 5)[0]).toBeGreaterThan(usual * 5);
    for (const other of [
      { ...fox, duration: 10 },
      { ...fox, resolution: "1080P" },
      { ...fox, model: "MiniMax-Hailuo-2.3" },
      { kind: "template" as const },
    ])
      expect(ages(schedule, 5, other)).toEqual(before);
  });

  test("considers a callback overdue once few tasks take that long, and then less and less often", () => {
    const schedule = createPollSchedule();
    for (let task = 0; task < 60; task++) schedule.learn(fox, 88_000, 92_000);
    const first = schedule.overdue(fox, 0);
    expect(first).toBeGreaterThan(91_000);
    expect(first).toBeLessThan(200_000);
    expect(schedule.overdue(fox, first / 2)).toBe(first);
    expect(schedule.overdue(fox, 400_000)).toBe(500_000);
    const wide = createPollSchedule();
    for (let task = 0; task < 60; task++) wide.learn(fox, task % 2 ? 10_000 : 900_000, task % 2 ? 10_100 : 909_000);
    const middle = Math.sqrt(10_050 * 904_500);
    expect(wide.overdue(fox, 0) / middle).toBeGreaterThan(2);
    expect(wide.overdue(fox, 0) / middle).toBeLessThan(3.5);
  });

  test("adapts to a service that becomes slower or faster", () => {
    const schedule = createPollSchedule();
    for (let task = 0; task < 100; task++) schedule.learn(fox, 85_000, 95_000);
    const [usual] = ages(schedule, 1);
    for (let task = 0; task < 100; task++) schedule.learn(fox, 295_000, 305_000);
    expect(ages(schedule, 1)[0]).toBeGreaterThan((usual as number) * 2);
    for (let task = 0; task < 100; task++) schedule.learn(fox, 0, ages(schedule, 1)[0] as number);
    expect(ages(schedule, 1)[0]).toBeLessThan(10);
  });

  test("always returns a later age, whatever it has learned and however old a task is", () => {
    const schedule = createPollSchedule();
    for (const [from, to] of [
      [0, 0],
      [0, 1],
      [1e9, 1e9],
      [-5, -1],
    ] as const)
      schedule.learn(fox, from, to);
    for (let task = 0; task < 50; task++) schedule.learn({ kind: "template" }, 1000, 1000);
    for (const sort of [fox, { kind: "template" as const }])
      for (const age of [0, 1, 1000, 90_000, 3_600_000, 1e10]) {
        expect(schedule.next(sort, age)).toBeGreaterThan(age + 100);
        expect(schedule.next(sort, age)).toBeLessThan(Number.POSITIVE_INFINITY);
      }
  });

  test("starts with the history of a journal, reads it once, and ignores one that fails", async () => {
    let asked = 0;
    const past = Array.from({ length: 40 }, () => ({ ...fox, milliseconds: 300_000 }));
    const schedule = createPollSchedule(async () => {
      asked++;
      return past;
    });
    await Promise.all([schedule.recall?.(), schedule.recall?.()]);
    await schedule.recall?.();
    expect(asked).toBe(1);
    expect(ages(schedule, 1)[0]).toBeGreaterThan(150);
    const day = 24 * 3_600_000;
    const wrong = [0, -5000, Number.NaN, day, 30 * day].map((milliseconds) => ({ ...fox, milliseconds }));
    const cautious = createPollSchedule(async () => [...wrong, { ...fox, milliseconds: day - 1 }, ...wrong]);
    const careful = createPollSchedule();
    careful.learn(fox, day - 1, day - 1);
    await cautious.recall?.();
    expect(ages(cautious, 3)).toEqual(ages(careful, 3));
    const broken = createPollSchedule(() => Promise.reject(new Error("disk")));
    await broken.recall?.();
    expect(ages(broken, 3)).toEqual(ages(createPollSchedule(), 3));
  });
});
