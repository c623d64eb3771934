/** Calling the caller back: a challenge during the create, then one call at each change of status. */
import { randomBytes } from "node:crypto";
import type { JsonObject } from "./request.js";

// MiniMax's documented limit for the echo, in milliseconds of real time whatever the speed of the mock.
const CHALLENGE_LIMIT = 3_000;

/** Sends callbacks until it is closed. */
export interface Callbacks {
  /** Whether the receiver answers a fresh challenge with HTTP 200 and the same JSON within three seconds. */
  challenge(url: string): Promise<boolean>;
  /** The calls about one task, which never overtake each other: each waits for the answer to the one before. */
  line(url: string): Line;
  /** Forgets what is planned and breaks off what is under way. */
  close(): void;
}

/** Posts what there is to tell after a delay in milliseconds, if anything. Whether anybody listens does not matter. */
export type Line = (delay: number, body: () => JsonObject | undefined) => void;

/** Callbacks that keep no process alive. */
export function callbackSender(): Callbacks {
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
    line(url) {
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
