import { after, backoff, type FullClock, onAbort, type Sleeper } from "../base/clock.js";
import { isRateLimit } from "./retry.js";

/**
 * Calls of one sort, one after the other: in the order in which they came, never faster than a budget, slower after each
 * refusal for their pace (1002, HTTP 429 and their like), and faster again with each success. Gives what the call gives; a
 * signal that aborts before its turn rejects with its reason. A call whose turn does not come `within` so many milliseconds,
 * or whose `sleeper` is woken before that, leaves the line: nothing is called, and undefined is given.
 */
export type Gate = {
  <T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  <T>(
    call: () => Promise<T>,
    signal: AbortSignal | undefined,
    within: number,
    sleeper: Sleeper,
  ): Promise<T | undefined>;
};

export interface GateOptions {
  /** Calls a minute, on average. Default: as many as come. */
  perMinute?: number;
  /** Calls under way at the same time. Default: as many as come. */
  atOnce?: number;
  /** Whether waiting here shall not keep a process alive. Default false. */
  idle?: boolean;
}

/** Calls that may come at once after a while without any, above the budget of the minute. */
const BURST = 20;
/** Milliseconds between calls after a first refusal, and at most; below the last one they are let go as they come. */
const SLOW = 250;
const SLOWEST = 15_000;
const NOTHING = 20;
/** What a refusal does to the interval, and a success: about 55 of them make up for it. */
const GROWTH = 3;
const RECOVERY = 0.98;
/** Milliseconds. A service that asks for more is asked all the same, once. */
const LONGEST_RETRY_AFTER = 60_000;

export function createGate(
  clock: FullClock,
  { perMinute = Infinity, atOnce = Infinity, idle = false }: GateOptions = {},
): Gate {
  const fastest = 60_000 / perMinute;
  let interval = fastest;
  let due = Number.NEGATIVE_INFINITY;
  /** How often the pace was lowered: what began before says nothing of the new one. */
  let era = 0;
  let refusals = 0;
  let underWay = 0;
  let opening = false;
  const queue = new Set<() => void>();

  /** Takes a turn at once, where nobody is before and nothing forbids it. */
  function free(): boolean {
    if (queue.size > 0 || underWay >= atOnce || due > clock.monotonic()) return false;
    begin();
    return true;
  }

  function begin(): void {
    // Unused time counts, up to a burst; after a refusal it does not.
    const burst = interval > fastest ? 0 : BURST * interval;
    due = Math.max(due, clock.monotonic() - burst) + interval;
    underWay++;
  }

  /** Lets those who wait pass, as long as there are any who may. */
  async function open(): Promise<void> {
    if (opening) return;
    opening = true;
    while (queue.size > 0 && underWay < atOnce) {
      const target = due;
      // A clock that fails shall not keep everybody here for ever.
      if (target > clock.monotonic())
        await clock.pause(target - clock.monotonic(), undefined, { idle }).catch(() => {});
      const [go] = queue;
      // Its caller may be gone by now, and a refusal may have come in.
      if (!go || due > target) continue;
      begin();
      go();
    }
    opening = false;
  }

  /** Whether its turn has come; false when it left the line before. */
  function turn(signal: AbortSignal | undefined, within: number, sleeper: Sleeper | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const go = () => settle(() => resolve(true));
      const gone = () => settle(() => resolve(false));
      if (sleeper) sleeper.wake = gone;
      queue.add(go);
      const off = onAbort(signal, (reason) => settle(() => reject(reason)));
      const timer = after(within, gone, { idle });
      void open();

      function settle(how: () => void): void {
        queue.delete(go);
        off();
        clearTimeout(timer);
        if (sleeper) sleeper.wake = undefined;
        how();
      }
    });
  }

  function accepted(begun: number): void {
    if (begun < era) return;
    refusals = 0;
    interval = Math.max(fastest, interval < NOTHING ? 0 : interval * RECOVERY);
  }

  function refused(begun: number, retryAfter: number): void {
    const now = clock.monotonic();
    if (begun === era) {
      // The pace was too fast once; that a limit by the minute goes on refusing for a while only asks for a longer pause.
      if (refusals === 0) interval = Math.min(SLOWEST, Math.max(SLOW, GROWTH * interval));
      due = Math.max(due, now + backoff(refusals, clock.random));
      refusals++;
      era++;
    }
    due = Math.max(due, now + Math.min(retryAfter, LONGEST_RETRY_AFTER));
  }

  async function pass<T>(call: () => Promise<T>): Promise<T> {
    const begun = era;
    try {
      const result = await call();
      accepted(begun);
      return result;
    } catch (error) {
      const refusal = isRateLimit(error) ? error : causeOf(error);
      if (isRateLimit(refusal)) refused(begun, refusal.retryAfter ?? 0);
      throw error;
    } finally {
      underWay--;
      void open();
    }
  }

  // No async function: ten thousand may stand here, and a frame for each would be half of what they cost.
  return <T>(call: () => Promise<T>, signal?: AbortSignal, within = Infinity, sleeper?: Sleeper) => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    // Undefined only comes of a sleeper or a limit of time, as its overload says.
    return free() ? pass(call) : turn(signal, within, sleeper).then((isIts) => (isIts ? pass(call) : (undefined as T)));
  };
}

/** A refusal for the pace that names a task all the same is the cause of another error. */
function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
