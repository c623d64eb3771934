import { invalid, type ValidationError, withFacts } from "../base/errors.js";
import { assertOptions } from "../base/options.js";
import type { CallOptions, TaskStatus, VideoTask } from "../base/task.js";
import { CALL_OPTIONS } from "../files/retrieve-file.js";
import { otherShape, successOf } from "../http/parse-response.js";
import { afterRead, repeated } from "../http/retry.js";
import type { Call } from "../http/transport.js";
import { APIS } from "../kinds/kinds.js";
import type { Engine } from "./engine.js";
import { ask } from "./query-task.js";
import type { Handle } from "./task-handle.js";
import { noted } from "./write-journal.js";

const OPERATION = "videoGenerationV2Delete";

/**
 * Takes a queued task back: it is not charged. The service deletes a finished one by the same call, so where the task stands is
 * asked before each try, and nothing is sent that could throw a video away.
 */
export async function cancelTask(engine: Engine, task: Handle, options: CallOptions = {}): Promise<void> {
  assertOptions("task.cancel", options, CALL_OPTIONS);
  assertRemovable(task, "cancelled");
  await remove(engine, task, "cancelled", options, async () =>
    isCancelled(task, await ask(engine, task, options.signal)),
  );
  await noted(engine, (journal) => journal.ended(task.toJSON(), { state: "failed" }));
}

/** @throws {ValidationError} when it is too late. */
function isCancelled(task: VideoTask, { state, word }: TaskStatus): boolean {
  if (/^(queued|cancelled)$/i.test(word)) return word.toLowerCase() === "cancelled";
  const why =
    state === "running"
      ? `it is being made (${word}), and will be charged; only a queued task can be taken back`
      : `it is over (${word}); task.delete() takes it off the list`;
  throw refusal(task, "cancelled", why);
}

/** Takes a finished task off the list of the service, its video with it. */
export async function deleteTask(engine: Engine, task: Handle, options: CallOptions = {}): Promise<void> {
  assertOptions("task.delete", options, CALL_OPTIONS);
  assertRemovable(task, "deleted");
  const { state, word } = await task.status(options);
  if (state === "running")
    throw refusal(task, "deleted", `it is not over (${word}); task.cancel() takes a queued one back`);
  await remove(engine, task, "deleted", options);
}

function assertRemovable(task: VideoTask, what: string): void {
  if (APIS[task.kind].version === 2) return;
  throw refusal(task, what, "version 1 of the API has no such thing; the task goes on, and is paid for");
}

function refusal(task: VideoTask, what: string, why: string): ValidationError {
  return withFacts(invalid(`Task ${task.id} was not ${what}`, "task", why), { task, taskId: task.id });
}

/** Sent again after a passing fault, unless it `isDone`: what is gone already is refused, and nothing is lost by that. */
async function remove(
  engine: Engine,
  task: Handle,
  what: string,
  { signal }: CallOptions,
  isDone: () => Promise<boolean> = async () => false,
): Promise<void> {
  const path = `/v2/video_generation/${encodeURIComponent(task.id)}`;
  const call: Call = { operation: OPERATION, method: "DELETE", path, signal };
  try {
    await repeated(engine, call, afterRead(engine), async () => {
      if (await isDone()) return;
      const { action } = successOf(await engine.exchange(call), call, engine.server);
      if (action !== what) throw otherShape(`action "${what}"`, call, engine.server);
    });
  } catch (error) {
    throw withFacts(error, { task, taskId: task.id });
  }
}
