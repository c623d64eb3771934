/** Accepting a create: one task, whatever its kind and version. */
import type { TaskKind } from "../base/task.js";
import { inputsOf, unavailableInput } from "./content-inputs.js";
import { exampleJson, exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { type MockCall, type MockState, recentTask } from "./mock-state.js";
import { type AcceptedTask, isTaskV2, type MockTask, milestones, type TaskV2, taskState } from "./mock-tasks.js";
import { faultsForTask } from "./parse-scenarios.js";
import { pickByName } from "./pick-scenario.js";
import type { JsonObject } from "./prism-engine.js";
import { callbackBody } from "./query-tasks.js";
import { storedVideo } from "./stored-files.js";
import { planCallbacks, type StatusChange } from "./task-callbacks.js";
import { plansV2, planV1 } from "./task-plans.js";

/** Carries out a valid create. Refused if an input or source is unavailable, or its `callback_url` fails the challenge. */
export async function serveCreate(state: MockState, call: MockCall, kind: TaskKind): Promise<MockReply> {
  const { engine, tasks, files } = state;
  // Prism found it valid, and every valid create is an object.
  const body = call.body as JsonObject;
  const source = recentTask(state, String(body.source_task_id ?? ""));
  const refused =
    unavailableInput(state, call, inputsOf(body)) ??
    unsuitableSource(state, call, body, source) ??
    (await failedChallenge(state, call, body));
  if (refused) return refused;

  const task = newTask(state, call, kind, body, source);
  tasks.set(task.taskId, task);
  const { outcome, ending, fileId, createdAt } = task;
  if ("clip" in outcome && (ending === "success" || ending === "succeeded")) {
    const file = storedVideo(task, outcome.clip, createdAt + milestones(task).ends);
    files.set(fileId, kind === "video" ? { ...file, purpose: "video_generation" } : file);
  }
  if (typeof body.callback_url === "string") announceChanges(state, call, task, body.callback_url);
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

/** The refusal of a create whose `callback_url` does not echo the challenge; undefined if it does, or if there is none. */
async function failedChallenge(
  { engine, callbacks }: MockState,
  call: MockCall,
  { callback_url }: JsonObject,
): Promise<MockReply | undefined> {
  if (typeof callback_url !== "string" || (await callbacks.challenge(callback_url))) return undefined;
  return { ...exampleReply(engine, call, "callbackUnchecked"), note: "the challenge was not echoed" };
}

/** How a task fails that a scenario lets fail: its ending in V1, its error in V2. */
const FAILURES = {
  sensitive_output: {
    v1: "failSensitiveOutput",
    v2: { code: "1027", message: "the finished video was judged sensitive" },
  },
  fail: { v1: "fail", v2: { code: "1000", message: "internal error" } },
} as const;

function newTask(state: MockState, call: MockCall, kind: TaskKind, body: JsonObject, source?: TaskV2): MockTask {
  const accepted = acceptTask(state, call, kind);
  const failing = (["sensitive_output", "fail"] as const).find((name) => pickByName(state.attempts, call, name));
  const failure = failing && FAILURES[failing];
  if (kind === "video" || kind === "template")
    return { ...accepted, kind, ending: failure?.v1 ?? "success", ...planV1(body) };
  return {
    ...accepted,
    kind,
    ending: failure ? "failed" : "succeeded",
    ...plansV2[kind](state, body, source),
    ...(failure && { failure: failure.v2 }),
    ...(typeof body.callback_url === "string" && { callbackUrl: body.callback_url }),
  };
}

/** Counts the create, and gives its task ids, a pace and the scenarios that stay with it. */
function acceptTask(state: MockState, call: MockCall, kind: TaskKind): AcceptedTask {
  const slow = pickByName(state.attempts, call, "slow");
  const taskId = state.newId(kind);
  state.accepted.push(taskId);
  return {
    taskId,
    fileId: state.newId("file"),
    createdAt: state.now(),
    pace: state.speed / (slow ? (slow.number ?? 10) : 1),
    faults: faultsForTask(call.faults),
  };
}

/** Plans the callbacks of a task. Only V2 reports the first status as well. */
function announceChanges(state: MockState, call: MockCall, task: MockTask, url: string): void {
  const { starts, ends } = milestones(task);
  const body = (status: MockTask["ending"] | "queued" | "running" | "processing") => () =>
    callbackBody(state, call, task, status);
  const changes: StatusChange[] = isTaskV2(task)
    ? [
        [0, body("queued")],
        [starts, body("running")],
      ]
    : [[starts, body("processing")]];
  planCallbacks(state, call, url, [...changes, [ends, body(task.ending)]]);
}

/** The scenarios that will act later, for the log. */
function stillToCome({ faults }: MockCall): string {
  return faults
    .flatMap(({ scenario, on }) => (scenario.moment === "later" || !on.includes("create") ? scenario.name : []))
    .join();
}
