import { describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { OK } from "../../contract-tests/helpers/fake-fetch.js";
import { simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { createClient } from "../client.js";

const reply = async () => Response.json({ task_id: "7", status: "Processing", ...OK });

/** A query by a client with this fetch, and what its logger is told. */
function query(fetch: typeof globalThis.fetch, options: object = {}) {
  const clock = simulatedClock();
  const told: unknown[] = [];
  const logger = { debug: (...line: unknown[]) => void told.push(line), info() {}, warn() {}, error() {} };
  const settings = { apiKey: "any", server: "global", maxRetries: 0, clock, logger, ...options } as const;
  const paused: typeof fetch = async (...call) => {
    await clock.pause(250);
    return fetch(...call);
  };
  const minimax = createClient({ ...settings, fetch: paused });
  return { told, status: clock.until(minimax.videos.task("7").status()) };
}
const broken = (facts: object, message = "it broke") =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(message), facts) });

test("a logger is told of a reply, and how long it took", async () => {
  const { told, status } = query(reply);
  await status;
  expect(told).toEqual([["reply", { operation: "queryVideoGenerationTask", status: 200, milliseconds: 250 }]]);
});

test("a logger is told of a reply that did not come, and whether anything was sent", async () => {
  const { told, status } = query(() => Promise.reject(broken({ code: "ECONNRESET" })));
  await failureOf(status);
  expect(told).toEqual([["no reply", { operation: "queryVideoGenerationTask", sent: "maybe", milliseconds: 250 }]]);
});

describe("a call without a reply says", () => {
  test.each([
    [broken({ code: "ECONNRESET", syscall: "read" }), "maybe", "broke the connection (ECONNRESET)"],
    [broken({}), "maybe", "broke the connection"],
    [
      broken({ code: "ECONNREFUSED", syscall: "connect" }),
      "no",
      "could not be reached, nothing was sent (ECONNREFUSED)",
    ],
    [broken({}, "unexpected redirect"), "maybe", "sent a redirect, which is not followed"],
  ])("what happened: %o", async (cause, sent, what) => {
    const error = await failureOf(query(() => Promise.reject(cause)).status);
    const message = `queryVideoGenerationTask: https://api.minimax.io ${what}`;
    expect(error).toMatchObject({ name: "ConnectionError", sent, server: "https://api.minimax.io", message });
    expect(error.cause).toMatchObject({
      name: "TypeError",
      message: "fetch failed",
      cause: { message: expect.any(String) },
    });
  });

  test("that its time was over, even if fetch obeys no signal, and that short times are milliseconds (H8)", async () => {
    const error = await failureOf(query(() => new Promise(() => {}), { timeout: 20 }).status);
    const message =
      "queryVideoGenerationTask: https://api.minimax.io gave no answer in time (the time-out is 20 milliseconds)";
    expect(error).toMatchObject({ name: "ConnectionError", sent: "maybe", message, cause: { name: "TimeoutError" } });
  });
});

describe("a key", () => {
  const HEADER = "it contains characters that are not allowed in an HTTP header";
  const BLANK = "it contains a space or a line break: give one whole key";
  const BEARER = 'it begins with "Bearer", which is added here: give the key alone';
  const QUOTES = "it is in quotes, which no shell has removed: give the key without them";
  const NONE = "set MINIMAX_API_KEY, or give createClient({ apiKey })";

  test.each([
    ["", NONE],
    ["  ", `it is blank: ${NONE}`],
    ["sk-a key", BLANK],
    ["sk-1\nsk-2", BLANK],
    ["sk-schlüssel", HEADER],
    ["Bearer sk-1", BEARER],
    ["bearer\tsk-1", BEARER],
    ["Authorization: Bearer sk-1", BEARER],
    ['"sk-1"', QUOTES],
    ["'sk-1'", QUOTES],
    ["“sk-1”", QUOTES],
    ["MINIMAX_API_KEY=sk-1", "it begins with a name and =: give the key alone"],
    ["$MINIMAX_API_KEY", "it is a placeholder, not a key"],
    ["<your key>", "it is a placeholder, not a key"],
    [7, "must be a string (got a number)"],
    [{ key: "sk-1" }, "must be a string (got an object)"],
  ])("%j is refused before anything is sent, and not shown (E4)", async (key, message) => {
    const unsent = () => expect.unreachable("it was sent");
    const error = await failureOf(query(unsent, { apiKey: () => key }).status);
    expect(error).toMatchObject({ name: "ValidationError", issues: [{ path: "apiKey", message }] });
    expect(error.message).toBe(`No usable API key\n  apiKey: ${message}`);
  });

  test("is sent without blanks, line breaks and a byte order mark around it (E4)", async () => {
    const keys: (string | null)[] = [];
    const noted: typeof fetch = async (_, init) => {
      keys.push(new Headers(init?.headers).get("authorization"));
      return reply();
    };
    await query(noted, { apiKey: async () => "\uFEFF a-key\r\n" }).status;
    expect(keys).toEqual(["Bearer a-key"]);
  });

  test.each([
    [
      "that cannot be fetched",
      () => Promise.reject(new Error("the vault is closed")),
      "was not asked: apiKey() failed",
    ],
    ["that does not come", () => new Promise<string>(() => {}), "was not asked: apiKey() gave no key in time"],
  ])("%s is named as the reason, and nothing is sent", async (_, apiKey, what) => {
    const unsent = () => expect.unreachable("it was sent");
    const error = await failureOf(query(unsent, { apiKey, timeout: 20 }).status);
    expect(error).toMatchObject({ name: "ConnectionError", sent: "no", message: expect.stringContaining(what) });
    if (what.endsWith("failed")) expect(error).toMatchObject({ cause: { cause: { message: "the vault is closed" } } });
  });
});
