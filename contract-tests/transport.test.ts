import { describe, expect, test } from "vitest";
import { createClient } from "../src/client.js";
import { failureOf } from "./helpers/failure-of.js";
import { OK } from "./helpers/fake-fetch.js";
import { simulatedClock } from "./helpers/simulated-clock.js";

const REPLY = { task_id: "7", status: "Processing", ...OK };

/** A client whose service does this, and what it told its logger. */
function client(fetch: () => Promise<Response>, options: object = {}) {
  const clock = simulatedClock();
  const told: unknown[] = [];
  const logger = { debug: (...words: unknown[]) => void told.push(words), info() {}, warn() {}, error() {} };
  const settings = { apiKey: "any", server: "global", maxRetries: 0, clock, logger, ...options } as const;
  const status = () =>
    clock.until(
      createClient({ ...settings, fetch })
        .videos.task("7")
        .status(),
    );
  return { clock, told, status };
}
const broken = (code?: string, message = "it broke") =>
  Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(
      new Error(message),
      code ? { code, syscall: code.startsWith("ECONNREF") ? "connect" : "read" } : {},
    ),
  });

describe("a logger is told", () => {
  test("of an answer, and how long it took", async () => {
    const { clock, told, status } = client(async () => {
      await clock.pause(250);
      return Response.json(REPLY);
    });
    await status();
    expect(told).toEqual([["reply", { operation: "queryVideoGenerationTask", status: 200, milliseconds: 250 }]]);
  });

  test("of an answer that did not come, whether something was sent, and how long it took", async () => {
    const { clock, told, status } = client(async () => {
      await clock.pause(125);
      throw broken("ECONNRESET");
    });
    await failureOf(status());
    expect(told).toEqual([["no reply", { operation: "queryVideoGenerationTask", sent: "maybe", milliseconds: 125 }]]);
  });
});

describe("an answer that did not come says", () => {
  test.each([
    [broken("ECONNRESET"), "maybe", "broke the connection (ECONNRESET)"],
    [broken(), "maybe", "broke the connection"],
    [broken("ECONNREFUSED"), "no", "could not be reached, nothing was sent (ECONNREFUSED)"],
    [broken(undefined, "unexpected redirect"), "maybe", "sent a redirect, which is not followed"],
  ])("of %o what happened", async (cause, sent, what) => {
    const error = await failureOf(client(() => Promise.reject(cause)).status());
    expect(error).toMatchObject({ name: "ConnectionError", sent, server: "https://api.minimax.io" });
    expect(error.cause).toMatchObject({
      name: "TypeError",
      message: "fetch failed",
      cause: { message: cause.cause.message },
    });
    expect(error.message).toBe(`queryVideoGenerationTask: https://api.minimax.io ${what}`);
  });

  test("that its time was over", async () => {
    const fetch: typeof globalThis.fetch = (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    const error = await failureOf(client(fetch as () => Promise<Response>, { timeout: 5 }).status());
    expect(error).toMatchObject({ name: "ConnectionError", sent: "maybe" });
    expect(error.message).toBe("queryVideoGenerationTask: https://api.minimax.io gave no answer in time");
    expect(error.cause).toMatchObject({ name: "TimeoutError", message: "The time is up" });
  });
});

describe("a key", () => {
  test.each([
    ["", "set MINIMAX_API_KEY, or give createClient({ apiKey })"],
    ["  ", "set MINIMAX_API_KEY, or give createClient({ apiKey })"],
    ["a key", "it holds characters that cannot stand in an HTTP header"],
    ["schlüssel", "it holds characters that cannot stand in an HTTP header"],
  ])("%j is refused before anything is sent", async (key, why) => {
    const error = await failureOf(client(() => expect.unreachable("it was sent"), { apiKey: () => key }).status());
    expect(error).toMatchObject({ name: "ValidationError", issues: [{ path: "apiKey", message: why }] });
    expect(error.message).toBe(`No usable API key\n  apiKey: ${why}`);
  });

  test("is sent without the blanks around it", async () => {
    const keys: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      keys.push(new Headers(init?.headers).get("authorization"));
      return Response.json(REPLY);
    };
    await client(fetch as () => Promise<Response>, { apiKey: async () => " a-key\n" }).status();
    expect(keys).toEqual(["Bearer a-key"]);
  });
});
