import { after, firstOf } from "./clock.js";
import { ConnectionError } from "./errors.js";
import { onAbort } from "./on-abort.js";

/** Ends a call for either of two reasons: the caller aborts, or the time is up. */
export type Deadline = Readonly<ReturnType<typeof deadlineOf>>;

/**
 * Creates a deadline that ends after `timeout` milliseconds (0 or less: at once; Infinity: never), or with the reason of `signal`.
 */
export function deadlineOf(signal: AbortSignal | undefined, timeout: number) {
  const controller = new AbortController();
  let reject: (reason: unknown) => void;
  const ended = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // The deadline may end while nothing races against it.
  ended.catch(() => {});
  const end = (reason: unknown) => {
    reject(reason);
    controller.abort(reason);
  };
  // If this thread was blocked, the reply may have arrived meanwhile. One more turn of the event loop delivers it.
  let timer = after(timeout, () => {
    timer = after(0, () => {
      deadline.expired = true;
      end(new DOMException("The time is up", "TimeoutError"));
    });
  });
  const deadline = {
    /** For `fetch`, which may or may not obey it. */
    signal: controller.signal,
    /** Whether it ended because the time was up. */
    expired: false,
    /** Settles as `promise` does, or rejects as soon as the deadline ends, so that no call depends on others obeying a signal. */
    race: <T>(promise: Promise<T>) => Promise.race([ended, promise]),
    /** Releases the timer and the caller's signal. Always call it. */
    clear(): void {
      clearTimeout(timer);
      off();
    },
  };
  const off = onAbort(signal, end);
  return deadline;
}

/** Thrown if a step took too long. The message completes "The host …". */
export class LateError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Runs one step of a call. Ends at the time limit or on the caller's signal, even if the step obeys neither; what it returns later is
 * passed to `revoke`.
 */
export async function inTime<T>(
  step: (deadline: Deadline) => Promise<T>,
  milliseconds: number,
  signal: AbortSignal | undefined,
  words = "sent nothing for",
  revoke?: (late: T) => unknown,
): Promise<T> {
  if (signal?.aborted) throw signal.reason;
  const deadline = deadlineOf(signal, milliseconds);
  const running = (async () => step(deadline))();
  try {
    const result = await deadline.race(running);
    // A cancelled stream reports that it has ended.
    if (deadline.signal.aborted) throw deadline.signal.reason;
    return result;
  } catch (error) {
    if (deadline.signal.aborted) running.then(revoke).catch(() => {});
    throw deadline.expired ? new LateError(`${words} ${milliseconds / 1000} s`) : error;
  } finally {
    deadline.clear();
  }
}

/** Throws the error for the caller's own code, such as a journal, that did not answer in time. Nothing has been sent yet. */
export function unsent(cause: unknown): never {
  if (!(cause instanceof LateError)) throw cause;
  throw new ConnectionError(`${cause.message}. Nothing was sent`, { sent: "no", cause });
}

/** Settles as `promise` does; resolves with undefined after `milliseconds`; rejects with the signal's reason if it aborts. */
export function bounded<T>(promise: Promise<T>, milliseconds: number, signal?: AbortSignal): Promise<T | undefined> {
  return firstOf(milliseconds, signal, (resolve, reject) => void promise.then(resolve, reject));
}
