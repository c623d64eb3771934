import { describe, expect, test } from "vitest";
import { idSource, milestones, stateOf } from "./tasks.js";

const task = { kind: "video", createdAt: 1_000, pace: 1, ending: "success" } as const;

describe("the states of a task", () => {
  test.each([
    [0, "preparing"],
    [1_999, "preparing"],
    [2_000, "queueing"],
    [9_999, "queueing"],
    [10_000, "processing"],
    [89_999, "processing"],
    [90_000, "success"],
    [9e9, "success"],
  ])("%i ms after its create a video task is in state %s", (life, state) => {
    expect(stateOf(task, task.createdAt + life)).toBe(state);
  });

  test("a template task is never queueing", () => {
    const states = [1_999, 2_000, 89_999].map((life) => stateOf({ ...task, kind: "template" }, 1_000 + life));
    expect(states).toEqual(["preparing", "processing", "processing"]);
  });

  test("fifty times the pace brings the end after 1.8 seconds", () => {
    const fast = { ...task, pace: 50 };
    expect([1_799, 1_800].map((life) => stateOf(fast, 1_000 + life))).toEqual(["processing", "success"]);
  });

  test("a task that fails fails at the end, not before", () => {
    const failing = { ...task, ending: "fail" } as const;
    expect([89_999, 90_000].map((life) => stateOf(failing, 1_000 + life))).toEqual(["processing", "fail"]);
  });

  test("milestones are the moments at which the state changes", () => {
    for (const kind of ["video", "template"] as const) {
      const paced = { ...task, kind, pace: 4 };
      const { processing, over } = milestones(paced);
      const around = [processing - 1, processing, over - 1, over].map((life) => stateOf(paced, 1_000 + life));
      expect(around).toEqual([kind === "video" ? "queueing" : "preparing", "processing", "processing", "success"]);
    }
  });
});

describe("ids", () => {
  test("have 15 digits for files and video tasks, and 18 for template tasks", () => {
    const next = idSource(123_456_789_012_345);
    expect([next("video"), next("file"), next("template")].map((id) => id.length)).toEqual([15, 15, 18]);
  });

  test("are digits, and none comes twice", () => {
    const next = idSource(100_000_000_000_000);
    const ids = Array.from({ length: 300 }, (_, index) =>
      next((["video", "file", "template"] as const)[index % 3] ?? "file"),
    );
    expect(new Set(ids).size).toBe(300);
    expect(ids.every((id) => /^[1-9]\d+$/.test(id))).toBe(true);
  });
});
