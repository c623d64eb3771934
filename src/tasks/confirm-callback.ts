import { aBoolean, aSignal, assertOptions, oneOf, type Rules } from "../base/options.js";
import { type HeardOptions, KINDS, type TaskKind, type TaskStatus } from "../base/task.js";
import { readDelay, retry } from "../http/retry.js";
import type { Context } from "./context.js";
import { queryOnce } from "./query-task.js";
import { taskFrom } from "./task-handle.js";

/** `minimax.callbacks`: takes what a receiver of callbacks has received. `createWebhookHandler({ client })` calls it. */
export interface Callbacks {
  /** Declares that callbacks reach this process, so that waits for tasks with a `callback_url` poll only once one is overdue. */
  expect(): Promise<void>;
  /**
   * Hands a status to the waits of this process at once. A final status is first confirmed by a query, within
   * `queriesPerMinute`; then the result of the query counts.
   * @throws {ApiError, ConnectionError} if the query fails for good.
   */
  heard(status: TaskStatus, options?: HeardOptions): Promise<TaskStatus>;
}

const HEARD_OPTIONS: Rules<HeardOptions> = { signal: aSignal, kind: oneOf(KINDS), confirm: aBoolean };

/** See `Callbacks.heard`. */
export async function receiveStatus(
  context: Context,
  received: TaskStatus,
  options: HeardOptions = {},
): Promise<TaskStatus> {
  const { kind = "video", confirm = true, signal } = assertOptions("callbacks.heard", options, HEARD_OPTIONS);
  const mustAsk = confirm && received.state !== "running";
  const status = mustAsk ? await confirmed(context, received.taskId, kind, signal) : received;
  context.inbox.deliver(status);
  return status;
}

function confirmed(context: Context, id: string, kind: TaskKind, signal: AbortSignal | undefined): Promise<TaskStatus> {
  const task = taskFrom(context.connection, { id, kind });
  const call = { operation: "confirmation of a callback", signal };
  return retry(context, call, readDelay(context), () =>
    context.queries(() => queryOnce(context, task, signal), signal),
  );
}
