/** What tasks look like on the wire, and the operations on them: query, list, cancel and delete. */
import { kinds } from "../kinds/kinds.js";
import { type LinkOptions, newLink } from "./download-links.js";
import { exampleJson, exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { type MockCall, type MockState, recentTask } from "./mock-state.js";
import {
  enteredAt,
  isRemembered,
  isTaskV2,
  type KindV1,
  type MockTask,
  type State,
  type TaskV1,
  type TaskV2,
  taskState,
} from "./mock-tasks.js";
import { pickByName } from "./play-scenarios.js";
import type { JsonObject } from "./prism-engine.js";

/** A task of V2 in a state. */
function viewV2(state: MockState, task: TaskV2, status: State, options: LinkOptions): JsonObject {
  const { taskId, kind, requested, outcome, usage, failure, createdAt } = task;
  const { model, ratio, resolution, duration } = requested;
  const succeeded = status === "succeeded";
  return {
    id: taskId,
    model,
    status,
    ...(status === "failed" && { error: failure }),
    created_at: toSeconds(createdAt),
    updated_at: toSeconds(enteredAt(task, status)),
    ...(succeeded && { content: "prompt" in outcome ? outcome : { url: newLink(state, task.fileId, options) } }),
    ...(resolution !== undefined && { resolution }),
    duration,
    usage: succeeded ? usage : {},
    // "adaptive" until the task has succeeded.
    ratio: succeeded && ratio === "adaptive" && "ratio" in outcome ? outcome.ratio : ratio,
    task_type: kind,
    modality: kind === "h3_context_ir" ? "text" : "video",
  };
}

function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** The body of a callback about a change of status; undefined if the task was cancelled before. */
export function callbackBody(state: MockState, call: MockCall, task: MockTask, status: State): JsonObject | undefined {
  if (!isTaskV2(task)) return callbackV1(state, call, task, status);
  return task.cancelledAt === undefined ? { task: viewV2(state, task, status, call) } : undefined;
}

/** The status words differ from those of queries, and templates have their own, as in the spec. */
function callbackV1({ engine }: MockState, { path }: MockCall, task: TaskV1, status: State): JsonObject {
  const { kind, taskId, fileId } = task;
  const [query = ""] = kinds[kind].query.path.split("?");
  const success = kind === "template" ? "successAgent" : "success";
  const name = status === "processing" ? "processing" : status === "success" ? success : "failed";
  return {
    ...engine.callback(path, name),
    task_id: taskId,
    file_id: status === "success" && kind === "video" ? fileId : "",
    base_resp: exampleJson(engine, { method: "get", path: query }, status).base_resp,
  };
}

/** A task of V1 at this moment. */
export async function serveQueryV1(state: MockState, call: MockCall, kind: KindV1): Promise<MockReply> {
  const { engine, now } = state;
  const task = state.tasks.get(call.id);
  // Our words: nobody has seen how the service refuses an unknown id.
  if (!task || isTaskV2(task) || task.kind !== kind) return invalidParams(engine, call, "task_id not found");
  const status = taskState(task, now());
  const json: JsonObject = { ...exampleJson(engine, call, status), task_id: task.taskId };
  if (status === "processing" && pickByName(state, call, "unknown_status")) json.status = "Reviewing";
  if (status === "success" && kind === "video") {
    const { width, height } = task.outcome.clip;
    const file_id = pickByName(state, call, "late_result") ? "" : task.fileId;
    Object.assign(json, { file_id, video_width: width, video_height: height });
  } else if (status === "success") {
    const expired = pickByName(state, call, "expired_link") !== undefined;
    const isLate = pickByName(state, call, "late_result") !== undefined;
    json.video_url = isLate ? "" : newLink(state, task.fileId, { origin: call.origin, expired });
  }
  return { json, note: String(json.status) };
}

/** A task of V2 at this moment. */
export async function serveQueryV2(state: MockState, call: MockCall): Promise<MockReply> {
  const { engine, now } = state;
  const task = recentTask(state, call.id);
  if (!task) return exampleReply(engine, call, "invalidTaskId", { note: "invalid" });
  const status = taskState(task, now());
  const expired = status === "succeeded" && pickByName(state, call, "expired_link") !== undefined;
  const view = viewV2(state, task, status, { origin: call.origin, expired });
  if (status === "running" && pickByName(state, call, "unknown_status")) view.status = "reviewing";
  if (status === "succeeded" && pickByName(state, call, "late_result")) view.content = {};
  return { json: { task: view }, note: String(view.status) };
}

// Nobody has published the default; the vendor's examples ask for 4 and for 20.
const PAGE_SIZE = 20;

/** A page of the tasks from the last seven days that pass all filters, newest first. All keys belong to one account. */
export async function serveTaskList(state: MockState, { query, origin }: MockCall): Promise<MockReply> {
  const now = state.now();
  const passes = filterOf(query);
  const found = [...state.tasks.values()]
    .filter((task) => isTaskV2(task))
    .filter((task) => isRemembered(task, now))
    .map((task) => ({ task, status: taskState(task, now) }))
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

/** Cancels a queued task, deletes one that has ended together with its video, and refuses the rest. */
export async function serveTaskRemoval(state: MockState, call: MockCall): Promise<MockReply> {
  const { engine, now } = state;
  const task = recentTask(state, call.id);
  if (!task) return exampleReply(engine, call, "invalidTaskId", { note: "invalid" });
  const status = taskState(task, now());
  if (status === "running" || status === "cancelled")
    return exampleReply(engine, call, status, { status: 400, note: status });
  const action = status === "queued" ? "cancelled" : "deleted";
  if (action === "cancelled") cancelQueued(state, call, task);
  else {
    state.tasks.delete(task.taskId);
    state.files.delete(task.fileId);
  }
  return { json: { ...exampleJson(engine, call, action), task_id: task.taskId }, note: action };
}

/** A cancelled task can still be queried, and its receiver is called. */
function cancelQueued(state: MockState, { origin }: MockCall, task: TaskV2): void {
  task.cancelledAt = state.now();
  if (task.callbackUrl === undefined) return;
  state.callbacks.queue(task.callbackUrl)(0, () => ({ task: viewV2(state, task, "cancelled", { origin }) }));
}
