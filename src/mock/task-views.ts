/** What a task looks like on the wire: in replies to queries, and in callbacks. */
import { exampleJson } from "./example-replies.js";
import { type MockCall, type MockState, newLink } from "./mock-state.js";
import { enteredAt, isTaskV2, type KindV1, type MockTask, type State, type TaskV1, type TaskV2 } from "./mock-tasks.js";
import type { JsonObject } from "./prism-engine.js";

interface ViewOptions {
  /** Where the caller reached the mock. */
  origin: string;
  /** Whether the link to the video has already expired. */
  expired?: boolean;
}

/** The link to the video of a task, a new one each time. */
export function videoLink(state: MockState, { fileId }: MockTask, { origin, expired = false }: ViewOptions): string {
  return newLink(state, { fileId, filename: "output.mp4" }, origin, { expired });
}

/** A task of V2 in a state. */
export function viewV2(state: MockState, task: TaskV2, status: State, options: ViewOptions): JsonObject {
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
    ...(succeeded && { content: "prompt" in outcome ? outcome : { url: videoLink(state, task, options) } }),
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

const QUERY_PATHS: Record<KindV1, string> = {
  video: "/v1/query/video_generation",
  template: "/v1/query/video_template_generation",
};

/** The status words differ from those of queries, and templates have their own, as in the spec. */
function callbackV1({ engine }: MockState, { path }: MockCall, task: TaskV1, status: State): JsonObject {
  const { kind, taskId, fileId } = task;
  const success = kind === "template" ? "successAgent" : "success";
  const name = status === "processing" ? "processing" : status === "success" ? success : "failed";
  return {
    ...engine.callback(path, name),
    task_id: taskId,
    file_id: status === "success" && kind === "video" ? fileId : "",
    base_resp: exampleJson(engine, { method: "get", path: QUERY_PATHS[kind] }, status).base_resp,
  };
}
