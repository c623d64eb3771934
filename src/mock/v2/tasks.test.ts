import { describe, expect, test } from "vitest";
import { isRemembered, milestones, since, stateOf, type TaskV2 } from "./tasks.js";

const task: TaskV2 = {
  kind: "generation",
  taskId: "1",
  fileId: "2",
  createdAt: 1_000,
  pace: 1,
  wishes: [],
  asked: { model: "MiniMax-H3", duration: 5, ratio: "16:9" },
  outcome: { prompt: "" },
  usage: {},
};
const at = (one: TaskV2, lives: number[]) => lives.map((life) => stateOf(one, one.createdAt + life));

describe("the states of a task", () => {
  test.each([
    ["generation", 20_000, 130_000],
    ["regeneration", 20_000, 130_000],
    ["h3_context_ir", 5_000, 30_000],
  ] as const)("a %s runs after %i ms and is over after %i", (kind, running, over) => {
    expect(milestones({ kind, pace: 1 })).toEqual({ running, over });
    expect(at({ ...task, kind }, [0, running - 1, running, over - 1, over, 9e9])).toEqual([
      "queued",
      "queued",
      "running",
      "running",
      "succeeded",
      "succeeded",
    ]);
  });

  test("fifty times the pace brings the end after 2.6 seconds", () => {
    expect(at({ ...task, pace: 50 }, [399, 400, 2_599, 2_600])).toEqual(["queued", "running", "running", "succeeded"]);
  });

  test("a task that fails fails at the end, not before", () => {
    const failing = { ...task, failure: { code: "1000", message: "internal error" } };
    expect(at(failing, [129_999, 130_000])).toEqual(["running", "failed"]);
  });

  test("a task that was cancelled stays so", () => {
    expect(at({ ...task, cancelledAt: 2_000 }, [1_000, 50_000, 9e9])).toEqual(["cancelled", "cancelled", "cancelled"]);
  });

  test("are told with the moment at which each began", () => {
    const cancelled = { ...task, pace: 2, cancelledAt: 4_321 };
    const states = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
    expect(states.map((state) => since(cancelled, state))).toEqual([1_000, 11_000, 66_000, 66_000, 4_321]);
  });
});

test("a task is remembered for seven days after its create, at whatever pace", () => {
  const week = 7 * 86_400_000;
  const now = [week - 1, week].map((age) => isRemembered({ ...task, pace: 500 }, task.createdAt + age));
  expect(now).toEqual([true, false]);
});
