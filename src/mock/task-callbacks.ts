/** Calls to a `callback_url`: a challenge during the create, then one call at each change of status. */
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { isRecord } from "../base/record.js";
import type { JsonObject } from "./mock-request.js";

// MiniMax's documented limit for the echo, in milliseconds of real time at any speed of the mock.
const CHALLENGE_LIMIT = 3_000;

/** Posts a body after a delay in milliseconds; nothing if `body` then returns undefined. Failures are ignored. */
export type CallbackQueue = (delay: number, body: () => JsonObject | undefined) => void;

export type CallbackSender = ReturnType<typeof callbackSender>;

/** Sends callbacks until it is closed. They do not keep the process alive. */
export function callbackSender() {
  const closing = new AbortController();
  const post = (url: string, body: JsonObject, type = "application/json") =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": type },
      body: JSON.stringify(body),
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(CHALLENGE_LIMIT)]),
    });
  return {
    /** Whether the receiver answers a new challenge with HTTP 200 and the same JSON within three seconds. */
    async challenge(url: string, isNumeric: boolean): Promise<boolean> {
      const bytes = randomBytes(8);
      const challenge = isNumeric ? bytes.readUInt32BE() : bytes.toString("hex");
      try {
        const answer = await post(url, { challenge }, isNumeric ? "text/plain" : undefined);
        const echo: unknown = await answer.json();
        return answer.status === 200 && isRecord(echo) && echo.challenge === challenge;
      } catch {
        return false;
      }
    },

    /** The calls about one task, in order: each waits for the reply to the one before. */
    queue(url: string): CallbackQueue {
      let before: Promise<unknown> = Promise.resolve();
      return (delay, body) => {
        const send = async () => {
          const json = body();
          // MiniMax documents no retries.
          if (json) await post(url, json).then((answer) => answer.body?.cancel());
        };
        const due = setTimeout(delay, undefined, { ref: false, signal: closing.signal });
        due.then(
          () => {
            before = before.then(send).catch(() => undefined);
          },
          () => undefined,
        );
      };
    },

    /** Cancels planned calls and aborts those under way. */
    close: () => closing.abort(),
  };
}
