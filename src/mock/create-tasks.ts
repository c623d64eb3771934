/** Accepting a create: one task, whatever its kind and version, and its callbacks. */
import type { TaskKind } from "../base/task.js";
import { type ContentInput, inputsOf, unavailableInput } from "./content-inputs.js";
import { exampleJson, exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { type MockCall, type MockState, recentTask } from "./mock-state.js";
import { isTaskV2, type MockTask, milestones, type State, type TaskV2, taskState } from "./mock-tasks.js";
import { faultsForTask } from "./parse-scenarios.js";
import { pickByName } from "./play-scenarios.js";
import type { JsonObject } from "./prism-engine.js";
import { callbackBody } from "./query-tasks.js";
import { plansV2 } from "./task-plans.js";
import { clipContent, hailuoClip } from "./video-clips.js";

/** Carries out a valid create. Refused if an input or source is unavailable, or its `callback_url` fails the challenge. */
export async function serveCreate(state: MockState, call: MockCall, kind: TaskKind): Promise<MockReply> {
  const { engine, tasks, files, callbacks } = state;
  // Prism found it valid, and every valid create is an object.
  const body = call.body as JsonObject;
  const source = recentTask(state, String(body.source_task_id ?? ""));
  const inputs = inputsOf(state, body);
  const refused = unavailableInput(state, call, inputs) ?? unsuitableSource(state, call, body, source);
  if (refused) return refused;
  const url = typeof body.callback_url === "string" ? body.callback_url : undefined;
  const isNumeric = pickByName(state, call, "numeric_challenge") !== undefined;
  if (url !== undefined && !(await callbacks.challenge(url, isNumeric)))
    return exampleReply(engine, call, "callbackUnchecked", { note: "the challenge was not echoed" });

  const task = newTask(state, call, kind, { body, inputs, source });
  tasks.set(task.taskId, task);
  const { outcome, ending, createdAt, fileId } = task;
  if ("clip" in outcome && (ending === "success" || ending === "succeeded")) {
    const { clip } = outcome;
    files.set(fileId, {
      fileId,
      ...(kind === "video" && { purpose: "video_generation" }),
      filename: "output.mp4",
      size: 0,
      createdAt: createdAt + milestones(task).ends,
      type: "video/mp4",
      subject: task.taskId,
      faults: task.faults,
      content: (changed) => clipContent({ ...clip, name: changed ? clip.other : clip.name }),
    });
  }
  if (url !== undefined) planCallbacks(state, call, task, url);
  return { json: { ...exampleJson(engine, call, "success"), task_id: task.taskId }, note: stillToCome(call) };
}

/** The refusal of a regeneration whose source is unknown, unfinished, or of another model or size. The words are ours. */
function unsuitableSource(
  { engine, now }: MockState,
  call: MockCall,
  { source_task_id }: JsonObject,
  source?: TaskV2,
): MockReply | undefined {
  if (source_task_id === undefined) return undefined;
  const refusal = (reason: string) => invalidParams(engine, call, `source_task_id: ${reason}`);
  if (!source) return refusal("must be a task of the last 7 days");
  const { kind, requested } = source;
  if (kind !== "generation" || requested.model !== "MiniMax-H3" || requested.resolution !== "768P")
    return refusal("must be a video of MiniMax-H3 at 768P");
  const status = taskState(source, now());
  return status === "succeeded" ? undefined : refusal(`must be a task that has succeeded (it is ${status})`);
}

/** How a task fails that a scenario lets fail: its ending in V1, its error in V2. */
const FAILURES = {
  sensitive_output: {
    v1: "failSensitiveOutput",
    v2: { code: "1027", message: "the finished video was judged sensitive" },
  },
  fail: { v1: "fail", v2: { code: "1000", message: "internal error" } },
} as const;

/** Counts the create, and gives its task ids, a pace, an ending, and the scenarios that stay with it. */
function newTask(
  state: MockState,
  call: MockCall,
  kind: TaskKind,
  { body, inputs, source }: { body: JsonObject; inputs: ContentInput[]; source: TaskV2 | undefined },
): MockTask {
  const slow = pickByName(state, call, "slow");
  const failing = (["sensitive_output", "fail"] as const).find((name) => pickByName(state, call, name));
  const failure = failing && FAILURES[failing];
  const accepted = {
    taskId: state.newId(kind),
    fileId: state.newId("file"),
    createdAt: state.now(),
    pace: state.speed / (slow ? (slow.number ?? 10) : 1),
    faults: faultsForTask(call.faults),
  };
  state.accepted.push(accepted.taskId);
  if (kind === "video" || kind === "template")
    return { ...accepted, kind, ending: failure?.v1 ?? "success", outcome: { clip: hailuoClip(body) } };
  return {
    ...accepted,
    kind,
    ending: failure ? "failed" : "succeeded",
    ...plansV2[kind](body, inputs, source),
    ...(failure && { failure: failure.v2 }),
    ...(typeof body.callback_url === "string" && { callbackUrl: body.callback_url }),
  };
}

// Milliseconds of real time: between calls in the wrong order, and the default delay of late ones.
const GAP = 100;
const LATE = 5_000;

/** Plans a call for each change of a task's status, and plays the scenarios about callbacks. Only V2 reports the first status. */
function planCallbacks(state: MockState, call: MockCall, task: MockTask, url: string): void {
  const { starts, ends } = milestones(task);
  const running: [number, State] = [starts, isTaskV2(task) ? "running" : "processing"];
  const changes: [number, State][] = [running, [ends, task.ending]];
  if (isTaskV2(task)) changes.unshift([0, "queued"]);

  const late = pickByName(state, call, "late_callbacks");
  const delay = late ? (late.number ?? LATE) : 0;
  if (pickByName(state, call, "disordered_callbacks")) running[0] = ends + GAP;
  if (pickByName(state, call, "double_callbacks")) changes.push(...changes);
  if (pickByName(state, call, "no_callbacks")) changes.length = 0;
  const enqueue = state.callbacks.queue(url);
  for (const [at, status] of changes) enqueue(at + delay, () => callbackBody(state, call, task, status));
}

/** The scenarios that will act later, for the log. */
function stillToCome({ faults }: MockCall): string {
  return faults
    .flatMap(({ scenario, on }) => (scenario.moment === "later" || !on.includes("create") ? scenario.name : []))
    .join();
}
