/** Calls to a `callback_url`: a challenge during the create, then one call at each change of status. */
import { randomBytes } from "node:crypto";
import { type Attempts, type FaultContext, pickByName } from "./pick-scenario.js";
import type { JsonObject } from "./prism-engine.js";

// MiniMax's documented limit for the echo, in milliseconds of real time at any speed of the mock.
const CHALLENGE_LIMIT = 3_000;

/** Sends callbacks until it is closed. */
export interface CallbackSender {
  /** Whether the receiver answers a new challenge with HTTP 200 and the same JSON within three seconds. */
  challenge(url: string): Promise<boolean>;
  /** The calls about one task, in order: each waits for the reply to the one before. */
  queue(url: string): CallbackQueue;
  /** Cancels planned calls and aborts those under way. */
  close(): void;
}

/** Posts a body after a delay in milliseconds; nothing if `body` then returns undefined. Failures are ignored. */
export type CallbackQueue = (delay: number, body: () => JsonObject | undefined) => void;

/** Callbacks that do not keep the process alive. */
export function callbackSender(): CallbackSender {
  const closing = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const post = (url: string, body: JsonObject) =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(CHALLENGE_LIMIT)]),
    });
  return {
    async challenge(url) {
      const challenge = randomBytes(8).toString("hex");
      try {
        const answer = await post(url, { challenge });
        const echo: unknown = await answer.json();
        return answer.status === 200 && (echo as JsonObject | null)?.challenge === challenge;
      } catch {
        return false;
      }
    },
    queue(url) {
      let before: Promise<unknown> = Promise.resolve();
      return (delay, body) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          const json = body();
          if (!json) return;
          // MiniMax documents no retries.
          const send = () => post(url, json).then((answer) => answer.body?.cancel());
          before = before.then(send).catch(() => undefined);
        }, delay).unref();
        timers.add(timer);
      };
    },
    close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** A change of status, in milliseconds of real time after the create, and the body to post; undefined if it did not happen. */
export type StatusChange = readonly [at: number, body: () => JsonObject | undefined];

// Milliseconds of real time: between calls in the wrong order, and the default delay of late ones.
const GAP = 100;
const LATE = 5_000;

/** Plans a call for each change of a task's status, the last of which is its end, and plays the scenarios about callbacks. */
export function planCallbacks(
  { attempts, callbacks }: { attempts: Attempts; callbacks: CallbackSender },
  context: FaultContext,
  url: string,
  changes: readonly StatusChange[],
): void {
  const pick = (name: string) => pickByName(attempts, context, name);
  const late = pick("late_callbacks");
  const delay = late ? (late.number ?? LATE) : 0;
  const copies = pick("no_callbacks") ? 0 : pick("double_callbacks") ? 2 : 1;
  const end = changes.at(-1)?.[0] ?? 0;
  const enqueue = callbacks.queue(url);
  const disordered = pick("disordered_callbacks") !== undefined;
  for (const [index, [at, body]] of changes.entries()) {
    const isOvertaken = disordered && index === changes.length - 2;
    for (let copy = 0; copy < copies; copy += 1) enqueue((isOvertaken ? end + GAP : at) + delay, body);
  }
}
