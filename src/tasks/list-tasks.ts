import { aSignal, aString, assertOptions, aWholeNumber, mustBe, oneOf, type Rules } from "../base/options.js";
import { defined, type Fields, isRecord } from "../base/record.js";
import type { CallOptions, PromptTask, TaskStatus, VideoTask } from "../base/task.js";
import { missingField } from "../http/parse-response.js";
import { taskInVersion1 } from "../http/reply-shapes.js";
import { sendRead } from "../http/retry.js";
import { namedId } from "../http/task-evidence.js";
import { statusFrom } from "../http/task-status.js";
import { type Call, clockSkewIn } from "../http/transport.js";
import { kindFromTaskType } from "../kinds/kinds.js";
import type { Context } from "./context.js";
import { requestedIn, taskFrom } from "./task-handle.js";

const STATES = ["queued", "running", "succeeded", "failed", "cancelled", "expired"] as const;
const LISTED_KINDS = ["generation", "regeneration", "h3_context_ir"] as const;

/** Which tasks to list. By default, all of the last seven days. */
export interface ListOptions extends CallOptions {
  /** Only tasks in this state, spelled as the service spells it. */
  status?: (typeof STATES)[number] | undefined;
  /** Only tasks of this model, such as "MiniMax-H3". */
  model?: string | undefined;
  /** Only tasks that this create of API v2 made. */
  kind?: (typeof LISTED_KINDS)[number] | undefined;
  /** Only these tasks, in this order. Each costs a request. */
  ids?: readonly string[] | undefined;
  /** Tasks per page. Default 50; the vendor documents no limit. */
  pageSize?: number | undefined;
}

const LIST_OPTIONS: Rules<ListOptions> = {
  signal: aSignal,
  status: oneOf(STATES),
  model: aString,
  kind: oneOf(LISTED_KINDS),
  ids: mustBe("a list of ids", (value) => Array.isArray(value) && value.every((id) => typeof id === "string")),
  pageSize: aWholeNumber(1),
};

/** A task in the list of the service. */
export interface ListedTask {
  /** The handle of the task. */
  readonly task: VideoTask | PromptTask;
  /** Its state when the list was made. */
  readonly status: TaskStatus;
  /** Milliseconds since 1970. */
  readonly createdAt?: number;
  /** When its state last changed, in milliseconds since 1970. */
  readonly updatedAt?: number;
}

type Listing = AsyncGenerator<ListedTask, void>;
type Told = { clockSkew?: number | undefined };

/** Lists tasks of API v2, each once, page by page as they are needed. `told` receives the clock skew that the last reply shows. */
export async function* listTasks(context: Context, given?: ListOptions, told: Told = {}): Listing {
  const options = assertOptions("videos.list", given, LIST_OPTIONS);
  const { ids = [] } = options;
  if (ids.length === 0) yield* listPages(context, options, told);
  // One request for each id, because it is undocumented how to pass several (SOURCES.md, "filter.task_ids").
  for (const id of new Set(ids))
    for await (const listed of listPages(context, options, told, id)) {
      // A server may ignore the filter.
      if (listed.task.id !== id) continue;
      yield listed;
      break;
    }
}

async function* listPages(context: Context, options: ListOptions, told: Told, id?: string): Listing {
  const { status, model, kind, pageSize = 50, signal } = options;
  const query = new URLSearchParams({ page_size: String(pageSize) });
  for (const [name, value] of Object.entries({ status, model, task_type: kind, task_ids: id }))
    if (value) query.set(`filter.${name}`, value);
  const seen = new Set<string>();
  for (let page = 1, passed = 0; ; page++) {
    const path = `/v2/query/video_generation?page_num=${page}&${query}`;
    const call: Call = { operation: "videoGenerationV2List", method: "GET", path, signal };
    const { items, total } = await sendRead(context, call, ({ items, total }, reply) => {
      told.clockSkew = clockSkewIn(reply, context.clock.now());
      const listed = items === null ? [] : items;
      if (!Array.isArray(listed)) throw missingField("items", call, context.server);
      return { items: listed, total };
    });
    const known = seen.size;
    for (const item of items.filter(isRecord)) {
      const listed = listedFrom(context, item);
      // A task that is created in the meantime shifts the others by one.
      if (!listed || seen.has(listed.task.id)) continue;
      seen.add(listed.task.id);
      yield listed;
    }
    passed += items.length;
    // A server that returns no total may return the same page for ever.
    const isLast = typeof total === "number" ? passed >= total : seen.size === known;
    if (items.length === 0 || isLast) return;
  }
}

/** The service counts seconds. Others may count milliseconds, which would be seconds of the year 5000 and later. */
const milliseconds = (time: unknown) => (typeof time === "number" ? time * (time < 1e11 ? 1000 : 1) : undefined);

function listedFrom({ connection }: Context, item: Fields): ListedTask | undefined {
  const id = namedId(item.id ?? item.task_id);
  if (!id) return undefined;
  const [createdAt, updatedAt] = [item.created_at, item.updated_at].map(milliseconds);
  const facts = { id, kind: kindFromTaskType(item.task_type), createdAt, ...requestedIn(item) };
  const task = taskFrom(connection, defined(facts));
  const status = statusFrom(taskInVersion1(item), id);
  return defined({ task, status, createdAt, updatedAt });
}
