import { describe, expect, test } from "vitest";
import { ApiError, ConnectionError, MiniMaxError, ValidationError } from "../src/base/errors.js";
import type { ErrorKind } from "../src/generated/codes.js";
import {
  backoff,
  certainlyNotSent,
  clearlyRefused,
  isRateLimit,
  isTransient,
  type RetryDelay,
  readDelay,
  retry,
} from "../src/http/retry.js";
import type { HttpContext } from "../src/http/transport.js";
import { seeded, simulatedClock } from "./helpers/simulated-clock.js";

const clock = simulatedClock(seeded(3));
const logged: unknown[] = [];
const engine = {
  clock,
  maxRetries: 2,
  logger: { debug: (...words: unknown[]) => void logged.push(words) },
} as unknown as HttpContext; // nothing else of it is used

const api = (kind: ErrorKind, retryable: boolean, retryAfter?: number) =>
  new ApiError("x", { kind, retryable, status: 200, retryAfter });
const lost = new ConnectionError("x", { sent: "maybe" });
const unsent = new ConnectionError("x", { sent: "no" });
const issue = new ValidationError("x", []);

describe("backoff", () => {
  test("doubles from half a second to half a minute, jittered downwards by at most half", () => {
    const longest = Array.from({ length: 9 }, (_, attempt) => backoff(attempt, () => 1));
    expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(backoff(3, () => 0)).toBe(2000);
  });

  test("waits as long as the service asks, but no longer than a minute", () => {
    expect(backoff(0, () => 1, 7000)).toBe(7000);
    expect(backoff(0, () => 1, 3_600_000)).toBe(60_000);
    expect(backoff(4, () => 1, 1)).toBe(8000);
  });
});

describe("a call is repeated", () => {
  const call = { operation: "queryVideoGenerationTask" };

  test("until it works, after the pauses that it is told, each of which is noted", async () => {
    let attempts = 0;
    const start = clock.now();
    const again: RetryDelay = (_, attempt) => [0, 500][attempt];
    const result = retry(engine, call, again, async () => {
      if (++attempts < 3) throw lost;
      return attempts;
    });
    expect(await clock.until(result)).toBe(3);
    expect(clock.now() - start).toBe(500);
    expect(logged).toEqual([
      ["again", { operation: call.operation, attempt: 1, milliseconds: 0 }],
      ["again", { operation: call.operation, attempt: 2, milliseconds: 500 }],
    ]);
  });

  test("no more once it is told so: then with the last error", async () => {
    const errors = [new Error("first"), new Error("last")];
    let attempts = 0;
    const again: RetryDelay = (error, attempt) => (error === errors[0] && attempt === 0 ? 10 : undefined);
    const result = retry(engine, call, again, () => Promise.reject(errors[attempts++]));
    await expect(clock.until(result)).rejects.toBe(errors[1]);
    expect(attempts).toBe(2);
  });

  test("without a pause it does not even ask the clock, and a logger is not needed", async () => {
    let attempts = 0;
    const stopped = { ...engine, logger: undefined, clock: { ...clock, pause: () => expect.unreachable() } };
    const result = await retry(
      stopped,
      call,
      () => 0,
      async () => {
        if (++attempts < 3) throw lost;
        return "done";
      },
    );
    expect(result).toBe("done");
  });
});

test("a read is sent again as often as it may be, after what the service asked for at least", () => {
  const again = readDelay(engine);
  for (const attempt of [0, 1]) expect(again(lost, attempt)).toBeGreaterThan(0);
  expect(again(lost, 2)).toBeUndefined();
  expect(again(api("invalid_request", false), 0)).toBeUndefined();
  expect(again(api("service", true, 7000), 0)).toBeGreaterThanOrEqual(7000);
  expect(again(api("service", true), 0)).toBeLessThan(5000);
});

test.each([
  ["a lost answer", lost, { isTransient: true, certainlyNotSent: false, clearlyRefused: false, isRateLimit: false }],
  ["nobody there", unsent, { isTransient: true, certainlyNotSent: true, clearlyRefused: false, isRateLimit: false }],
  [
    "a fault of the service",
    api("service", true),
    { isTransient: true, certainlyNotSent: false, clearlyRefused: false, isRateLimit: false },
  ],
  [
    "what nobody knows",
    api("unknown", false),
    { isTransient: false, certainlyNotSent: false, clearlyRefused: false, isRateLimit: false },
  ],
  [
    "a refusal",
    api("invalid_request", false),
    { isTransient: false, certainlyNotSent: false, clearlyRefused: true, isRateLimit: false },
  ],
  [
    "too fast",
    api("rate_limited", true),
    { isTransient: true, certainlyNotSent: false, clearlyRefused: true, isRateLimit: true },
  ],
  [
    "a request that was not sent",
    issue,
    { isTransient: false, certainlyNotSent: false, clearlyRefused: true, isRateLimit: false },
  ],
  [
    "any other error",
    new MiniMaxError("x"),
    { isTransient: false, certainlyNotSent: false, clearlyRefused: false, isRateLimit: false },
  ],
])("what %s says of a create and of a read", (_, error, expected) => {
  expect({
    isTransient: isTransient(error),
    certainlyNotSent: certainlyNotSent(error),
    clearlyRefused: clearlyRefused(error),
    isRateLimit: isRateLimit(error),
  }).toEqual(expected);
});
