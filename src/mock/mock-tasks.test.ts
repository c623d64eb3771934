import { expect, test } from "vitest";
import type { TaskKind } from "../base/task.js";
import { enteredAt, idSource, isRemembered, milestones, type TaskV2, taskState } from "./mock-tasks.js";

const CREATED = 1_000;
const task = { kind: "video", createdAt: CREATED, pace: 1, ending: "success" } as const;
const taskV2: TaskV2 = {
  kind: "generation",
  taskId: "1",
  fileId: "2",
  createdAt: CREATED,
  pace: 1,
  ending: "succeeded",
  faults: [],
  requested: { model: "MiniMax-H3", duration: 5, ratio: "16:9" },
  outcome: { prompt: "" },
  usage: {},
};

const VIDEO_V2 = { queued: 20_000, running: 130_000, succeeded: 9e9 };

test.each<[TaskKind, Record<string, number>]>([
  ["video", { preparing: 2_000, queueing: 10_000, processing: 90_000, success: 9e9 }],
  ["template", { preparing: 2_000, processing: 90_000, success: 9e9 }],
  ["generation", VIDEO_V2],
  ["regeneration", VIDEO_V2],
  ["h3_context_ir", { queued: 5_000, running: 30_000, succeeded: 9e9 }],
])("the states of a %s end as in %j, at any pace", (kind, life) => {
  for (const pace of [1, 50]) {
    const ending = "success" in life ? "success" : "succeeded";
    const stateAt = (age: number) => taskState({ kind, createdAt: CREATED, pace, ending }, CREATED + age / pace);
    const ends = Object.values(life);
    expect(ends.map((end) => stateAt(end - pace))).toEqual(Object.keys(life));
    expect([0, ...ends].slice(0, -1).map(stateAt)).toEqual(Object.keys(life));
    const [ended, started] = ends
      .map((end) => end / pace)
      .toReversed()
      .slice(1);
    expect(milestones({ kind, pace })).toEqual({ starts: started, ends: ended });
  }
});

test("a failing task fails at the end, not before", () => {
  const states = [89_999, 90_000].map((age) => taskState({ ...task, ending: "fail" }, CREATED + age));
  expect(states).toEqual(["processing", "fail"]);
});

test("a cancelled task stays cancelled", () => {
  const cancelled = { ...taskV2, cancelledAt: 2_000 };
  expect([1_000, 50_000, 9e9].map((age) => taskState(cancelled, CREATED + age))).toEqual(Array(3).fill("cancelled"));
});

test("each state of V2 has the time at which the task entered it", () => {
  const cancelled = { ...taskV2, pace: 2, cancelledAt: 4_321 };
  const states = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
  expect(states.map((state) => enteredAt(cancelled, state))).toEqual([1_000, 11_000, 66_000, 66_000, 4_321]);
});

test("a task of V2 can be queried for seven days after its create, at any pace", () => {
  const week = 7 * 86_400_000;
  const known = [week - 1, week].map((age) => isRemembered({ ...taskV2, pace: 500 }, CREATED + age));
  expect(known).toEqual([true, false]);
});

test("ids are unique, and have 15 digits, for template tasks 18", () => {
  const next = idSource(123_456_789_012_345);
  const ids = Array.from({ length: 300 }, (_, index) => next(index % 2 === 0 ? "file" : "template"));
  expect(new Set(ids).size).toBe(300);
  expect(ids.filter((id) => /^[1-9]\d{14}$/.test(id)).length).toBe(150);
  expect(ids.filter((id) => /^[1-9]\d{17}$/.test(id)).length).toBe(150);
});
