import { aSignal, aString, assertOptions, aWholeNumber, mustBe, oneOf, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { CallOptions, TaskRecord, TaskStatus, VideoTask } from "../base/task.js";
import { otherShape } from "../http/parse-response.js";
import { sendRead } from "../http/retry.js";
import { statusFrom } from "../http/task-status.js";
import type { Call } from "../http/transport.js";
import { kindFrom, taskInVersion1 } from "../http/v2-replies.js";
import type { Engine } from "./engine.js";
import { taskFrom } from "./task-handle.js";

export interface ListOptions extends CallOptions {
  /** Only tasks in this state, in the service's own word. */
  status?: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "expired" | undefined;
  model?: string | undefined;
  /** Only what one of the three creates of version 2 has made. */
  kind?: "generation" | "regeneration" | "h3_context_ir" | undefined;
  ids?: readonly string[] | undefined;
  /** Tasks that are asked for at a time. Default 50; the vendor documents no limit. */
  pageSize?: number | undefined;
}

const LIST_OPTIONS: Rules<ListOptions> = {
  signal: aSignal,
  status: oneOf(["queued", "running", "succeeded", "failed", "cancelled", "expired"]),
  model: aString,
  kind: oneOf(["generation", "regeneration", "h3_context_ir"]),
  ids: mustBe("a list of ids", (value) => Array.isArray(value) && value.every((id) => typeof id === "string")),
  pageSize: aWholeNumber(1),
};

/** A task as the list tells of it. */
export interface ListedTask {
  readonly task: VideoTask;
  readonly status: TaskStatus;
  /** Milliseconds since 1970. */
  readonly createdAt?: number;
  readonly updatedAt?: number;
}

const OPERATION = "videoGenerationV2List";

/** The tasks of version 2 of the last seven days, as they come, page by page as they are asked for. None comes twice. */
export async function* listTasks(engine: Engine, options: ListOptions = {}): AsyncGenerator<ListedTask, void> {
  assertOptions("videos.list", options, LIST_OPTIONS);
  const { status, model, kind, ids = [], pageSize = 50, signal } = options;
  const seen = new Set<string>();
  for (let page = 1, passed = 0; ; page++) {
    const query = new URLSearchParams({ page_num: String(page), page_size: String(pageSize) });
    for (const [name, value] of Object.entries({ status, model, task_type: kind }))
      if (value) query.set(`filter.${name}`, value);
    for (const id of ids) query.append("filter.task_ids", id);
    const call: Call = { operation: OPERATION, method: "GET", path: `/v2/query/video_generation?${query}`, signal };
    const { items, total } = await sendRead(engine, call, ({ items, total }) => {
      if (!Array.isArray(items)) throw otherShape("items", call, engine.server);
      return { items, total };
    });
    const known = seen.size;
    for (const item of items.filter(isRecord)) {
      const listed = listedFrom(engine, item);
      // A task that is made meanwhile moves the others on by one.
      if (!listed || seen.has(listed.task.id)) continue;
      seen.add(listed.task.id);
      yield listed;
    }
    passed += items.length;
    // Whoever does not say how many there are may give the same page for ever.
    const isLast = typeof total === "number" ? passed >= total : seen.size === known;
    if (items.length === 0 || isLast) return;
  }
}

function listedFrom({ connection }: Engine, item: Record<string, unknown>): ListedTask | undefined {
  const { id, task_type, created_at, updated_at, model, duration, resolution } = item;
  if (typeof id !== "string" || !id) return undefined;
  const createdAt = millisecondsFrom(created_at);
  const record: Omit<TaskRecord, "version" | "server"> = {
    id,
    kind: kindFrom(task_type),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(typeof model === "string" ? { model } : {}),
    ...(typeof duration === "number" ? { duration } : {}),
    ...(typeof resolution === "string" && resolution ? { resolution } : {}),
  };
  const updatedAt = millisecondsFrom(updated_at);
  return {
    task: taskFrom(connection, record),
    status: statusFrom(taskInVersion1(item), id),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

/** The service counts seconds. */
function millisecondsFrom(seconds: unknown): number | undefined {
  return typeof seconds === "number" ? seconds * 1000 : undefined;
}
