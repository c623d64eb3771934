import { ApiError, ConnectionError, type MiniMaxError, ValidationError, withFacts } from "../base/errors.js";
import type { Fields } from "../base/record.js";
import { proxyRefusal } from "./network-errors.js";
import { successOf } from "./parse-response.js";
import type { Call, HttpContext, Reply } from "./transport.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** Milliseconds before the next attempt: doubling from half a second, jittered by half, and at least `retryAfter`. */
export function backoff(attempt: number, random: () => number, retryAfter = 0): number {
  const step = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt);
  return Math.max(step * (0.5 + random() / 2), Math.min(retryAfter, 2 * LONGEST_PAUSE));
}

/** Milliseconds before the next attempt, or undefined to give up. */
export type RetryDelay = (error: unknown, attempt: number) => number | undefined;

/** Calls `send` until it succeeds or `delay` gives up, then throws the last error, with what the call is `about`. */
export async function retry<T>(
  { clock, logger }: Pick<HttpContext, "clock" | "logger">,
  { operation, signal, about = {} }: Pick<Call, "operation" | "signal" | "about">,
  delay: RetryDelay,
  send: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const milliseconds = delay(error, attempt);
      if (milliseconds === undefined) throw withFacts(error, about);
      logger?.debug("again", { operation, attempt: attempt + 1, milliseconds });
      if (milliseconds > 0) await clock.pause(milliseconds, signal);
    }
  }
}

/** Sends a read and parses its reply; again after a transient failure, also one thrown by `parse`, because a read is free. */
export function sendRead<T>(context: HttpContext, call: Call, parse: (content: Fields, reply: Reply) => T): Promise<T> {
  return retry(context, call, readDelay(context), async () => {
    const reply = await context.transport(call);
    return parse(successOf(reply, call, context.server), reply);
  });
}

export function readDelay({ maxRetries, clock }: Pick<HttpContext, "maxRetries" | "clock">): RetryDelay {
  return (error, attempt) => {
    if (attempt >= maxRetries || !isTransient(error)) return undefined;
    return backoff(attempt, clock.random, error instanceof ApiError ? error.retryAfter : 0);
  };
}

/** Whether the same read may succeed later. A proxy that forbids the host or asks for a password will refuse again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError) return !/^40[37]$/.test(proxyRefusal(error.cause) ?? "");
  return error instanceof ApiError && error.retryable;
}

export const isLate = (error: unknown): boolean =>
  error instanceof ConnectionError && Object(error.cause).name === "TimeoutError";

export const certainlyNotSent = (error: unknown): boolean => error instanceof ConnectionError && error.sent === "no";

/** Whether the request was not sent, or clearly refused: by a code or an HTTP 4xx, and not of kind "service" or "unknown". */
export function certainlyNotDone(error: MiniMaxError): boolean {
  if (!(error instanceof ApiError)) return error instanceof ValidationError || certainlyNotSent(error);
  return error.kind !== "service" && error.kind !== "unknown";
}

export const isRateLimit = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.kind === "rate_limited";
