import { invalid, type ValidationError, withFacts } from "../base/errors.js";
import { aSignal, assertOptions } from "../base/options.js";
import type { CallOptions, TaskStatus } from "../base/task.js";
import { writeJournal } from "../base/write-journal.js";
import { missingField, successOf } from "../http/parse-response.js";
import { readDelay, retry } from "../http/retry.js";
import type { Call } from "../http/transport.js";
import { kinds, pathOf } from "../kinds/kinds.js";
import type { Context, Handle } from "./context.js";
import { queryOnce } from "./query-task.js";

/** Cancels a queued task. The same call deletes a finished one, so the task is queried before each attempt. */
export async function cancelTask(context: Context, task: Handle, options?: CallOptions): Promise<void> {
  const { signal } = assertOptions("task.cancel", options, { signal: aSignal });
  const call = removalOf(task, "cancelled", signal);
  await retry(context, call, readDelay(context), async () => {
    if (!isCancelled(task, await queryOnce(context, task, signal))) await remove(context, call, "cancelled");
  });
  await writeJournal(context, (journal) => journal.ended(task.toJSON(), { state: "failed" }), signal);
}

function isCancelled(task: Handle, { state, word }: TaskStatus): boolean {
  if (/^(queued|cancelled)$/i.test(word)) return word.toLowerCase() === "cancelled";
  const why =
    state === "running"
      ? `it is running (${word}) and will be charged; only a queued task can be cancelled`
      : `it is finished (${word}); task.delete() deletes it`;
  throw notRemoved(task, "cancelled", why);
}

export async function deleteTask(context: Context, task: Handle, options?: CallOptions): Promise<void> {
  const { signal } = assertOptions("task.delete", options, { signal: aSignal });
  const call = removalOf(task, "deleted", signal);
  const { state, word } = await task.status({ signal });
  if (state === "running")
    throw notRemoved(task, "deleted", `it is not finished (${word}); task.cancel() cancels a queued task`);
  await retry(context, call, readDelay(context), () => remove(context, call, "deleted"));
}

function notRemoved(task: Handle, what: string, why: string): ValidationError {
  return withFacts(invalid(`Task ${task.id} was not ${what}`, "task", why), { task, taskId: task.id });
}

function removalOf(task: Handle, what: string, signal: AbortSignal | undefined): Call {
  const { remove } = kinds[task.kind];
  if (!remove)
    throw notRemoved(task, what, "API v1 cannot cancel or delete tasks; this one continues and will be charged");
  const about = { task, taskId: task.id };
  return { operation: remove.operation, method: "DELETE", path: pathOf(remove, task.id), about, signal };
}

/** May be repeated, because removing a task twice does no harm. */
async function remove({ transport, server }: Context, call: Call, what: string): Promise<void> {
  const { action } = successOf(await transport(call), call, server);
  if (action !== what) throw missingField(`action "${what}"`, call, server);
}
