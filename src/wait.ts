import { MiniMaxError, WaitTimeoutError } from "./errors.js";
import { type Clock, deadlineOf } from "./pause.js";
import { mayPass } from "./send.js";
import type { TaskStatus } from "./status.js";
import type { VideoTask } from "./task.js";

export interface WaitOptions {
  /** Ends the wait at once, also while it sleeps; the reason passes through untouched. The task goes on. */
  signal?: AbortSignal | undefined;
  /** Milliseconds before the wait ends with a `WaitTimeoutError`; bounds the request in flight as well. Default 30 minutes. */
  timeout?: number | undefined;
  /** Milliseconds between queries, as a fixed pace. Default: a growing one, from 2 to 10 seconds. */
  pollInterval?: number | undefined;
  /** Called with the first status and at each change, unknown words included. */
  onStatus?: ((status: TaskStatus) => void) | undefined;
}

const DEFAULT_TIMEOUT = 30 * 60_000;

/** Milliseconds to the next query: the vendor's guide asks every 10 s; the first ones come sooner, for short tasks. */
function interval(poll: number, random: () => number): number {
  return Math.min(10_000, 2_000 * 1.35 ** poll) * (0.9 + random() / 5);
}

type Ask = (signal: AbortSignal) => Promise<TaskStatus>;

/**
 * The statuses of a task as they change; the last one is final. A query that fails in passing is forgotten, one that can
 * never succeed (wrong key, unknown task) ends it.
 */
export async function* watch(
  task: VideoTask,
  ask: Ask,
  clock: Clock,
  options: WaitOptions = {},
): AsyncGenerator<TaskStatus, void> {
  const { signal, timeout = DEFAULT_TIMEOUT, pollInterval } = options;
  const deadline = deadlineOf(signal, timeout);
  let last: string | undefined;
  let fault: unknown;
  try {
    for (let poll = 0; ; poll++) {
      const status = await ask(deadline.signal).catch((error) => {
        if (deadline.signal.aborted || !mayPass(error)) throw error;
        fault = error;
      });
      if (status && `${status.state} ${status.word}` !== last) {
        last = `${status.state} ${status.word}`;
        yield status;
      }
      if (status && status.state !== "running") return;
      await clock.pause(pollInterval ?? interval(poll, clock.random), deadline.signal);
    }
  } catch (error) {
    if (signal?.aborted || !deadline.expired) throw error;
    const seconds = Math.round(timeout / 1000);
    const lately = fault instanceof MiniMaxError ? ` The last query that failed: ${fault.message}.` : "";
    const message = `Task ${task.id} was not finished after ${seconds} s.${lately} It goes on at the service: wait for it again with task.wait().`;
    throw new WaitTimeoutError(message, { task, operation: "wait", ...(fault ? { cause: fault } : {}) });
  } finally {
    deadline.clear();
  }
}
