import { expect, test } from "vitest";
import type { TaskKind } from "../base/task.js";
import { lifeOf } from "./create-tasks.js";
import { forgetOldest, type MockTask, randomId, recentTask, type StoredFile, stageOf } from "./mock-state.js";

const CREATED = 1_000;
const task: MockTask = {
  kind: "generation",
  taskId: "1",
  fileId: "2",
  createdAt: CREATED,
  life: lifeOf("generation", "succeeded", CREATED, 1),
  faults: [],
  requested: { model: "MiniMax-H3", duration: 5, ratio: "16:9" },
  error: undefined,
};
const VIDEO_V2 = { queued: 20_000, running: 130_000, succeeded: 9e9 };

test.each<[TaskKind, Record<string, number>]>([
  ["video", { preparing: 2_000, queueing: 10_000, processing: 90_000, success: 9e9 }],
  ["template", { preparing: 2_000, processing: 90_000, success: 9e9 }],
  ["generation", VIDEO_V2],
  ["regeneration", VIDEO_V2],
  ["h3_context_ir", { queued: 5_000, running: 30_000, succeeded: 9e9 }],
])("the states of a %s end as in %j, at any speed", (kind, states) => {
  for (const pace of [1, 50]) {
    const life = lifeOf(kind, "success" in states ? "success" : "succeeded", CREATED, pace);
    const stateAt = (age: number) => stageOf({ ...task, life }, CREATED + age / pace).state;
    const ends = Object.values(states);
    expect(ends.map((end) => stateAt(end - pace))).toEqual(Object.keys(states));
    expect([0, ...ends].slice(0, -1).map(stateAt)).toEqual(Object.keys(states));
  }
});

test("a failing task fails at the end, not before", () => {
  const life = lifeOf("video", "fail", CREATED, 1);
  const states = [89_999, 90_000].map((age) => stageOf({ ...task, life }, CREATED + age).state);
  expect(states).toEqual(["processing", "fail"]);
});

test("a task is in its first state if the clock is set back by any amount", () => {
  expect(stageOf(task, 0)).toEqual({ state: "queued", from: CREATED });
});

test("a task of V2 can be queried for seven days after its create", () => {
  const week = 7 * 86_400_000;
  const recent = (age: number) => recentTask({ tasks: new Map([["1", task]]), now: () => CREATED + age }, "1");
  expect([week - 1, week].map(recent)).toEqual([task, undefined]);
});

test("ids are unique, and have 15 digits, or 18 for template tasks", () => {
  const ids = Array.from({ length: 300 }, (_, index) => randomId(index % 2 === 0 ? "file" : "template"));
  expect(new Set(ids).size).toBe(300);
  expect(ids.filter((id) => /^[1-9]\d{14}$/.test(id)).length).toBe(150);
  expect(ids.filter((id) => /^[1-9]\d{17}$/.test(id)).length).toBe(150);
});

test("the oldest uploads are removed once their total exceeds 256 MB (I18)", () => {
  const MB = 1024 * 1024;
  const fileOf = (fileId: string, size: number) => [fileId, { fileId, size } as StoredFile] as const;
  const files = new Map([fileOf("old", 64 * MB), fileOf("video", 0), fileOf("b", 128 * MB), fileOf("c", 64 * MB)]);
  forgetOldest(files);
  expect([...files.keys()]).toEqual(["old", "video", "b", "c"]);
  files.set(...fileOf("d", 1));
  forgetOldest(files);
  expect([...files.keys()]).toEqual(["video", "b", "c", "d"]);
  files.set(...fileOf("e", 255 * MB));
  forgetOldest(files);
  expect([...files.keys()]).toEqual(["video", "d", "e"]);
});
