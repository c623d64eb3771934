import { describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { ApiError, ConnectionError, MiniMaxError, ValidationError } from "../base/errors.js";
import type { ErrorKind } from "../generated/codes.js";
import {
  backoff,
  certainlyNotDone,
  certainlyNotSent,
  isRateLimit,
  isTransient,
  type RetryDelay,
  readDelay,
  retry,
} from "./retry.js";
import { type HttpContext, retryAfterIn } from "./transport.js";

const api = (kind: ErrorKind, retryable: boolean, retryAfter?: number) =>
  new ApiError("x", { kind, retryable, status: 200, retryAfter });
const lost = new ConnectionError("x", { sent: "maybe" });

test("a backoff doubles from half a second to half a minute, and is shortened by half at most", () => {
  const longest = Array.from({ length: 9 }, (_, attempt) => backoff(attempt, () => 1));
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  expect(backoff(3, () => 0)).toBe(2000);
});

test("a backoff is as long as the service asks, but no longer than a minute", () => {
  expect(backoff(0, () => 1, 7000)).toBe(7000);
  expect(backoff(0, () => 1, 3_600_000)).toBe(60_000);
  expect(backoff(4, () => 1, 1)).toBe(8000);
});

test.each([
  [{ "retry-after": "7" }, 7000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": " 7 " }, 7000],
  [{ "retry-after": "-1" }, undefined],
  [{ "retry-after": "" }, undefined],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "7, 7" }, undefined],
  [{ "retry-after": "Fri, 20 Nov 2026 00:00:07 GMT" }, 7000],
  [{ "retry-after": "Friday, 20-Nov-26 00:00:07 GMT" }, 7000],
  [{ "retry-after": "Fri, 20 Nov 2026 01:00:00 GMT" }, 3_600_000],
  [{ "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, 0],
  [{ "retry-after-ms": "700" }, 700],
  [{ "retry-after-ms": "700", "retry-after": "7" }, 700],
  [{ "retry-after-ms": "soon", "retry-after": "7" }, 7000],
  [{}, undefined],
])("a reply with %j asks to wait %s ms (B7)", (headers, expected) => {
  expect(retryAfterIn(new Headers(headers as Record<string, string>), Date.UTC(2026, 10, 20))).toBe(expected);
});

describe("retry", () => {
  function retried(delay: RetryDelay, errors: unknown[]) {
    const clock = simulatedClock();
    const logged: unknown[] = [];
    const logger = { debug: (...line: unknown[]) => void logged.push(line), info() {}, warn() {}, error() {} };
    const left = [...errors];
    const send = async () => {
      if (left.length > 0) throw left.shift();
      return "done";
    };
    const result = clock.until(
      retry({ clock, logger }, { operation: "videoGeneration", signal: undefined }, delay, send),
    );
    return { clock, logged, left, result };
  }

  test("repeats after each pause, which it logs, until it succeeds", async () => {
    const { clock, logged, result } = retried((_, attempt) => [0, 500][attempt], [lost, lost]);
    expect(await result).toBe("done");
    expect(clock.monotonic()).toBe(500);
    expect(logged).toEqual([
      ["again", { operation: "videoGeneration", attempt: 1, milliseconds: 0 }],
      ["again", { operation: "videoGeneration", attempt: 2, milliseconds: 500 }],
    ]);
  });

  test("fails with the last error once it has no further delay", async () => {
    const errors = [new Error("first"), new Error("last"), new Error("never")];
    const { left, result } = retried((error) => (error === errors[0] ? 10 : undefined), errors);
    expect(await failureOf(result)).toBe(errors[1]);
    expect(left).toHaveLength(1);
  });
});

test("a read is sent again after transient failures, up to maxRetries, and not before Retry-After", () => {
  const delay = readDelay({ maxRetries: 2, clock: simulatedClock() } as unknown as HttpContext); // uses only these
  for (const attempt of [0, 1]) expect(delay(lost, attempt)).toBeGreaterThan(0);
  expect(delay(lost, 2)).toBeUndefined();
  expect(delay(api("invalid_request", false), 0)).toBeUndefined();
  expect(delay(api("service", true, 7000), 0)).toBeGreaterThanOrEqual(7000);
});

test.each<[string, MiniMaxError, string[]]>([
  ["a lost reply", lost, ["isTransient"]],
  [
    "a connection that was not made",
    new ConnectionError("x", { sent: "no" }),
    ["isTransient", "certainlyNotDone", "certainlyNotSent"],
  ],
  ["a fault of the service", api("service", true), ["isTransient"]],
  ["an unknown refusal", api("unknown", false), []],
  ["a refusal", api("invalid_request", false), ["certainlyNotDone"]],
  ["a refusal for the pace", api("rate_limited", true), ["isTransient", "certainlyNotDone", "isRateLimit"]],
  ["a request that was not sent", new ValidationError("x", []), ["certainlyNotDone"]],
  ["any other error", new MiniMaxError("x"), []],
])("knows what happened after %s", (_, error, expected) => {
  const all = { isTransient, certainlyNotDone, certainlyNotSent, isRateLimit };
  expect(Object.entries(all).flatMap(([name, is]) => (is(error) ? name : []))).toEqual(expected);
});
