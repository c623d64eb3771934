/** Asking about tasks, cancelling and deleting them. */
import { exampleJson, exampleReply, invalidParams } from "./example-replies.js";
import type { MockReply } from "./mock-reply.js";
import { type MockCall, type MockState, recentTask } from "./mock-state.js";
import { isRemembered, isTaskV2, type KindV1, type State, stateOf, type TaskV2 } from "./mock-tasks.js";
import { pickByName } from "./pick-scenario.js";
import type { JsonObject } from "./prism-engine.js";
import { videoLink, viewV2 } from "./task-views.js";

// A status that no document of MiniMax mentions, spelt like the others of its version.
const UNKNOWN_STATUS = { v1: "Reviewing", v2: "reviewing" };

/** A task of V1 at this moment. */
export async function queryTaskV1(state: MockState, call: MockCall, kind: KindV1): Promise<MockReply> {
  const { engine, attempts, now } = state;
  const task = state.tasks.get(call.id);
  // Our words: nobody has seen how the service refuses an unknown id.
  if (!task || isTaskV2(task) || task.kind !== kind) return invalidParams(engine, call, "task_id not found");
  const status = stateOf(task, now());
  const json: JsonObject = { ...exampleJson(engine, call, status), task_id: task.taskId };
  if (status === "processing" && pickByName(attempts, call, "unknown_status")) json.status = UNKNOWN_STATUS.v1;
  if (status === "success" && kind === "video") {
    const { width, height } = task.outcome.clip;
    Object.assign(json, { file_id: task.fileId, video_width: width, video_height: height });
  } else if (status === "success") {
    const expired = pickByName(attempts, call, "expired_link") !== undefined;
    json.video_url = videoLink(state, task, { origin: call.origin, expired });
  }
  return { json, note: String(json.status) };
}

/** A task of V2 at this moment. */
export async function queryTaskV2(state: MockState, call: MockCall): Promise<MockReply> {
  const { engine, attempts, now } = state;
  const task = recentTask(state, call.id);
  if (!task) return { ...exampleReply(engine, call, "invalidTaskId"), note: "invalid" };
  const status = stateOf(task, now());
  const expired = status === "succeeded" && pickByName(attempts, call, "expired_link") !== undefined;
  const view = viewV2(state, task, status, { origin: call.origin, expired });
  if (status === "running" && pickByName(attempts, call, "unknown_status")) view.status = UNKNOWN_STATUS.v2;
  return { json: { task: view }, note: String(view.status) };
}

// Nobody has published the default; the vendor's examples ask for 4 and for 20.
const PAGE_SIZE = 20;

/** A page of the tasks from the last seven days that pass all filters, newest first. All keys belong to one account. */
export async function listTasks(state: MockState, { query, origin }: MockCall): Promise<MockReply> {
  const now = state.now();
  const passes = filterOf(query);
  const found = [...state.tasks.values()]
    .filter((task) => isTaskV2(task))
    .filter((task) => isRemembered(task, now))
    .map((task) => ({ task, status: stateOf(task, now) }))
    .filter(({ task, status }) => passes(task, status))
    .reverse();
  const size = Number(query.page_size ?? PAGE_SIZE);
  const start = (Number(query.page_num ?? 1) - 1) * size;
  const items = found.slice(start, start + size).map(({ task, status }) => viewV2(state, task, status, { origin }));
  return { json: { items, total: found.length }, note: `${items.length} of ${found.length} tasks` };
}

/** All filters must match; of several ids, one. */
function filterOf(query: MockCall["query"]): (task: TaskV2, status: State) => boolean {
  const matches = (name: string, value: string) => {
    const wanted = query[`filter.${name}`];
    return wanted === undefined || wanted === value || (Array.isArray(wanted) && wanted.includes(value));
  };
  return ({ taskId, kind, requested }, status) =>
    matches("status", status) &&
    matches("task_ids", taskId) &&
    matches("model", requested.model) &&
    matches("task_type", kind);
}

/** Cancels a queued task, deletes one that has ended, and refuses the rest. */
export async function removeTask(state: MockState, call: MockCall): Promise<MockReply> {
  const { engine, now } = state;
  const task = recentTask(state, call.id);
  if (!task) return { ...exampleReply(engine, call, "invalidTaskId"), note: "invalid" };
  const status = stateOf(task, now());
  if (status === "running" || status === "cancelled")
    return { ...exampleReply(engine, call, status, 400), note: status };
  const action = status === "queued" ? "cancelled" : "deleted";
  if (action === "cancelled") cancelTask(state, call, task);
  else forgetTask(state, task);
  return { json: { ...exampleJson(engine, call, action), task_id: task.taskId }, note: action };
}

/** A cancelled task can still be queried, and its receiver is called. */
function cancelTask(state: MockState, { origin }: MockCall, task: TaskV2): void {
  task.cancelledAt = state.now();
  if (task.callbackUrl === undefined) return;
  state.callbacks.queue(task.callbackUrl)(0, () => ({ task: viewV2(state, task, "cancelled", { origin }) }));
}

/** Removes the record of a task, and its video. */
function forgetTask({ tasks, files }: MockState, { taskId, fileId }: TaskV2): void {
  tasks.delete(taskId);
  files.delete(fileId);
}
