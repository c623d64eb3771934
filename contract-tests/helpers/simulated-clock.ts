/** A clock that jumps to the next event as soon as there is nothing else to do, so that hours of waiting take a moment. */
import { expect, onTestFinished } from "vitest";
import { onAbort } from "../../src/base/on-abort.js";
import type { Clock } from "../../src/index.js";
import "./loaded.js";

export interface SimulatedClock extends Required<Clock> {
  /** Lets time pass until the promise settles. Rejects if no event is left that could settle it. */
  until<T>(promise: Promise<T>): Promise<T>;
}

interface Event {
  at: number;
  fire: () => void;
}

/** By default, `random` has a fixed seed, so that each run is the same. */
export function simulatedClock(random: () => number = seeded(1)): SimulatedClock {
  const start = Date.UTC(2026, 10, 20);
  let time = start;
  let events: Event[] = [];

  return {
    random,
    now: () => time,
    monotonic: () => time - start,
    pause(milliseconds, signal, { sleeper } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const end = (settle: () => void) => {
          off();
          events = events.filter((other) => other !== event);
          if (sleeper) sleeper.wake = undefined;
          settle();
        };
        const event = { at: time + Math.max(0, milliseconds), fire: () => end(resolve) };
        const off = onAbort(signal, (reason) => end(() => reject(reason)));
        if (sleeper) sleeper.wake = event.fire;
        insert(event);
      });
    },
    async until(promise) {
      let settled = false;
      const done = () => {
        settled = true;
      };
      promise.then(done, done);
      // A test that has timed out must not continue during other tests.
      if (expect.getState().currentTestName) onTestFinished(done);
      for (let lively = performance.now(); !settled; ) {
        // Everything triggered by the last event must happen before time advances.
        await new Promise(setImmediate);
        if (settled) break;
        const event = events.shift();
        // Hashes and files take real time.
        if (!event && performance.now() - lively > 20_000) throw new Error("nothing is left to wait for");
        if (!event) continue;
        lively = performance.now();
        time = event.at;
        event.fire();
      }
      return promise;
    },
  };

  function insert(event: Event): void {
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((events[middle] as Event).at <= event.at) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, event);
  }
}

/** A clock whose pauses take no time but advance it, for services that answer over real connections. */
export function hurriedClock(chance = 0.5) {
  const clock = {
    time: Date.UTC(2026, 10, 20),
    pauses: [] as number[],
    now: () => clock.time,
    random: () => chance,
    async pause(milliseconds: number, signal?: AbortSignal) {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      clock.pauses.push(milliseconds);
      clock.time += milliseconds;
    },
  };
  return clock;
}

/** Uniform between 0 and 1, the same in each run (the generator from Numerical Recipes). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Realistic durations: many near the median, some much longer. */
export function lognormal(random: () => number, median: number, sigma: number): () => number {
  return () => median * Math.exp(sigma * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
}
