import type { FullClock } from "../base/clock.js";

/** Calls that may run at once, if the budget allows so many a minute. */
const BURST = 20;
const MINUTE = 60_000;
/** The least part of its budget that a service must have accepted in a minute for refusals to show a lower limit. */
const LEAST = 0.1;

/** When calls may start so that no more than `perMinute` are made in any minute, whenever the minutes of the service begin. */
export interface CallBudget {
  /** From when on another call may start beside those under way; Infinity if not before one of them ends. */
  freeAt(underWay: number): number;
  accepted(): void;
  /** The service keeps refusing: if it has accepted a good part of the budget before, that is its limit. */
  exceeded(): void;
}

/**
 * A call counts from its start until a minute after its reply, because only the service knows when it arrived. A budget of more
 * than twenty calls is spent in parts of twenty.
 */
export function createCallBudget(clock: FullClock, perMinute: number): CallBudget {
  const burst = perMinute === Infinity ? Infinity : Math.max(1, Math.min(BURST, Math.floor(perMinute)));
  const span = (burst * MINUTE) / perMinute;
  /** When calls were accepted, oldest first. */
  const times: number[] = [];
  /** The lower limit that refusals have shown, and what is tried instead at `until`: one call more, then two, four and so on. */
  let found = Infinity;
  let limit = Infinity;
  let step = 1;
  let until = 0;
  /** For how long a limit is believed. It doubles if it is found again. */
  let trust = MINUTE;

  /** From when on there are fewer than `most` calls in a time. */
  function roomFor(most: number, time: number, underWay: number): number {
    if (underWay >= most) return Infinity;
    const oldest = times.at(underWay - most);
    return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + time;
  }

  return {
    freeAt(underWay) {
      const now = clock.monotonic();
      if (limit < perMinute && now >= until) {
        limit += step;
        step *= 2;
        until = now + MINUTE;
      }
      const lower = limit < perMinute ? Math.min(until, roomFor(limit, MINUTE, underWay)) : Number.NEGATIVE_INFINITY;
      return Math.max(lower, roomFor(burst, span, underWay));
    },
    accepted() {
      if (perMinute === Infinity) return;
      const now = clock.monotonic();
      times.push(now);
      while ((times[0] as number) <= now - Math.max(span, MINUTE)) times.shift();
    },
    exceeded() {
      const now = clock.monotonic();
      const accepted = times.filter((time) => time > now - MINUTE).length;
      if (accepted === 0 || accepted < LEAST * perMinute) return;
      trust = Math.abs(accepted - found) <= 1 ? 2 * trust : MINUTE;
      [found, limit, step, until] = [accepted, accepted, 1, now + trust];
    },
  };
}
