/** Accepts creates: makes one task for each, of any kind and version, and plans its callbacks. */
import type { TaskKind } from "../base/task.js";
import { type ContentInput, inputsOf, plansV2, unavailableInput } from "./content-tasks.js";
import { exampleJson, exampleReply, invalidParams, jsonReply, type MockReply } from "./mock-reply.js";
import type { JsonObject } from "./mock-request.js";
import {
  isTaskV2,
  lifeOf,
  type MockCall,
  type MockTask,
  randomId,
  recentTask,
  stageOf,
  type TaskV2,
} from "./mock-state.js";
import { faultsForTask } from "./parse-scenarios.js";
import { isPlayed, pickFault } from "./play-scenarios.js";
import { callbackBody } from "./query-tasks.js";
import { callbackQueue, challenge } from "./task-callbacks.js";
import { clipContent, hailuoClip } from "./video-clips.js";

/** Carries out a valid create. Refuses it if an input or source is unavailable, or if its `callback_url` fails the challenge. */
export async function serveCreate(call: MockCall, kind: TaskKind): Promise<MockReply> {
  const { mock, faults } = call;
  // Prism found it valid, and every valid create is an object.
  const body = call.body as JsonObject;
  const source = recentTask(mock, String(body.source_task_id ?? ""));
  const inputs = inputsOf(mock, body);
  const refused = unavailableInput(call, inputs) ?? unsuitableSource(call, body, source);
  if (refused) return refused;
  const url = typeof body.callback_url === "string" ? body.callback_url : undefined;
  if (url !== undefined && !(await challenge(url, mock.closing.signal, isPlayed(call, "numeric_challenge"))))
    return exampleReply(call, "callbackUnchecked", { note: "the challenge was not echoed" });

  const task = newTask(call, kind, { body, inputs, source });
  mock.accepted.push(task.taskId);
  mock.tasks.set(task.taskId, task);
  keepVideo(call, task);
  if (url !== undefined) planCallbacks(call, task, url);
  // The scenarios that act later, for the log.
  const later = faults.filter(({ scenario, on }) => scenario.moment === "later" || !on.includes("create"));
  const note = later.map(({ scenario }) => scenario.name).join();
  return jsonReply({ ...exampleJson(call, "success"), task_id: task.taskId }, { note });
}

/** The refusal of a regeneration whose source is unknown, unfinished, or of another model or size. The words are ours. */
function unsuitableSource(call: MockCall, { source_task_id }: JsonObject, source?: TaskV2): MockReply | undefined {
  if (source_task_id === undefined) return undefined;
  const refusal = (reason: string) => invalidParams(call, `source_task_id: ${reason}`);
  if (!source) return refusal("must be a task of the last 7 days");
  const { kind, requested } = source;
  if (kind !== "generation" || requested.model !== "MiniMax-H3" || requested.resolution !== "768P")
    return refusal("must be a video of MiniMax-H3 at 768P");
  const { state } = stageOf(source, call.mock.now());
  return state === "succeeded" ? undefined : refusal(`must be a task that has succeeded (it is ${state})`);
}

/** How a task fails if a scenario makes it fail: its last state in V1, its error in V2. */
const FAILURES = {
  sensitive_output: ["failSensitiveOutput", { code: "1027", message: "the finished video was judged sensitive" }],
  fail: ["fail", { code: "1000", message: "internal error" }],
} as const;

/** Makes a task: its ids, its states over time, and the scenarios that stay with it. */
function newTask(
  call: MockCall,
  kind: TaskKind,
  { body, inputs, source }: { body: JsonObject; inputs: ContentInput[]; source: TaskV2 | undefined },
): MockTask {
  const createdAt = call.mock.now();
  const slow = pickFault(call, "slow");
  const failing = (["sensitive_output", "fail"] as const).find((name) => isPlayed(call, name));
  const [end, error] = failing ? FAILURES[failing] : [];
  const about = { taskId: randomId(kind), fileId: randomId("file"), createdAt, faults: faultsForTask(call.faults) };
  const life = (last: string) => lifeOf(kind, last, createdAt, call.mock.speed / (slow ? (slow.number ?? 10) : 1));
  if (kind === "video" || kind === "template")
    return { ...about, kind, life: life(end ?? "success"), clip: hailuoClip(body) };
  return { ...about, kind, life: life(end ? "failed" : "succeeded"), ...plansV2[kind](body, inputs, source), error };
}

/** Stores the video of a task that will succeed. The file can be fetched from the moment the task ends. */
function keepVideo({ mock }: MockCall, { taskId, fileId, kind, life, clip, faults }: MockTask): void {
  const end = life.at(-1);
  if (!clip || !end || !/^succe/.test(end.state)) return;
  mock.files.set(fileId, {
    fileId,
    ...(kind === "video" && { purpose: "video_generation" }),
    filename: "output.mp4",
    size: 0,
    createdAt: end.from,
    type: "video/mp4",
    subject: taskId,
    faults,
    content: (changed) => clipContent({ ...clip, name: changed ? clip.other : clip.name }),
  });
}

// Milliseconds of real time: between calls in the wrong order, and the default delay of late ones.
const GAP = 100;
const LATE = 5_000;

/** Plans a call for each status of a task, in V1 only for the last two, and plays the scenarios about callbacks. */
function planCallbacks(call: MockCall, task: MockTask, url: string): void {
  const changes = task.life
    .slice(isTaskV2(task) ? 0 : -2)
    .map(({ state, from }) => ({ state, at: from - task.createdAt }));
  const [running, end] = changes.slice(-2);
  const late = pickFault(call, "late_callbacks");
  const delay = late ? (late.number ?? LATE) : 0;
  if (running && end && isPlayed(call, "disordered_callbacks")) running.at = end.at + GAP;
  if (isPlayed(call, "double_callbacks")) changes.push(...changes);
  if (isPlayed(call, "no_callbacks")) changes.length = 0;
  task.notify = callbackQueue(url, call.mock.closing.signal);
  for (const { state, at } of changes) task.notify(at + delay, () => callbackBody(call, task, state));
}
