import type { FullClock } from "../base/clock.js";

/** How many calls may start together, if the budget allows as many per minute. */
const BURST = 20;
const MINUTE = 60_000;
/** The part of the budget that the service must have accepted within a minute for refusals to prove a lower limit. */
const LEAST = 0.1;

/**
 * Allows no more than `perMinute` calls in any minute, whenever the service's minutes begin. A call counts from its start until a
 * minute after its reply, because only the service knows when it arrived. A larger budget is spent in parts of twenty.
 */
export function createCallBudget(clock: FullClock, perMinute: number) {
  const burst = perMinute === Infinity ? Infinity : Math.max(1, Math.min(BURST, Math.floor(perMinute)));
  const span = (burst * MINUTE) / perMinute;
  /** When calls ended that count, oldest first. */
  const times: number[] = [];
  /** The lower limit that refusals have proven. It holds until `until`; for twice as long each time it is found again. */
  let found = Infinity;
  let until = 0;
  let trust = MINUTE;

  /** Returns when fewer than `most` calls fall into a span of `time`. */
  function roomFor(most: number, time: number, underWay: number): number {
    if (underWay >= most) return Infinity;
    const oldest = times.at(underWay - most);
    return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + time;
  }

  return {
    /** Returns when another call may start in addition to those under way, or Infinity if one of them must end first. */
    freeAt(underWay: number): number {
      const free = roomFor(burst, span, underWay);
      return clock.monotonic() < until ? Math.max(free, Math.min(until, roomFor(found, MINUTE, underWay))) : free;
    },
    /** Call this when a call has ended that the service may have counted. */
    counted(): void {
      if (perMinute === Infinity) return;
      const now = clock.monotonic();
      times.push(now);
      while ((times[0] as number) <= now - Math.max(span, MINUTE)) times.shift();
    },
    /** Call this if the service keeps refusing. What it has accepted is then taken for its limit. */
    exceeded(): void {
      const now = clock.monotonic();
      const accepted = times.filter((time) => time > now - MINUTE).length;
      if (accepted < LEAST * perMinute) return;
      trust = Math.abs(accepted - found) <= 1 ? 2 * trust : MINUTE;
      [found, until] = [accepted, now + trust];
    },
  };
}
