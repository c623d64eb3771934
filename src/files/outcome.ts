import { ApiError, ConnectionError, type MiniMaxError } from "../base/errors.js";

/** The same error with words on what it leaves open, and how to know; what it was is its `cause`. */
export function openOutcome(error: MiniMaxError, words: string): MiniMaxError {
  const message = `${error.message}. ${words}`;
  // An error's own fields are its facts.
  const facts = { ...error, cause: error };
  if (error instanceof ApiError) return new ApiError(message, { ...facts, ...factsOf(error) });
  if (error instanceof ConnectionError) return new ConnectionError(message, { ...facts, sent: error.sent });
  return error;
}

function factsOf({ kind, retryable, status }: ApiError) {
  return { kind, retryable, status };
}
