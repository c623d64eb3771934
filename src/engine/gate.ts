import { after, backoff, type Clock, onAbort, type Sleeper } from "./pause.js";
import { isRateLimit } from "./send.js";

/**
 * Calls of one sort, one after the other: in the order in which they came, never faster than a budget, slower after each
 * refusal for their pace (1002, HTTP 429 and their like), and faster again with each success. Gives what the call gives; a
 * signal that aborts before its turn rejects with its reason, and so do `within` milliseconds in which its turn never came. A
 * `sleeper` that is woken before its turn leaves the line: nothing is called, and undefined is given.
 */
export type Gate = {
  <T>(call: () => Promise<T>, signal?: AbortSignal, within?: number): Promise<T>;
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

const WOKEN = Symbol("woken");

export function createGate(
  clock: Clock,
  { perMinute = Infinity, atOnce = Infinity, idle = false }: GateOptions = {},
): Gate {
  const fastest = 60_000 / perMinute;
  let interval = fastest;
  let due = 0;
  /** How often the pace was lowered: what began before says nothing of the new one. */
  let era = 0;
  let refusals = 0;
  let underWay = 0;
  let opening = false;
  const queue = new Set<() => void>();

  /** Takes a turn at once, where nobody is before and nothing forbids it. */
  function free(): boolean {
    if (queue.size > 0 || underWay >= atOnce || due > clock.now()) return false;
    begin();
    return true;
  }

  function begin(): void {
    // Unused time counts, up to a burst; after a refusal it does not.
    const burst = interval > fastest ? 0 : BURST * interval;
    due = Math.max(due, clock.now() - burst) + interval;
    underWay++;
  }

  /** Lets those who wait pass, as long as there are any who may. */
  async function open(): Promise<void> {
    if (opening) return;
    opening = true;
    while (queue.size > 0 && underWay < atOnce) {
      const target = due;
      if (target > clock.now()) await clock.pause(target - clock.now(), undefined, { idle });
      const [go] = queue;
      // Its caller may be gone by now, and a refusal may have come in.
      if (!go || due > target) continue;
      begin();
      go();
    }
    opening = false;
  }

  /** Whether its turn has come; false when it was woken before. */
  function turn(signal: AbortSignal | undefined, within: number, sleeper: Sleeper | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const go = (reason?: unknown) => {
        queue.delete(go);
        off?.();
        clearTimeout(timer);
        if (sleeper) sleeper.wake = undefined;
        if (reason === undefined || reason === WOKEN) resolve(!reason);
        else reject(reason);
      };
      if (sleeper) sleeper.wake = () => go(WOKEN);
      queue.add(go);
      const off = signal && onAbort(signal, go);
      const timer = after(within, () => go(new DOMException("Its turn never came", "TimeoutError")), { idle });
      void open();
    });
  }

  function accepted(begun: number): void {
    if (begun < era) return;
    refusals = 0;
    interval = Math.max(fastest, interval < NOTHING ? 0 : interval * RECOVERY);
  }

  function refused(begun: number, retryAfter: number): void {
    const now = clock.now();
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
      if (isRateLimit(error)) refused(begun, error.retryAfter ?? 0);
      throw error;
    } finally {
      underWay--;
      void open();
    }
  }

  // No async function: ten thousand may stand here, and a frame for each would be half of what they cost.
  return <T>(call: () => Promise<T>, signal?: AbortSignal, within = Infinity, sleeper?: Sleeper) => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    // Undefined only comes of a sleeper, as its overload says.
    return free() ? pass(call) : turn(signal, within, sleeper).then((isIts) => (isIts ? pass(call) : (undefined as T)));
  };
}
