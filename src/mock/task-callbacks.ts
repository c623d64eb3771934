/** Calls to a `callback_url`: a challenge during the create, then one call at each change of status. */
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { isRecord } from "../base/record.js";
import type { JsonObject } from "./mock-request.js";

// MiniMax's documented limit for the echo, in milliseconds of real time at any speed of the mock.
const CHALLENGE_LIMIT = 3_000;

function post(url: string, body: JsonObject, signal: AbortSignal, type = "application/json"): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": type },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(CHALLENGE_LIMIT)]),
  });
}

/** Whether a receiver answers a new challenge with HTTP 200 and the same JSON within three seconds. */
export async function challenge(url: string, signal: AbortSignal, isNumeric: boolean): Promise<boolean> {
  const bytes = randomBytes(8);
  const challenge = isNumeric ? bytes.readUInt32BE() : bytes.toString("hex");
  try {
    const answer = await post(url, { challenge }, signal, isNumeric ? "text/plain" : undefined);
    const echo: unknown = await answer.json();
    return answer.status === 200 && isRecord(echo) && echo.challenge === challenge;
  } catch {
    return false;
  }
}

/** Posts a body after a delay in milliseconds; nothing if `body` then returns undefined. Failures are ignored. */
export type CallbackQueue = (delay: number, body: () => JsonObject | undefined) => void;

/** The calls about one task, in order: each waits for the reply to the one before. They do not keep the process alive. */
export function callbackQueue(url: string, signal: AbortSignal): CallbackQueue {
  let before = Promise.resolve();
  return (delay, body) => {
    const send = async () => {
      const json = body();
      // MiniMax documents no retries.
      if (json) await post(url, json, signal).then((answer) => answer.body?.cancel());
    };
    const enqueue = () => {
      before = before.then(send).catch(() => undefined);
    };
    setTimeout(delay, undefined, { ref: false, signal }).then(enqueue, () => undefined);
  };
}
