/** What tasks look like on the wire, and the operations on them: query, list, cancel and delete. */
import type { TaskKind } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";
import { newLink } from "./download-links.js";
import { exampleJson, exampleReply, invalidParams, jsonReply, type MockReply } from "./mock-reply.js";
import type { JsonObject } from "./mock-request.js";
import { type MockCall, type MockTask, recentTask, type Stage, stageOf } from "./mock-state.js";
import { isPlayed } from "./play-scenarios.js";
import { clipContent, mediaIn } from "./video-clips.js";

/** A task as it looks in a stage. `expired`: whether a link in it has expired. */
export function viewOf(call: MockCall, task: MockTask, { state, from }: Stage, expired = false): JsonObject {
  const { taskId, fileId, kind, requested, result, error, clip, createdAt } = task;
  const link = clip && /^succe/.test(state) ? newLink(call, fileId, expired) : undefined;
  if (!call.isV2) {
    const [path = ""] = kinds[kind].query.path.split("?");
    const found = kind === "video" ? { file_id: fileId } : { video_url: link };
    return { ...exampleJson({ ...call, method: "get", path }, state), task_id: taskId, ...(link && found) };
  }
  return {
    id: taskId,
    status: state,
    created_at: Math.floor(createdAt / 1000),
    updated_at: Math.floor(from / 1000),
    ...requested,
    usage: {},
    ...(link && { content: { url: link } }),
    ...(state === "succeeded" && result),
    ...(state === "failed" && { error }),
    task_type: kind,
    modality: clip ? "video" : "text",
  };
}

/** What a task reports in place of its result until that is there. */
const NO_RESULT: Partial<Record<TaskKind, JsonObject>> = { video: { file_id: "" }, template: { video_url: "" } };

/** A task at this moment. `kind`: the kind of a task of V1; all those of V2 are queried at one path. */
export async function serveQuery(call: MockCall, kind?: "video" | "template"): Promise<MockReply> {
  const { mock, id } = call;
  const task = kind ? mock.tasks.get(id) : recentTask(mock, id);
  // Our words in V1: nobody has seen how the service refuses an unknown id.
  if (!task || (kind && task.kind !== kind))
    return kind ? invalidParams(call, "task_id not found") : exampleReply(call, "invalidTaskId");
  const stage = stageOf(task, mock.now());
  const isDone = /^succe/.test(stage.state);
  const view = viewOf(call, task, stage, isDone && isPlayed(call, "expired_link"));
  if (/^(processing|running)$/.test(stage.state) && isPlayed(call, "unknown_status"))
    view.status = kind ? "Reviewing" : "reviewing";
  if (isDone && task.clip && kind === "video") {
    const movie = mediaIn((await clipContent(task.clip)).bytes);
    if (movie?.kind === "video") Object.assign(view, { video_width: movie.width, video_height: movie.height });
  }
  if (isDone && isPlayed(call, "late_result")) Object.assign(view, NO_RESULT[task.kind] ?? { content: {} });
  return jsonReply(kind ? view : { task: view }, { note: String(view.status) });
}

/** A page of the tasks from the last seven days that pass all filters, newest first. All keys belong to one account. */
export function serveTaskList(call: MockCall): MockReply {
  const { mock, query } = call;
  const now = mock.now();
  const recent = [...mock.tasks.keys()].flatMap((id) => recentTask(mock, id) ?? []);
  const found = recent.filter((task) => passes(query, task, stageOf(task, now))).reverse();
  // Nobody has published the default; the vendor's examples ask for 4 and for 20.
  const size = Number(query.page_size ?? 20);
  const start = (Number(query.page_num ?? 1) - 1) * size;
  const items = found.slice(start, start + size).map((task) => viewOf(call, task, stageOf(task, now)));
  return jsonReply({ items, total: found.length }, { note: `${items.length} of ${found.length} tasks` });
}

/** Whether a task matches all filters. If a filter has several values, one of them must match. */
function passes(query: MockCall["query"], { taskId, kind, requested }: MockTask, { state }: Stage): boolean {
  const facts = { status: state, task_ids: taskId, model: requested.model ?? "", task_type: kind };
  return Object.entries(facts).every(([name, value]) => [query[`filter.${name}`] ?? value].flat().includes(value));
}

/** Cancels a queued task, deletes one that has ended together with its video, and refuses the rest. */
export function serveTaskRemoval(call: MockCall): MockReply {
  const { mock, id } = call;
  const task = recentTask(mock, id);
  if (!task) return exampleReply(call, "invalidTaskId");
  const { state } = stageOf(task, mock.now());
  if (state === "running" || state === "cancelled") return exampleReply(call, state, { status: 400 });
  if (state === "queued") {
    // It can still be queried, and its receiver is called, but not about other states.
    const stage = { state: "cancelled", from: mock.now() };
    task.life = [stage];
    task.notify?.(stage, 0);
  } else {
    mock.tasks.delete(id);
    mock.files.delete(task.fileId);
  }
  const action = state === "queued" ? "cancelled" : "deleted";
  return exampleReply(call, action, { fields: { task_id: id } });
}
