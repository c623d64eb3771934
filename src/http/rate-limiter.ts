import { type FullClock, firstOf, type Sleeper } from "../base/clock.js";
import { callSafely } from "../base/errors.js";
import type { Turn } from "../base/shared-budget.js";
import { createCallBudget } from "./call-budget.js";
import { backoff, certainlyNotSent, isLate, isRateLimit } from "./retry.js";

/**
 * Runs calls of one sort in order, never faster than a budget, slower after each rate-limit refusal and faster after each success.
 * Drops a call that has not started `within` milliseconds, or whose `sleeper` is woken first, and resolves with undefined.
 */
export type RateLimiter = {
  <T>(call: Work<T>, signal?: AbortSignal): Promise<T>;
  <T>(call: Work<T>, signal: AbortSignal | undefined, within: number, sleeper: Sleeper): Promise<T | undefined>;
};
type Work<T> = () => Promise<T>;

/** The shortest and longest interval between calls after a refusal, in milliseconds. One below NEGLIGIBLE counts as none. */
const SLOW = 250;
const SLOWEST = 15_000;
const NEGLIGIBLE = 20;
/** The factors by which a third refusal in a row and a success change the interval. 35 successes undo one such refusal. */
const GROWTH = 2;
const RECOVERY = 0.98;
/** Milliseconds. If the service asks for a longer pause, it is called once after this one nevertheless. */
const LONGEST_RETRY_AFTER = 60_000;

interface Limits {
  perMinute?: number;
  /** Called before each call, if the budget is shared with other processes. It then enforces `perMinute` itself. */
  shared?: (() => Promise<Turn>) | undefined;
  atOnce?: number;
}

type Begun = Exclude<Turn, { wait: number }>;
/** The turn of a call without a shared budget. */
const OWN: Begun = { end() {} };

export function createRateLimiter(clock: FullClock, limits: Limits = {}): RateLimiter {
  const { perMinute = Infinity, shared, atOnce = Infinity } = limits;
  const budget = createCallBudget(clock, shared ? Infinity : perMinute);
  let interval = 0;
  let due = Number.NEGATIVE_INFINITY;
  /** How often the pace was lowered. Calls that began before that say nothing about the new pace. */
  let era = 0;
  let refusals = 0;
  let underWay = 0;
  let opening = false;
  const opener: Sleeper = {};
  const queue = new Set<(turn: Begun | Promise<never>) => void>();

  function begin(): void {
    due = Math.max(due, clock.monotonic()) + interval;
    underWay++;
  }

  const freeAt = () => Math.max(due, budget.freeAt(underWay));

  /** Pauses unless a call ends first. A clock that fails must not block the queue for ever. */
  const rest = (milliseconds: number) => clock.pause(milliseconds, undefined, { sleeper: opener }).catch(() => {});

  /** Starts queued calls as long as the budget allows. */
  async function open(): Promise<void> {
    if (opening) return;
    opening = true;
    while (queue.size > 0 && underWay < atOnce) {
      const pause = Math.ceil(freeAt() - clock.monotonic());
      if (pause === Infinity) break;
      if (pause > 0) await rest(pause);
      // By now the caller may be gone, and a refusal may have arrived.
      if (queue.size === 0 || freeAt() > clock.monotonic()) continue;
      const taken = shared ? await shared().catch((error: unknown) => ({ error })) : OWN;
      const [go] = queue;
      // Calls queued behind one that got no answer in time have waited just as long.
      if ("error" in taken)
        for (const go of [...queue].slice(0, isLate(taken.error) ? undefined : 1)) go(Promise.reject(taken.error));
      else if (taken.wait !== undefined) await rest(taken.wait);
      else if (!go || freeAt() > clock.monotonic()) callSafely(() => taken.end(false));
      else {
        begin();
        go(taken);
      }
    }
    opening = false;
  }

  const inQueue = (go: (turn: Begun | Promise<never>) => void) => {
    queue.add(go);
    return () => queue.delete(go);
  };

  function accepted(begun: number): void {
    budget.counted();
    if (begun < era) return;
    refusals = 0;
    interval = interval < NEGLIGIBLE ? 0 : interval * RECOVERY;
  }

  function refused(begun: number, retryAfter: number): void {
    const now = clock.monotonic();
    if (begun === era) {
      refusals++;
      // One refusal may be due to another program. Three in a row mean that the pace is too fast, more that a minute is used up.
      if (refusals === 1) interval ||= Math.min(SLOW, 60_000 / perMinute || SLOW);
      if (refusals === 3) interval = Math.min(SLOWEST, Math.max(SLOW, GROWTH * interval));
      if (refusals === 5) budget.exceeded();
      due = Math.max(due, now + backoff(refusals - 2, clock.random));
      era++;
    }
    due = Math.max(due, now + Math.min(retryAfter, LONGEST_RETRY_AFTER));
  }

  async function pass<T>(call: Work<T>, turn: Begun): Promise<T> {
    const begun = era;
    let counts = true;
    try {
      const result = await call();
      accepted(begun);
      return result;
    } catch (error) {
      // A rate-limit refusal that names a task is wrapped in another error.
      const refusal = [error, error instanceof Error && error.cause].find(isRateLimit);
      if (refusal) refused(begun, refusal.retryAfter ?? 0);
      counts = !refusal && !certainlyNotSent(error);
      if (counts) budget.counted();
      throw error;
    } finally {
      underWay--;
      callSafely(() => turn.end(counts));
      // A refused call makes room earlier.
      opener.wake?.();
      void open();
    }
  }

  return async <T>(call: Work<T>, signal?: AbortSignal, within = Infinity, sleeper?: Sleeper) => {
    if (signal?.aborted) throw signal.reason;
    if (!shared && queue.size === 0 && underWay < atOnce && freeAt() <= clock.monotonic()) {
      begin();
      return pass(call, OWN);
    }
    const turn = firstOf<Begun>(within, signal, inQueue, sleeper);
    void open();
    const begun = await turn;
    return begun ? pass(call, begun) : (undefined as T); // undefined only if the call may be dropped
  };
}
