import { describe, expect, test } from "vitest";
import { enteredAt, idSource, isRemembered, milestones, type TaskV2, taskState } from "./mock-tasks.js";

const task = { kind: "video", createdAt: 1_000, pace: 1, ending: "success" } as const;

describe("the states of a V1 task", () => {
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
    expect(taskState(task, task.createdAt + life)).toBe(state);
  });

  test("a template task is never queueing", () => {
    const states = [1_999, 2_000, 89_999].map((life) => taskState({ ...task, kind: "template" }, 1_000 + life));
    expect(states).toEqual(["preparing", "processing", "processing"]);
  });

  test("at fifty times the pace, a task ends after 1.8 seconds", () => {
    const fast = { ...task, pace: 50 };
    expect([1_799, 1_800].map((life) => taskState(fast, 1_000 + life))).toEqual(["processing", "success"]);
  });

  test("a failing task fails at the end, not before", () => {
    const failing = { ...task, ending: "fail" } as const;
    expect([89_999, 90_000].map((life) => taskState(failing, 1_000 + life))).toEqual(["processing", "fail"]);
  });

  test("milestones are the times at which the state changes", () => {
    for (const kind of ["video", "template"] as const) {
      const paced = { ...task, kind, pace: 4 };
      const { starts, ends } = milestones(paced);
      const around = [starts - 1, starts, ends - 1, ends].map((life) => taskState(paced, 1_000 + life));
      expect(around).toEqual([kind === "video" ? "queueing" : "preparing", "processing", "processing", "success"]);
    }
  });
});

const taskV2: TaskV2 = {
  kind: "generation",
  taskId: "1",
  fileId: "2",
  createdAt: 1_000,
  pace: 1,
  ending: "succeeded",
  faults: [],
  requested: { model: "MiniMax-H3", duration: 5, ratio: "16:9" },
  outcome: { prompt: "" },
  usage: {},
};
const at = (one: TaskV2, lives: number[]) => lives.map((life) => taskState(one, one.createdAt + life));

describe("the states of a V2 task", () => {
  test.each([
    ["generation", 20_000, 130_000],
    ["regeneration", 20_000, 130_000],
    ["h3_context_ir", 5_000, 30_000],
  ] as const)("a %s runs after %i ms and has ended early, after %i", (kind, starts, ends) => {
    expect(milestones({ kind, pace: 1 })).toEqual({ starts, ends });
    expect(at({ ...taskV2, kind }, [0, starts - 1, starts, ends - 1, ends, 9e9])).toEqual([
      "queued",
      "queued",
      "running",
      "running",
      "succeeded",
      "succeeded",
    ]);
  });

  test("at fifty times the pace, a task ends after 2.6 seconds", () => {
    expect(at({ ...taskV2, pace: 50 }, [399, 400, 2_599, 2_600])).toEqual([
      "queued",
      "running",
      "running",
      "succeeded",
    ]);
  });

  test("a failing task fails at the end, not before", () => {
    const failing = { ...taskV2, ending: "failed", failure: { code: "1000", message: "internal error" } } as const;
    expect(at(failing, [129_999, 130_000])).toEqual(["running", "failed"]);
  });

  test("a cancelled task stays cancelled", () => {
    expect(at({ ...taskV2, cancelledAt: 2_000 }, [1_000, 50_000, 9e9])).toEqual([
      "cancelled",
      "cancelled",
      "cancelled",
    ]);
  });

  test("have the time at which the task entered them", () => {
    const cancelled = { ...taskV2, pace: 2, cancelledAt: 4_321 };
    const states = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
    expect(states.map((state) => enteredAt(cancelled, state))).toEqual([1_000, 11_000, 66_000, 66_000, 4_321]);
  });
});

test("a task can be queried for seven days after its create, at any pace", () => {
  const week = 7 * 86_400_000;
  const now = [week - 1, week].map((age) => isRemembered({ ...taskV2, pace: 500 }, taskV2.createdAt + age));
  expect(now).toEqual([true, false]);
});

describe("ids", () => {
  test("have 15 digits for files and video tasks, and 18 for template tasks", () => {
    const next = idSource(123_456_789_012_345);
    expect([next("video"), next("file"), next("template")].map((id) => id.length)).toEqual([15, 15, 18]);
  });

  test("are digits, and unique", () => {
    const next = idSource(100_000_000_000_000);
    const ids = Array.from({ length: 300 }, (_, index) =>
      next((["video", "file", "template"] as const)[index % 3] ?? "file"),
    );
    expect(new Set(ids).size).toBe(300);
    expect(ids.every((id) => /^[1-9]\d+$/.test(id))).toBe(true);
  });
});
