import type { TaskKind } from "../base/task.js";

/** An operation of the spec: what it is called there, and its path below the server's base URL. */
export interface Operation {
  readonly operation: string;
  readonly path: string;
}

/** Where tasks of one kind are made, and asked for. */
export interface Api {
  readonly version: 1 | 2;
  readonly create: Operation;
  /** `{task_id}` stands for the id. */
  readonly query: Operation;
}

const QUERY_V2 = { operation: "videoGenerationV2Query", path: "/v2/query/video_generation/{task_id}" };

export const APIS: Record<TaskKind, Api> = {
  video: {
    version: 1,
    create: { operation: "videoGeneration", path: "/v1/video_generation" },
    query: { operation: "queryVideoGenerationTask", path: "/v1/query/video_generation?task_id={task_id}" },
  },
  template: {
    version: 1,
    create: { operation: "videoTemplateGeneration", path: "/v1/video_template_generation" },
    query: {
      operation: "queryVideoTemplateGenerationTask",
      path: "/v1/query/video_template_generation?task_id={task_id}",
    },
  },
  generation: {
    version: 2,
    create: { operation: "videoGenerationV2Create", path: "/v2/video_generation" },
    query: QUERY_V2,
  },
  regeneration: {
    version: 2,
    create: { operation: "videoRegenerationV2Create", path: "/v2/video_regeneration" },
    query: QUERY_V2,
  },
  h3_context_ir: {
    version: 2,
    create: { operation: "h3ContextIRV2Create", path: "/v2/h3_context_ir" },
    query: QUERY_V2,
  },
};

/** The path of an operation on one task. */
export function pathOf({ path }: Operation, taskId: string): string {
  return path.replace("{task_id}", encodeURIComponent(taskId));
}
