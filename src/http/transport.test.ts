import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { OK } from "../../contract-tests/helpers/fake-fetch.js";
import { simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { createClient } from "../client.js";

const reply = async () => Response.json({ task_id: "7", status: "Processing", ...OK });

/** A query by a client with this fetch, and the calls of its logger. */
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

test("a logger receives a reply and its duration", async () => {
  const { told, status } = query(reply);
  await status;
  expect(told).toEqual([["reply", { operation: "queryVideoGenerationTask", status: 200, milliseconds: 250 }]]);
});

test("a logger receives a missing reply, and whether anything was sent", async () => {
  const { told, status } = query(() => Promise.reject(broken({ code: "ECONNRESET" })));
  await failureOf(status);
  expect(told).toEqual([["no reply", { operation: "queryVideoGenerationTask", sent: "maybe", milliseconds: 250 }]]);
});

test("a logger that throws does not lose an accepted create, and receives no secret", async () => {
  const told: string[] = [];
  const logger = {
    debug(...line: unknown[]) {
      told.push(JSON.stringify(line));
      throw new Error("disk full");
    },
  };
  const { videos } = createClient({ apiKey: "THE-SECRET-KEY", server: "global", fetch: reply, logger });
  expect((await videos.create({ model: "MiniMax-Hailuo-02", prompt: "a fox nobody may read about" })).id).toBe("7");
  expect(told).toHaveLength(1);
  expect(told.join()).not.toMatch(/SECRET-KEY|nobody may read/);
});

test("a path in the base URL is part of every request, including those of the raw client", async () => {
  const urls: string[] = [];
  const noted: typeof fetch = async (url) => {
    urls.push(String(url));
    return reply();
  };
  const server = { baseUrl: "https://gateway.example/minimax/", like: "quickrouter" } as const;
  const { videos, api } = createClient({ apiKey: "any", server, fetch: noted });
  await videos.task("7").status();
  await api.GET("/v1/query/video_generation", { params: { query: { task_id: "7" } } });
  const url = "https://gateway.example/minimax/v1/query/video_generation?task_id=7";
  expect(urls).toEqual([url, url]);
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
    [
      broken({}, "Proxy response (403) !== 200 when HTTP Tunneling"),
      "no",
      "could not be reached, nothing was sent (the proxy answered HTTP 403)",
    ],
    [
      broken({ code: "UND_ERR_ABORTED" }, "Proxy Authentication Required (407)"),
      "no",
      "could not be reached, nothing was sent (the proxy answered HTTP 407)",
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

  test("that its time was over, even if fetch ignores signals, and that short times are milliseconds (H8)", async () => {
    const error = await failureOf(query(() => new Promise(() => {}), { timeout: 20 }).status);
    const message =
      "queryVideoGenerationTask: https://api.minimax.io did not answer in time (the time-out is 20 milliseconds)";
    expect(error).toMatchObject({ name: "ConnectionError", sent: "maybe", message, cause: { name: "TimeoutError" } });
  });
});

describe("a reply", () => {
  const chunked = (next: () => Uint8Array | undefined) => async () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          const chunk = next();
          if (chunk) controller.enqueue(chunk);
          else controller.close();
        },
      }),
    );

  test("without end is read only up to sixteen megabytes (I12)", async () => {
    let chunks = 0;
    const megabyte = new Uint8Array(1024 ** 2).fill(32);
    const endless = chunked(() => {
      chunks++;
      return megabyte;
    });
    const error = await failureOf(query(endless).status);
    expect(error.message).toContain("broke off: the reply has more than 16 MB");
    expect(chunks).toBeLessThan(20);
  });

  test("may arrive in pieces that split characters", async () => {
    const bytes = new TextEncoder().encode('{"task_id":"7","status":"处理中"}');
    let at = 0;
    const { status } = query(chunked(() => (at < bytes.length ? bytes.slice(at, ++at) : undefined)));
    expect(await status).toMatchObject({ state: "running", word: "处理中" });
  });
});

test("nothing is sent once the caller has aborted, even with a fetch that ignores signals", async () => {
  const unsent = () => expect.unreachable("it was sent");
  const { videos } = createClient({ apiKey: "any", server: "global", fetch: unsent });
  expect(await failureOf(videos.task("7").status({ signal: AbortSignal.abort("enough") }))).toBe("enough");
});

test("no listener is left on the caller's signal", async () => {
  const { signal } = new AbortController();
  const { videos } = createClient({ apiKey: "any", server: "global", maxRetries: 0, fetch: reply });
  await videos.task("7").status({ signal });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("a create", () => {
  const FOX = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
  const create = (fetch: typeof globalThis.fetch, options: object = {}) =>
    createClient({ apiKey: "any", server: "global", maxRetries: 0, fetch, ...options }).videos.create(FOX);

  test("is sent in a form that the runtime cannot repeat by itself", async () => {
    const bodies: unknown[] = [];
    const noted: typeof fetch = async (_, init) => {
      bodies.push(init?.body);
      return reply();
    };
    await create(noted);
    await createClient({ apiKey: "any", server: "global", fetch: noted }).files.delete("8", {
      purpose: "video_generation_input",
    });
    expect(bodies).toEqual([expect.any(ReadableStream), expect.any(String)]);
  });

  test("in a browser says if the browser may have sent it twice", async () => {
    vi.stubGlobal("navigator", { product: "Gecko", userAgent: "Mozilla/5.0 Chrome/147.0" });
    const TWICE = /This browser may have sent the request twice by itself; create through a server of your own/;
    const cut = () => Promise.reject(new TypeError("Failed to fetch"));
    const refused = () => Promise.reject(broken({ code: "ECONNREFUSED" }));
    expect((await failureOf(create(cut))).message).toMatch(TWICE);
    expect((await failureOf(create(refused))).message).not.toMatch(TWICE);
    expect((await failureOf(query(cut).status)).message).not.toMatch(TWICE);
    vi.unstubAllGlobals();
    expect((await failureOf(create(cut))).message).not.toMatch(TWICE);
  });

  test("that is redirected has an unknown outcome, even if a browser hides all details (B11)", async () => {
    const hidden = async () =>
      Object.defineProperties(new Response(null), { type: { value: "opaqueredirect" }, status: { value: 0 } });
    const cause = { name: "ConnectionError" };
    expect(await failureOf(create(hidden))).toMatchObject({ name: "SubmissionUnknownError", cause });
  });

  test("that cannot connect names a proxy that fetch does not read, unless the caller passes a fetch", async () => {
    for (const name of ["http_proxy", "HTTP_PROXY", "all_proxy", "NODE_USE_ENV_PROXY"]) vi.stubEnv(name, "");
    vi.stubEnv("ALL_PROXY", "http://proxy.example:3128");
    const nowhere = { server: "http://127.0.0.1:1", fetch: undefined };
    const refused = () => Promise.reject(broken({ code: "ECONNREFUSED" }));
    const cut = () => Promise.reject(broken({ code: "ECONNRESET" }));
    expect((await failureOf(create(cut, nowhere))).message).toContain("ALL_PROXY is set");
    for (const fetch of [refused, cut]) expect((await failureOf(create(fetch))).message).not.toContain("ALL_PROXY");
  });
});

describe("a key", () => {
  const HEADER = "it contains characters that are not allowed in an HTTP header";
  const BLANK = "it contains a space or a line break: pass one whole key";
  const BEARER = 'it begins with "Bearer", which this library adds: pass the key alone';
  const QUOTES = "it is in quotes, which your shell did not remove: pass the key without them";
  const NONE = "set MINIMAX_API_KEY, or use createClient({ apiKey })";

  test.each([
    [undefined, NONE],
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
    ["MINIMAX_API_KEY=sk-1", "it begins with a name and =: pass the key alone"],
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

  test("is sent without surrounding white space, line breaks and byte order mark (E4)", async () => {
    const keys: (string | null)[] = [];
    const noted: typeof fetch = async (_, init) => {
      keys.push(new Headers(init?.headers).get("authorization"));
      return reply();
    };
    await query(noted, { apiKey: async () => "\uFEFF a-key\r\n" }).status;
    expect(keys).toEqual(["Bearer a-key"]);
  });

  test("is fetched again for each request", async () => {
    const keys: (string | null)[] = [];
    const noted: typeof fetch = async (_, init) => {
      keys.push(new Headers(init?.headers).get("authorization"));
      return reply();
    };
    const task = createClient({ apiKey: async () => `key-${keys.length}`, fetch: noted }).videos.task("7");
    for (let time = 0; time < 2; time++) await task.status();
    expect(keys).toEqual(["Bearer key-0", "Bearer key-1"]);
  });

  test.each([
    [
      "that cannot be fetched",
      () => Promise.reject(new Error("the vault is closed")),
      "was not called: apiKey() failed",
    ],
    ["that does not come", () => new Promise<string>(() => {}), "was not called: apiKey() returned no key in time"],
  ])("%s is named as the reason, and nothing is sent", async (_, apiKey, what) => {
    const unsent = () => expect.unreachable("it was sent");
    const error = await failureOf(query(unsent, { apiKey, timeout: 20 }).status);
    expect(error).toMatchObject({ name: "ConnectionError", sent: "no", message: expect.stringContaining(what) });
    if (what.endsWith("failed")) expect(error).toMatchObject({ cause: { cause: { message: "the vault is closed" } } });
  });
});

describe("a fetch whose bodies are streams of Node, as those of node-fetch are", () => {
  const streams =
    (status: number, headers = {}) =>
    async () =>
      Object.defineProperty(new Response(null, { status, headers }), "body", {
        value: Readable.from([Buffer.from('{"task_id":"7","status":"Proc'), Buffer.from('essing"}')]),
      });

  test("is read", async () => {
    expect(await query(streams(200)).status).toMatchObject({ state: "running", word: "Processing" });
  });

  test("may answer with a redirect", async () => {
    const { status } = query(streams(302, { location: "https://other.example" }));
    expect((await failureOf(status)).message).toContain("sent a redirect to https://other.example");
  });
});
