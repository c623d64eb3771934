import type { FullClock } from "../base/clock.js";

/** How many calls may start together, if the budget allows as many per minute. */
const BURST = 20;
const MINUTE = 60_000;
/** The part of the budget that the service must have accepted within a minute for refusals to prove a lower limit. */
const LEAST = 0.1;

/** Decides when calls may start, so that no more than `perMinute` are made in any minute, whenever the service's minutes begin. */
export interface CallBudget {
  /** Returns when another call may start in addition to those under way, or Infinity if one of them must end first. */
  freeAt(underWay: number): number;
  /** Call this when a call has ended that the service may have counted. */
  counted(): void;
  /**
   * Call this if the service keeps refusing. If it accepted a good part of the budget before, that part is taken for its limit.
   */
  exceeded(): void;
}

/**
 * Creates a budget. A call counts from its start until a minute after its reply, because only the service knows when it arrived. A
 * budget of more than twenty calls is spent in parts of twenty.
 */
export function createCallBudget(clock: FullClock, perMinute: number): CallBudget {
  const burst = perMinute === Infinity ? Infinity : Math.max(1, Math.min(BURST, Math.floor(perMinute)));
  const span = (burst * MINUTE) / perMinute;
  /** When calls ended that count, oldest first. */
  const times: number[] = [];
  /**
   * `found` is the lower limit proven by refusals. `limit` is what is allowed: at `until`, it grows by one call, then two, four
   * and so on.
   */
  let found = Infinity;
  let limit = Infinity;
  let step = 1;
  let until = 0;
  /** How long a found limit is kept before it is tested. Doubles if the same limit is found again. */
  let trust = MINUTE;

  /** Returns when fewer than `most` calls fall into a span of `time`. */
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
    counted() {
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
