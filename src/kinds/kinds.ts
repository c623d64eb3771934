import { lazily } from "../base/lazily.js";
import { type ExpandedPrompt, isTaskKind, type Task, type TaskKind, type Video, type VideoTask } from "../base/task.js";
import type { RequestRules } from "./request-rules.js";

/** An operation of the spec: its operationId and its path below the server's base URL. */
export type Operation = { readonly operation: string; readonly path: string };

/** A row of the table of kinds: how tasks of one kind are created, queried and listed, and what they end with. */
export interface Kind {
  /** The API version. */
  readonly version: 1 | 2;
  readonly create: Operation;
  /** The path contains `{task_id}` in place of the id. */
  readonly query: Operation;
  /** Cancels a queued task and deletes a finished one. Absent if the API can do neither. */
  readonly remove?: Operation;
  /** Whether the service lists tasks of this kind, so that a task with a lost id can be found. */
  readonly isListed: boolean;
  readonly endsWith: "video" | "prompt";
  /** How its requests are checked and sent. */
  rules(): Promise<RequestRules>;
}

const version1 = { version: 1, isListed: false, endsWith: "video" } as const;
const version2 = {
  version: 2,
  query: { operation: "videoGenerationV2Query", path: "/v2/query/video_generation/{task_id}" },
  remove: { operation: "videoGenerationV2Delete", path: "/v2/video_generation/{task_id}" },
  isListed: true,
  endsWith: "video",
} as const;

export const kinds: Readonly<Record<TaskKind, Kind>> = {
  video: {
    ...version1,
    create: { operation: "videoGeneration", path: "/v1/video_generation" },
    query: { operation: "queryVideoGenerationTask", path: "/v1/query/video_generation?task_id={task_id}" },
    rules: lazily(async () => (await import("./video.js")).rules),
  },
  template: {
    ...version1,
    create: { operation: "videoTemplateGeneration", path: "/v1/video_template_generation" },
    query: {
      operation: "queryVideoTemplateGenerationTask",
      path: "/v1/query/video_template_generation?task_id={task_id}",
    },
    rules: lazily(async () => (await import("./template.js")).rules),
  },
  generation: {
    ...version2,
    create: { operation: "videoGenerationV2Create", path: "/v2/video_generation" },
    rules: lazily(async () => (await import("./generation.js")).rules),
  },
  regeneration: {
    ...version2,
    create: { operation: "videoRegenerationV2Create", path: "/v2/video_regeneration" },
    rules: lazily(async () => (await import("./regeneration.js")).rules),
  },
  h3_context_ir: {
    ...version2,
    create: { operation: "h3ContextIRV2Create", path: "/v2/h3_context_ir" },
    endsWith: "prompt",
    rules: lazily(async () => (await import("./context-ir.js")).rules),
  },
};

export function isVideoTask(task: Task<Video | ExpandedPrompt>): task is VideoTask {
  return kinds[task.kind].endsWith === "video";
}

/** The path of an operation on one task. */
export function pathOf({ path }: Operation, taskId: string): string {
  return path.replace("{task_id}", encodeURIComponent(taskId));
}

/** The kind of a task of API v2. All are queried at the same path, so an unknown type is treated as "generation". */
export function kindFromTaskType(task_type: unknown): TaskKind {
  return isTaskKind(task_type) && kinds[task_type].version === 2 ? task_type : "generation";
}
