import type { FullClock } from "../base/clock.js";
import { ApiError, invalid, withFacts } from "../base/errors.js";
import { aBoolean, aSignal, assertOptions, aText, oneOf, type Rules } from "../base/options.js";
import { idFrom } from "../base/record.js";
import type { Server } from "../base/server.js";
import { type CallOptions, type HeardOptions, KINDS, type TaskStatus } from "../base/task.js";
import { writeJournal } from "../base/write-journal.js";
import { assertSuccess, contentOf, missingField, wrongSubject } from "../http/parse-response.js";
import { readDelay, retry } from "../http/retry.js";
import { namedId } from "../http/task-evidence.js";
import { statusFrom } from "../http/task-status.js";
import type { Call, HttpContext, Reply } from "../http/transport.js";
import { kinds, pathOf } from "../kinds/kinds.js";
import type { Context, Handle } from "./context.js";
import { LONGEST_TASK } from "./poll-schedule.js";
import { taskFrom } from "./task-handle.js";

/** Milliseconds after which a query is abandoned; a wait then queries again. */
const QUERY_TIMEOUT = 30_000;

export async function queryStatus(context: HttpContext, task: Handle, options?: CallOptions): Promise<TaskStatus> {
  const { signal } = assertOptions("task.status", options, { signal: aSignal });
  const { operation } = kinds[task.kind].query;
  return retry(context, { operation, signal }, readDelay(context), () => queryOnce(context, task, signal));
}

const NOT_PASSED = "This status was not passed to any wait";
const HEARD_OPTIONS: Rules<HeardOptions> = { signal: aSignal, kind: oneOf(KINDS), confirm: aBoolean, callback: aText };

/** Implements `Callbacks.heard`. */
export async function receiveStatus(context: Context, received: TaskStatus, options?: HeardOptions) {
  const { kind = "video", confirm = true, callback, signal } = assertOptions("callbacks.heard", options, HEARD_OPTIONS);
  const { taskId, state, word } = Object(received);
  if (idFrom(taskId) === undefined || !/^(running|succeeded|failed)$/.test(state) || typeof word !== "string")
    throw invalid(NOT_PASSED, "status", "must have the taskId of a task, a state and a word");
  const task = taskFrom(context.connection, { id: received.taskId, kind });
  const query = () => context.queries(() => queryOnce(context, task, signal), signal);
  const call = { operation: "confirmation of a callback", signal };
  const mustAsk = confirm && received.state !== "running";
  if (mustAsk) context.inbox.announced.put(task.id, true);
  const status = mustAsk ? await retry(context, call, readDelay(context), query) : received;
  context.inbox.deliver(status, callback);
  // The reply to its create may have been lost, in this process or in another.
  if (callback !== undefined && !context.created.get(task.id))
    await writeJournal(context, async (journal) => journal.found?.({ callback }, task.toJSON()), signal);
  return status;
}

/** Queries the task once, for at most `timeout` milliseconds. */
export async function queryOnce(context: HttpContext, task: Handle, signal?: AbortSignal, timeout = QUERY_TIMEOUT) {
  const { transport, server, clock } = context;
  const { query } = kinds[task.kind];
  const { secrets = [] } = task.memory;
  const limits = { signal, timeout: Math.min(timeout, QUERY_TIMEOUT) };
  const call: Call = { ...query, path: pathOf(query, task.id), method: "GET", secrets, ...limits };
  try {
    const status = statusIn(await transport(call), call, server, task.id);
    if (status.state === "running") task.memory.runningAt = clock.monotonic();
    return status;
  } catch (error) {
    // The caller's abort reason is left as it is, even if it is an error of this library.
    if (signal?.aborted) throw error;
    const isNew = clock.monotonic() - (birthOf(task, clock) ?? Number.NEGATIVE_INFINITY) < SPREADING;
    if (isNew && error instanceof ApiError && error.kind === "invalid_request")
      Object.assign(error, { retryable: true });
    throw withFacts(error, { task, taskId: task.id });
  }
}

/** Milliseconds after its create for which some machines of the service may refuse a query, because they do not know the task yet. */
const SPREADING = 10_000;

/** When a task was accepted, by the monotonic clock. A date is converted once, as the wall clock may be set, and may be years off. */
export function birthOf({ createdAt, memory }: Handle, clock: FullClock): number | undefined {
  if (createdAt === undefined) return memory.bornAt;
  memory.bornAt ??= clock.monotonic() - Math.min(LONGEST_TASK, Math.max(0, clock.now() - createdAt));
  return memory.bornAt;
}

function statusIn(reply: Reply, call: Call, server: Server, taskId: string): TaskStatus {
  const content = contentOf(reply, call, server);
  // The reply may be about another task. Not every server repeats the id.
  const said = namedId(content.task_id) || undefined;
  if (said !== undefined && said !== taskId) throw wrongSubject("task", taskId, said, call, server);
  const status = statusFrom(content, taskId, reply.secrets);
  // What looks like a failed task may be a failed query, however often it is repeated: the word "error" alone, or a code that is not
  // about the content, unless the reply names the task or its end; and an HTTP error, unless it is a 5xx that names the failed task.
  const isOther = status.state === "failed" && !/^(content_rejected|unknown)$/.test(status.kind);
  const isNamed = said !== undefined || Number(content.finish_time) > 0;
  const isOfTask = isNamed || !(isOther || /^error$/i.test(status.word));
  const isSaid = reply.status < 300 || (reply.status >= 500 && said !== undefined && /^fail/i.test(status.word));
  // A failed task explains itself in base_resp. Any other code means that the query itself was refused.
  if (status.state === "failed" && isOfTask && isSaid) return status;
  assertSuccess(content, reply, call, server);
  if (!status.word || !isOfTask) throw missingField("status", call, server);
  return status;
}
