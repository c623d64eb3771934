import { onAbort } from "./on-abort.js";

/** Time and randomness, injected so that tests control both. */
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

/** Options of `Clock.pause`. */
export interface PauseOptions {
  /** While the pause lasts, its `wake` is set to a function that ends the pause early. */
  sleeper?: Sleeper;
}

/** A pause or a queued call that can be ended early; `wake` is set while it lasts. */
export interface Sleeper {
  /** Ends the pause early. Absent while nothing sleeps. */
  wake?: (() => void) | undefined;
}

export type FullClock = Required<Clock>;

export const realClock: FullClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  pause: (milliseconds, signal, options) => firstOf<void>(milliseconds, signal, () => undefined, options?.sleeper),
  random: Math.random,
};

/** Wraps a user's clock so that its durations never shrink, even if they come from a wall clock that is set back. */
export function fullClock(clock: Clock): FullClock {
  let elapsed = 0;
  let last: number | undefined;
  return {
    now: () => clock.now(),
    monotonic() {
      const read = clock.monotonic?.() ?? clock.now();
      elapsed += Math.max(0, read - (last ?? read));
      last = read;
      return elapsed;
    },
    pause: (milliseconds, signal, options) => clock.pause(milliseconds, signal, options),
    random: () => clock.random(),
  };
}

/**
 * Settles with what `begin` passes to `resolve` or `reject`. If the time is up or the sleeper is woken first, resolves with
 * undefined. If the signal aborts first, rejects with its reason. `begin` may return a function that undoes it, which is called in
 * any case.
 */
export function firstOf<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  begin: (resolve: (value: T | Promise<T>) => void, reject: (reason: unknown) => void) => (() => void) | undefined,
  sleeper: Sleeper = {},
): Promise<T | undefined> {
  // Without a Deadline: this runs for each pause and callback, and an AbortController would cost more than everything else.
  return new Promise((resolve, reject) => {
    let off = () => {};
    const end = (settle: () => void) => {
      off();
      clearTimeout(timer);
      sleeper.wake = undefined;
      leave?.();
      settle();
    };
    const fail = (reason: unknown) => end(() => reject(reason));
    const leave = begin((value) => end(() => resolve(value)), fail);
    sleeper.wake = () => end(() => resolve(undefined));
    const timer = after(milliseconds, sleeper.wake);
    off = onAbort(signal, fail);
  });
}

// Longer delays overflow setTimeout's 32 bits and would fire at once.
const FOREVER = 2 ** 31 - 1;

/** `setTimeout`, except that a delay of more than 24 days never fires. */
export function after(milliseconds: number, callback: () => void): ReturnType<typeof setTimeout> | undefined {
  return milliseconds > FOREVER ? undefined : setTimeout(callback, milliseconds);
}
