/** What tasks look like on the wire, and the operations on them: query, list, cancel and delete. */
import { kinds } from "../kinds/kinds.js";
import { newLink } from "./download-links.js";
import { exampleJson, exampleReply, invalidExample, invalidParams, jsonReply, type MockReply } from "./mock-reply.js";
import type { JsonObject } from "./mock-request.js";
import {
  isRecent,
  isTaskV2,
  type KindV1,
  type MockCall,
  type MockTask,
  recentTask,
  stageOf,
  type TaskV1,
  type TaskV2,
} from "./mock-state.js";
import { isPlayed } from "./play-scenarios.js";
import { clipContent, mediaIn } from "./video-clips.js";

/** A task of V2 as it looks in a state. */
function viewV2(call: MockCall, task: TaskV2, state: string, expired = false): JsonObject {
  const { taskId, fileId, kind, requested, result, error, clip, createdAt, life } = task;
  return {
    id: taskId,
    status: state,
    created_at: Math.floor(createdAt / 1000),
    updated_at: Math.floor((life.find((stage) => stage.state === state)?.from ?? createdAt) / 1000),
    ...requested,
    usage: {},
    ...(state === "succeeded" && clip && { content: { url: newLink(call, fileId, { expired }) } }),
    ...(state === "succeeded" && result),
    ...(state === "failed" && { error }),
    task_type: kind,
    modality: clip ? "video" : "text",
  };
}

/** The body of a callback about a change of state; undefined if the task was cancelled before. */
export function callbackBody(call: MockCall, task: MockTask, state: string): JsonObject | undefined {
  if (!isTaskV2(task)) return callbackV1(call, task, state);
  return task.life.some((stage) => stage.state === state) ? { task: viewV2(call, task, state) } : undefined;
}

/** The body of a callback of V1. Its status words differ from those of queries, and again for templates, as in the spec. */
function callbackV1(call: MockCall, { kind, taskId, fileId }: TaskV1, state: string): JsonObject {
  const [path = ""] = kinds[kind].query.path.split("?");
  const success = kind === "template" ? "successAgent" : "success";
  const name = state === "processing" ? "processing" : state === "success" ? success : "failed";
  return {
    ...call.mock.engine.callback(call.path, name),
    task_id: taskId,
    file_id: state === "success" && kind === "video" ? fileId : "",
    base_resp: exampleJson({ ...call, method: "get", path }, state).base_resp,
  };
}

/** A task of V1 at this moment. */
export async function serveQueryV1(call: MockCall, kind: KindV1): Promise<MockReply> {
  const { mock, id } = call;
  const task = mock.tasks.get(id);
  // Our words: nobody has seen how the service refuses an unknown id.
  if (!task || isTaskV2(task) || task.kind !== kind) return invalidParams(call, "task_id not found");
  const { state } = stageOf(task, mock.now());
  const json: JsonObject = { ...exampleJson(call, state), task_id: id };
  if (state === "processing" && isPlayed(call, "unknown_status")) json.status = "Reviewing";
  if (state === "success" && kind === "video") {
    const movie = mediaIn((await clipContent(task.clip)).bytes);
    json.file_id = isPlayed(call, "late_result") ? "" : task.fileId;
    if (movie?.kind === "video") Object.assign(json, { video_width: movie.width, video_height: movie.height });
  } else if (state === "success") {
    const expired = isPlayed(call, "expired_link");
    json.video_url = isPlayed(call, "late_result") ? "" : newLink(call, task.fileId, { expired });
  }
  return jsonReply(json, { note: String(json.status) });
}

/** A task of V2 at this moment. */
export function serveQueryV2(call: MockCall): MockReply {
  const { mock, id } = call;
  const task = recentTask(mock, id);
  if (!task) return invalidExample(call, "invalidTaskId");
  const { state } = stageOf(task, mock.now());
  const succeeded = state === "succeeded";
  const view = viewV2(call, task, state, succeeded && isPlayed(call, "expired_link"));
  if (state === "running" && isPlayed(call, "unknown_status")) view.status = "reviewing";
  if (succeeded && isPlayed(call, "late_result")) view.content = {};
  return jsonReply({ task: view }, { note: String(view.status) });
}

// Nobody has published the default; the vendor's examples ask for 4 and for 20.
const PAGE_SIZE = 20;

/** A page of the tasks from the last seven days that pass all filters, newest first. All keys belong to one account. */
export function serveTaskList(call: MockCall): MockReply {
  const { mock, query } = call;
  const now = mock.now();
  const found = [...mock.tasks.values()]
    .filter((task) => isTaskV2(task))
    .filter((task) => isRecent(task, now))
    .map((task) => ({ task, state: stageOf(task, now).state }))
    .filter(({ task, state }) => passes(query, task, state))
    .reverse();
  const size = Number(query.page_size ?? PAGE_SIZE);
  const start = (Number(query.page_num ?? 1) - 1) * size;
  const items = found.slice(start, start + size).map(({ task, state }) => viewV2(call, task, state));
  return jsonReply({ items, total: found.length }, { note: `${items.length} of ${found.length} tasks` });
}

/** Whether a task matches all filters. If a filter has several values, one of them must match. */
function passes(query: MockCall["query"], { taskId, kind, requested }: TaskV2, state: string): boolean {
  const facts = { status: state, task_ids: taskId, model: requested.model, task_type: kind };
  return Object.entries(facts).every(([name, value]) => [query[`filter.${name}`] ?? value].flat().includes(value));
}

/** Cancels a queued task, deletes one that has ended together with its video, and refuses the rest. */
export function serveTaskRemoval(call: MockCall): MockReply {
  const { mock, id } = call;
  const task = recentTask(mock, id);
  if (!task) return invalidExample(call, "invalidTaskId");
  const { state } = stageOf(task, mock.now());
  if (state === "running" || state === "cancelled") return exampleReply(call, state, { status: 400, note: state });
  if (state === "queued") {
    // It can still be queried, and its receiver is called, but not about other states.
    task.life = [{ state: "cancelled", from: mock.now() }];
    task.notify?.(0, () => callbackBody(call, task, "cancelled"));
  } else {
    mock.tasks.delete(id);
    mock.files.delete(task.fileId);
  }
  const action = state === "queued" ? "cancelled" : "deleted";
  return jsonReply({ ...exampleJson(call, action), task_id: id }, { note: action });
}
