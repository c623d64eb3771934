import { after, type FullClock, type Sleeper } from "../base/clock.js";
import { callSafely } from "../base/errors.js";
import { onAbort } from "../base/on-abort.js";
import type { Turn } from "../base/shared-budget.js";
import { createCallBudget } from "./call-budget.js";
import { backoff, certainlyNotSent, isRateLimit } from "./retry.js";

/**
 * Runs calls of one sort in the order in which they come, never faster than a budget. Each rate-limit refusal (1002, HTTP
 * 429 and the like) slows it down, each success speeds it up again. Resolves with what the call returns; a signal that
 * aborts while the call is queued rejects with its reason. A call that is not started `within` so many milliseconds, or
 * whose `sleeper` is woken first, is dropped from the queue and resolves with undefined.
 */
export type RateLimiter = {
  <T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  <T>(
    call: () => Promise<T>,
    signal: AbortSignal | undefined,
    within: number,
    sleeper: Sleeper,
  ): Promise<T | undefined>;
};

/** Milliseconds between calls after a refusal, at least and at most. Below the last value, calls are not delayed. */
const SLOW = 250;
const SLOWEST = 15_000;
const NEGLIGIBLE = 20;
/** How a third refusal in a row and a success change the interval: 35 successes make up for it. */
const GROWTH = 2;
const RECOVERY = 0.98;
/** Milliseconds. If the service asks for a longer pause, it is called after this one all the same, once. */
const LONGEST_RETRY_AFTER = 60_000;

interface Limits {
  perMinute?: number;
  /** Asked before each call, if the budget is shared with other processes; `perMinute` is its own affair then. */
  shared?: (() => Promise<Turn>) | undefined;
  atOnce?: number;
}

type Begun = Pick<Exclude<Turn, { wait: number }>, "end">;
/** The turn of a call that no other process counts. */
const OWN: Begun & { wait?: undefined } = { end() {} };

/** At most `perMinute` calls in any minute, and `atOnce` under way at the same time. */
export function createRateLimiter(
  clock: FullClock,
  { perMinute = Infinity, shared, atOnce = Infinity }: Limits = {},
): RateLimiter {
  const budget = createCallBudget(clock, shared ? Infinity : perMinute);
  let interval = 0;
  let due = Number.NEGATIVE_INFINITY;
  /** How often the pace was lowered. Calls that began before say nothing about the new pace. */
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

  function freeAt(): number {
    return Math.max(due, budget.freeAt(underWay));
  }

  /** Starts queued calls for as long as the budget allows it. */
  async function open(): Promise<void> {
    if (opening) return;
    opening = true;
    while (queue.size > 0 && underWay < atOnce) {
      const target = freeAt();
      if (target === Infinity) break;
      // A clock that fails must not block the queue for ever.
      const pause = Math.ceil(target - clock.monotonic());
      if (pause > 0) await clock.pause(pause, undefined, { sleeper: opener }).catch(() => {});
      // By now the caller may be gone, and a refusal may have arrived.
      if (queue.size === 0 || freeAt() > clock.monotonic()) continue;
      const taken = shared ? await shared().catch((error: unknown) => ({ error })) : OWN;
      const [go] = queue;
      if ("error" in taken) go?.(Promise.reject(taken.error));
      else if (taken.wait !== undefined) await clock.pause(taken.wait, undefined, { sleeper: opener }).catch(() => {});
      else if (!go || freeAt() > clock.monotonic()) callSafely(() => taken.end(false));
      else {
        begin();
        go(taken);
      }
    }
    opening = false;
  }

  /** Resolves with the turn when the call may start, with undefined if it was dropped from the queue. */
  function turn(signal: AbortSignal | undefined, within: number, sleeper: Sleeper = {}): Promise<Begun | undefined> {
    return new Promise((resolve, reject) => {
      const go = (turn: Begun | Promise<never>) => settle(() => resolve(turn));
      const drop = () => settle(() => resolve(undefined));
      queue.add(go);
      sleeper.wake = drop;
      const off = onAbort(signal, (reason) => settle(() => reject(reason)));
      const timer = after(within, drop);
      void open();

      function settle(how: () => void): void {
        queue.delete(go);
        sleeper.wake = undefined;
        off();
        clearTimeout(timer);
        how();
      }
    });
  }

  function accepted(begun: number): void {
    budget.accepted();
    if (begun < era) return;
    refusals = 0;
    interval = interval < NEGLIGIBLE ? 0 : interval * RECOVERY;
  }

  function refused(begun: number, retryAfter: number): void {
    const now = clock.monotonic();
    if (begun === era) {
      refusals++;
      // One refusal may be due to another program with the same account. Three in a row mean that the pace is too fast. A limit
      // per minute keeps refusing for a while, and needs no slower pace but a longer pause.
      if (refusals === 1) interval ||= Math.min(SLOW, 60_000 / perMinute || SLOW);
      if (refusals === 5) budget.exceeded();
      if (refusals === 3) interval = Math.min(SLOWEST, Math.max(SLOW, GROWTH * interval));
      const pause = refusals === 1 ? SLOW * (0.5 + clock.random() / 2) : backoff(refusals - 2, clock.random);
      due = Math.max(due, now + pause);
      era++;
    }
    due = Math.max(due, now + Math.min(retryAfter, LONGEST_RETRY_AFTER));
  }

  async function pass<T>(call: () => Promise<T>, turn: Begun): Promise<T> {
    const begun = era;
    let counts = true;
    try {
      const result = await call();
      accepted(begun);
      return result;
    } catch (error) {
      // A rate-limit refusal that names a task is the cause of another error.
      const refusal = [error, error instanceof Error && error.cause].find(isRateLimit);
      if (refusal) refused(begun, refusal.retryAfter ?? 0);
      counts = !refusal && !certainlyNotSent(error);
      throw error;
    } finally {
      underWay--;
      callSafely(() => turn.end(counts));
      // A call that was refused leaves room earlier.
      opener.wake?.();
      void open();
    }
  }

  return async <T>(call: () => Promise<T>, signal?: AbortSignal, within = Infinity, sleeper?: Sleeper) => {
    if (signal?.aborted) throw signal.reason;
    const isFree = !shared && queue.size === 0 && underWay < atOnce && freeAt() <= clock.monotonic();
    if (isFree) begin();
    const begun = isFree ? OWN : await turn(signal, within, sleeper);
    return begun ? pass(call, begun) : (undefined as T); // only if the call may be dropped
  };
}
