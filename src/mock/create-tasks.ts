/** Accepts creates: makes one task for each, of any kind and version, and plans its callbacks. */
import type { TaskKind } from "../base/task.js";
import { inputsOf, planV2, unavailableInput } from "./content-tasks.js";
import { exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import type { JsonObject } from "./mock-request.js";
import { type MockCall, type MockTask, type Plan, randomId, recentTask, type Stage, stageOf } from "./mock-state.js";
import { faultsForTask } from "./parse-scenarios.js";
import { isPlayed, pickFault } from "./play-scenarios.js";
import { passesChallenge, planCallbacks } from "./task-callbacks.js";
import { clipContent, hailuoClip } from "./video-clips.js";

/** Carries out a valid create. Refuses it if an input or source is unavailable, or if its `callback_url` fails the challenge. */
export async function serveCreate(call: MockCall, kind: TaskKind): Promise<MockReply> {
  const { mock, faults } = call;
  // Prism found it valid, and every valid create is an object.
  const body = call.body as JsonObject;
  const source = recentTask(mock, String(body.source_task_id ?? ""));
  const inputs = inputsOf(call, body);
  const refused = unavailableInput(call, inputs) ?? unsuitableSource(call, body, source);
  if (refused) return refused;
  const url = typeof body.callback_url === "string" ? body.callback_url : undefined;
  if (url !== undefined && !(await passesChallenge(call, url))) return exampleReply(call, "callbackUnchecked");

  const plan = call.isV2 ? planV2(kind, body, inputs, source) : { requested: {}, clip: hailuoClip(body) };
  const task = newTask(call, kind, plan);
  mock.accepted.push(task.taskId);
  mock.tasks.set(task.taskId, task);
  keepVideo(call, task);
  if (url !== undefined) planCallbacks(call, task, url);
  // The scenarios that act later, for the log.
  const later = faults.filter(({ scenario, on }) => scenario.moment === "later" || !on.includes("create"));
  const note = later.map(({ scenario }) => scenario.name).join();
  return exampleReply(call, "success", { fields: { task_id: task.taskId }, note });
}

/** The refusal of a regeneration whose source is unknown, unfinished, or of another model or size. The words are ours. */
function unsuitableSource(call: MockCall, { source_task_id }: JsonObject, source?: MockTask): MockReply | undefined {
  if (source_task_id === undefined) return undefined;
  const refusal = (reason: string) => invalidParams(call, `source_task_id: ${reason}`);
  if (!source) return refusal("must be a task of the last 7 days");
  const { kind, requested } = source;
  if (kind !== "generation" || requested.model !== "MiniMax-H3" || requested.resolution !== "768P")
    return refusal("must be a video of MiniMax-H3 at 768P");
  const { state } = stageOf(source, call.mock.now());
  return state === "succeeded" ? undefined : refusal(`must be a task that has succeeded (it is ${state})`);
}

/** How a task ends: its last state in either version, and its error in V2. */
const ENDINGS = {
  success: { v1: "success", v2: "succeeded", error: undefined },
  sensitive_output: {
    v1: "failSensitiveOutput",
    v2: "failed",
    error: { code: "1027", message: "the finished video was judged sensitive" },
  },
  fail: { v1: "fail", v2: "failed", error: { code: "1000", message: "internal error" } },
};

/** Makes a task: its ids, its states over time, and the scenarios that stay with it. */
function newTask(call: MockCall, kind: TaskKind, plan: Plan): MockTask {
  const createdAt = call.mock.now();
  const slow = pickFault(call, "slow");
  const pace = call.mock.speed / (slow ? (slow.number ?? 10) : 1);
  const failing = (["sensitive_output", "fail"] as const).find((name) => isPlayed(call, name));
  const { v1, v2, error } = ENDINGS[failing ?? "success"];
  const life = lifeOf(kind, call.isV2 ? v2 : v1, createdAt, pace);
  const ids = { taskId: randomId(kind), fileId: randomId("file") };
  return { ...plan, ...ids, kind, createdAt, life, error, faults: faultsForTask(call.faults) };
}

// Users measured 99 s to 175 s for a video of V2.
const VIDEO_V2 = { queued: 0, running: 20_000, end: 130_000 };
/** When each state begins, in milliseconds of a task's life. */
const LIVES: Record<TaskKind, Record<string, number>> = {
  // Users measured 80 s to 240 s in all.
  video: { preparing: 0, queueing: 2_000, processing: 10_000, end: 90_000 },
  // No document mentions queueing for templates.
  template: { preparing: 0, processing: 2_000, end: 90_000 },
  generation: VIDEO_V2,
  regeneration: VIDEO_V2,
  // The official example of an expanded prompt took 29 s.
  h3_context_ir: { queued: 0, running: 5_000, end: 30_000 },
};

/** The life of a task that begins at `createdAt` and ends in a state. `pace`: how many times faster than real time it passes. */
export function lifeOf(kind: TaskKind, end: string, createdAt: number, pace: number): Stage[] {
  return Object.entries(LIVES[kind]).map(([state, at]) => ({
    state: state === "end" ? end : state,
    from: createdAt + at / pace,
  }));
}

/** Stores the video of a task that will succeed. The file can be fetched from the moment the task ends. */
function keepVideo({ mock }: MockCall, task: MockTask): void {
  const { fileId, kind, life, clip, error } = task;
  if (!clip || error) return;
  mock.files.set(fileId, {
    fileId,
    ...(kind === "video" && { purpose: "video_generation" }),
    filename: "output.mp4",
    size: 0,
    createdAt: life.at(-1)?.from ?? 0,
    type: "video/mp4",
    task,
    content: (changed) => clipContent({ ...clip, name: changed ? clip.other : clip.name }),
  });
}
