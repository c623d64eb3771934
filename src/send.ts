import { ApiError, ConnectionError, MiniMaxError, SubmissionUnknownError } from "./errors.js";
import { backoff } from "./pause.js";
import { successOf } from "./reply.js";
import type { Call, Connection } from "./transport.js";

type Content = Record<string, unknown>;

/** A read, sent again after a fault that may pass. Costs nothing, so an unclear outcome does not matter. */
export async function sendRead(connection: Connection, call: Call): Promise<Content> {
  return repeated(connection, call, mayPass, async () =>
    successOf(await connection.exchange(call), call, connection.server),
  );
}

/**
 * A create, at most one paid task: sent again only when it certainly was not accepted.
 * @throws {ApiError} when the service clearly refused; {ConnectionError} when it could not be reached;
 * {SubmissionUnknownError} whenever the outcome is open.
 */
export async function sendCreate<T>(connection: Connection, call: Call, read: (content: Content) => T): Promise<T> {
  return repeated(connection, call, certainlyNotAccepted, async () => {
    const submittedAt = connection.clock.now();
    try {
      return read(successOf(await connection.exchange(call), call, connection.server));
    } catch (error) {
      if (!(error instanceof MiniMaxError) || certainlyNotAccepted(error) || clearlyRefused(error)) throw error;
      throw new SubmissionUnknownError(
        `It is not known whether the video was accepted. ${error.message}. A task may have been made and may be charged; ` +
          "this API can neither list nor cancel it. Look at the usage page of the console before you send the request again.",
        { submittedAt, operation: call.operation, server: connection.server.baseUrl, cause: error },
      );
    }
  });
}

export async function repeated<T>(
  connection: Connection,
  call: Pick<Call, "operation" | "signal">,
  again: (error: unknown) => boolean,
  send: () => Promise<T>,
): Promise<T> {
  const { clock, maxRetries, logger } = connection;
  for (let attempt = 0; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt >= maxRetries || !again(error)) throw error;
      const milliseconds = backoff(attempt, clock.random, error instanceof ApiError ? error.retryAfter : 0);
      logger?.debug("again", { operation: call.operation, attempt: attempt + 1, milliseconds });
      await clock.pause(milliseconds, call.signal);
    }
  }
}

/** Whether the same read may work later. */
export function mayPass(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.retryable);
}

function certainlyNotAccepted(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.sent === "no";
  return error instanceof ApiError && error.kind === "rate_limited";
}

/** A code that says no, or an HTTP 4xx. Not the kinds "service" and "unknown": those may come after the task was made. */
function clearlyRefused(error: MiniMaxError): boolean {
  if (!(error instanceof ApiError)) return error.name === "ValidationError";
  return error.kind !== "service" && error.kind !== "unknown";
}
