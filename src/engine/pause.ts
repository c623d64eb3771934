/** Time and chance, injected so that tests need neither. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Resolves after `milliseconds`; rejects with `signal.reason` at once when that aborts. An `idle` pause does not keep a
   * process alive by itself. A `sleeper` is given a way to end it before its time, for as long as it lasts.
   */
  pause(milliseconds: number, signal?: AbortSignal, options?: PauseOptions): Promise<void>;
  /** Evenly from 0 to 1. */
  random(): number;
}

export interface PauseOptions {
  idle?: boolean;
  sleeper?: Sleeper;
}

/** Who may be woken; set while it sleeps. */
export interface Sleeper {
  wake?: (() => void) | undefined;
}

export const realClock: Clock = { now: Date.now, pause, random: Math.random };

function pause(
  milliseconds: number,
  signal?: AbortSignal,
  { idle = false, sleeper }: PauseOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!signal && !sleeper) return after(milliseconds, resolve, { idle });
    if (signal?.aborted) return reject(signal.reason);
    const finish = () => {
      off?.();
      clearTimeout(timer);
      if (sleeper) sleeper.wake = undefined;
      resolve();
    };
    const timer = after(milliseconds, finish, { idle });
    const off =
      signal &&
      onAbort(signal, (reason) => {
        clearTimeout(timer);
        if (sleeper) sleeper.wake = undefined;
        reject(reason);
      });
    if (sleeper) sleeper.wake = finish;
  });
}

/** Calls back after some time; never for what is too far away. Only Node's timers keep a process alive, or don't. */
export function after(milliseconds: number, callback: () => void, { idle = false } = {}): Timer | undefined {
  if (milliseconds >= FOREVER) return undefined;
  const timer = setTimeout(callback, milliseconds);
  if (idle) (timer as { unref?(): void }).unref?.();
  return timer;
}

type Timer = ReturnType<typeof setTimeout>;

// Longer delays overflow setTimeout's 32 bits and would fire at once.
const FOREVER = 2 ** 31;

const listening = new WeakMap<object, Set<(reason: unknown) => void>>();

/**
 * Calls back once when a signal aborts, at once when it has. Gives the way to call it off. However many listen here, the
 * signal sees one listener: Node warns of a leak at eleven, and one signal may end a thousand waits.
 */
export function onAbort(signal: AbortSignal | undefined, callback: (reason: unknown) => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) {
    callback(signal.reason);
    return () => {};
  }
  const callbacks = listening.get(signal) ?? new Set();
  if (callbacks.size === 0) signal.addEventListener("abort", tell, { once: true });
  listening.set(signal, callbacks.add(callback));
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) signal.removeEventListener("abort", tell);
  };
}

function tell(this: AbortSignal): void {
  const callbacks = [...(listening.get(this) ?? [])];
  listening.delete(this);
  for (const callback of callbacks) callback(this.reason);
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
  /** Lets go of the timer and of the caller's signal. Always call it. Not `reusable` is a signal that something still heeds. */
  clear(options?: { reusable?: boolean }): void;
}

// A controller costs as much as all our checks together, and what a runtime does with a new signal twice that. One that
// never aborted serves again; not for ever, because fetch leaves a listener on it until the next garbage collection.
const USES = 16;
const spare: { controller: AbortController; uses: number }[] = [];

/** Ends after `timeout` milliseconds (0 or less: at once; Infinity: never), or when `signal` does, then with its reason. */
export function deadlineOf(signal: AbortSignal | undefined, timeout: number): Deadline {
  const lent = spare.pop() ?? { controller: new AbortController(), uses: 0 };
  const { controller } = lent;
  const timer = after(timeout, expire);
  const deadline = { signal: controller.signal, expired: false, clear };
  const off = onAbort(signal, (reason) => controller.abort(reason));
  function expire() {
    deadline.expired = true;
    controller.abort(new DOMException("The time is up", "TimeoutError"));
  }
  function clear({ reusable = true } = {}) {
    clearTimeout(timer);
    off();
    if (reusable && !controller.signal.aborted && ++lent.uses < USES) spare.push(lent);
  }
  return deadline;
}
