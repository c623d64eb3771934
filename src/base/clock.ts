import { keepSources } from "./abort-signals.js";
import { MiniMaxError } from "./errors.js";

/** Time and chance, injected so that tests need neither. */
export interface Clock {
  /** Milliseconds since 1970: for dates alone, because this clock may be set while a call runs. */
  now(): number;
  /** Milliseconds since some moment, which only ever grow: for durations. Default: `now`. */
  monotonic?(): number;
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

/** A clock of which everything is known. */
export type FullClock = Required<Clock>;

export const realClock: FullClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  pause,
  random: Math.random,
};

/**
 * A user's clock. Its durations never shrink, whatever is set back. Where it fails or gives no number, the real one stands in
 * for it: a paid task may depend on it.
 */
export function fullClock(clock: Clock): FullClock {
  let elapsed = 0;
  let last: { read: number; real: number } | undefined;
  return {
    now: () => numberFrom(() => clock.now()) ?? realClock.now(),
    monotonic() {
      const next = {
        read: numberFrom(() => clock.monotonic?.() ?? clock.now()) ?? Number.NaN,
        real: realClock.monotonic(),
      };
      const { read, real } = last ?? next;
      const step = next.read - read;
      elapsed += Number.isNaN(step) ? next.real - real : Math.max(0, step);
      last = next;
      return elapsed;
    },
    pause: (milliseconds, signal, options) =>
      new Promise<void>((resolve) => resolve(clock.pause(milliseconds, signal, options))).catch((cause) => {
        throw signal?.aborted ? signal.reason : new MiniMaxError("clock.pause() failed", { cause });
      }),
    random() {
      const chance = numberFrom(() => clock.random()) ?? -1;
      return chance >= 0 && chance <= 1 ? chance : realClock.random();
    },
  };
}

function numberFrom(read: () => number): number | undefined {
  try {
    const value = read();
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

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
  if (milliseconds > FOREVER) return undefined;
  const timer = setTimeout(callback, milliseconds);
  if (idle) (timer as { unref?(): void }).unref?.();
  return timer;
}

type Timer = ReturnType<typeof setTimeout>;

// Longer delays overflow setTimeout's 32 bits and would fire at once.
const FOREVER = 2 ** 31 - 1;

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
  if (callbacks.size === 0) {
    keepSources(signal);
    signal.addEventListener("abort", tell, { once: true });
  }
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

/** One end for two reasons: the caller's abort and the passing of time. */
export interface Deadline {
  /** For `fetch`, which may or may not obey it. */
  readonly signal: AbortSignal;
  /** Whether it was time that ended it. */
  readonly expired: boolean;
  /** The promise, or a rejection as soon as the deadline ends: no call depends on whether others obey a signal. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** Lets go of the timer and of the caller's signal. Always call it. */
  clear(): void;
}

/** Ends after `timeout` milliseconds (0 or less: at once; Infinity: never), or when `signal` does, then with its reason. */
export function deadlineOf(signal: AbortSignal | undefined, timeout: number): Deadline {
  const controller = new AbortController();
  let reject: (reason: unknown) => void;
  const ended = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // It may end while nothing is raced against it.
  ended.catch(() => {});
  const end = (reason: unknown) => {
    reject(reason);
    controller.abort(reason);
  };
  const timer = after(timeout, () => {
    deadline.expired = true;
    end(new DOMException("The time is up", "TimeoutError"));
  });
  const deadline = {
    signal: controller.signal,
    expired: false,
    race: <T>(promise: Promise<T>) => Promise.race([promise, ended]),
    clear() {
      clearTimeout(timer);
      off();
    },
  };
  const off = onAbort(signal, end);
  return deadline;
}

/** The promise; undefined when it takes longer than `milliseconds`; a rejection with the reason of `signal` when that aborts. */
export function bounded<T>(
  promise: Promise<T>,
  milliseconds: number,
  signal?: AbortSignal | undefined,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let off = () => {};
    const timer = after(milliseconds, () => done(resolve, undefined));
    off = onAbort(signal, (reason) => done(reject, reason));
    promise.then(
      (value) => done(resolve, value),
      (error) => done(reject, error),
    );
    function done<V>(settle: (value: V) => void, value: V): void {
      clearTimeout(timer);
      off();
      settle(value);
    }
  });
}
