import { backoff } from "../base/clock.js";
import { ApiError, ConnectionError, type MiniMaxError, ValidationError } from "../base/errors.js";
import type { Engine } from "../tasks/engine.js";
import { successOf } from "./parse-response.js";
import type { Call } from "./transport.js";

type Content = Record<string, unknown>;

/**
 * A read, sent again after a fault that may pass, an answer that `understood` throws at included. Costs nothing, so an unclear
 * outcome does not matter.
 */
export async function sendRead<T>(engine: Engine, call: Call, understood: (content: Content) => T): Promise<T> {
  return repeated(engine, call, afterRead(engine), async () =>
    understood(successOf(await engine.exchange(call), call, engine.server)),
  );
}

/** Milliseconds before the next try after an error, or undefined when it shall not be tried again. */
export type Again = (error: unknown, attempt: number) => number | undefined;

/** Tries until it works, or until `again` says no: then with the last error. */
export async function repeated<T>(
  { clock, logger }: Engine,
  call: Pick<Call, "operation" | "signal">,
  again: Again,
  send: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const milliseconds = again(error, attempt);
      if (milliseconds === undefined) throw error;
      logger?.debug("again", { operation: call.operation, attempt: attempt + 1, milliseconds });
      if (milliseconds > 0) await clock.pause(milliseconds, call.signal);
    }
  }
}

export function afterRead({ maxRetries, clock }: Engine): Again {
  return (error, attempt) => {
    if (attempt >= maxRetries || !mayPass(error)) return undefined;
    return backoff(attempt, clock.random, error instanceof ApiError ? error.retryAfter : 0);
  };
}

/** Whether the same read may work later. */
export function mayPass(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.retryable);
}

/** Whether nothing can have reached the service. */
export function certainlyNotSent(error: unknown): boolean {
  return error instanceof ConnectionError && error.sent === "no";
}

/** A code that says no, or an HTTP 4xx. Not the kinds "service" and "unknown": those may come after it was carried out. */
export function clearlyRefused(error: MiniMaxError): boolean {
  if (!(error instanceof ApiError)) return error instanceof ValidationError;
  return error.kind !== "service" && error.kind !== "unknown";
}

/** Whether the service asks for a slower pace, and has done nothing. */
export function isRateLimit(error: unknown): error is ApiError {
  return error instanceof ApiError && error.kind === "rate_limited";
}
