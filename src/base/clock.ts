import { MiniMaxError } from "./errors.js";
import { onAbort } from "./on-abort.js";

/** Time and randomness, injected so that tests need neither. */
export interface Clock {
  /** Milliseconds since 1970. Used for dates only, because this clock may be set while a call runs. */
  now(): number;
  /** Milliseconds since an arbitrary moment, never decreasing. Used for durations. Default: `now`. */
  monotonic?(): number;
  /** Resolves after `milliseconds`. Rejects with `signal.reason` as soon as the signal aborts. */
  pause(milliseconds: number, signal?: AbortSignal, options?: PauseOptions): Promise<void>;
  /** A number from 0 to 1, evenly distributed. */
  random(): number;
}

export interface PauseOptions {
  /** Is given a `wake` function for as long as the pause lasts, which ends it early. */
  sleeper?: Sleeper;
}

/** A pause or a queued call that can be ended early; `wake` is set while it lasts. */
export interface Sleeper {
  wake?: (() => void) | undefined;
}

export type FullClock = Required<Clock>;

export const realClock: FullClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  pause,
  random: Math.random,
};

/**
 * Guards a user's clock: durations never shrink, even if the clock is set back, and the real clock replaces a method that
 * throws or returns no number. A paid task may depend on it.
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

function pause(milliseconds: number, signal?: AbortSignal, { sleeper }: PauseOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!signal && !sleeper) return after(milliseconds, resolve);
    if (signal?.aborted) return reject(signal.reason);
    const end = (settle: () => void) => {
      off();
      clearTimeout(timer);
      if (sleeper) sleeper.wake = undefined;
      settle();
    };
    const timer = after(milliseconds, () => end(resolve));
    const off = onAbort(signal, (reason) => end(() => reject(reason)));
    if (sleeper) sleeper.wake = () => end(resolve);
  });
}

// Longer delays overflow setTimeout's 32 bits and would fire at once.
const FOREVER = 2 ** 31 - 1;

/** `setTimeout`, except that a delay of more than 24 days never fires. */
export function after(milliseconds: number, callback: () => void): ReturnType<typeof setTimeout> | undefined {
  return milliseconds > FOREVER ? undefined : setTimeout(callback, milliseconds);
}
