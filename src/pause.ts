/** Time and chance, injected so that tests need neither. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `milliseconds`; rejects with `signal.reason` at once when that aborts. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Evenly from 0 to 1. */
  random(): number;
}

export const realClock: Clock = { now: Date.now, pause, random: Math.random };

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
    function finish() {
      signal?.removeEventListener("abort", abort);
      resolve();
    }
    function abort() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
  });
}

const FIRST = 500;
const LONGEST = 30_000;

/** Milliseconds before the next try: doubling from half a second, jittered by half, at least what the service asked for. */
export function backoff(attempt: number, random: () => number, retryAfter = 0): number {
  const step = Math.min(LONGEST, FIRST * 2 ** attempt);
  return Math.max(step * (0.5 + random() / 2), Math.min(retryAfter, 2 * LONGEST));
}

/** One signal for two ends: the caller's abort and the passing of time. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether it was time that ended it. */
  readonly expired: boolean;
  /** Lets go of the timer and of the caller's signal. Always call it. */
  clear(): void;
}

// Longer delays overflow setTimeout's 32 bits and would fire at once.
const FOREVER = 2 ** 31;

// A controller costs as much as all our checks together, and what a runtime does with a new signal twice that. One that
// never aborted serves again; not for ever, because fetch leaves a listener on it until the next garbage collection.
const USES = 16;
const spare: { controller: AbortController; uses: number }[] = [];

/** Ends after `timeout` milliseconds (0 or less: at once; Infinity: never), or when `signal` does, then with its reason. */
export function deadlineOf(signal: AbortSignal | undefined, timeout: number): Deadline {
  const lent = spare.pop() ?? { controller: new AbortController(), uses: 0 };
  const { controller } = lent;
  const timer = timeout < FOREVER ? setTimeout(expire, timeout) : undefined;
  const deadline = { signal: controller.signal, expired: false, clear };
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort, { once: true });
  function abort() {
    controller.abort(signal?.reason);
  }
  function expire() {
    deadline.expired = true;
    controller.abort(new DOMException("The time is up", "TimeoutError"));
  }
  function clear() {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    if (!controller.signal.aborted && ++lent.uses < USES) spare.push(lent);
  }
  return deadline;
}
