import { expect } from "vitest";
import type { MiniMaxError } from "../../src/index.js";

/** Returns the error that a call rejects with. Fails the test if the call succeeds. */
export function failureOf<Failure = MiniMaxError>(call: Promise<unknown>): Promise<Failure> {
  return call.then(
    () => expect.unreachable("the call succeeded"),
    (error) => error,
  );
}
