import { describe, expect, test, vi } from "vitest";
import { connectTo, Fault, partOf, versionOf } from "../src/download/download-connection.js";
import { failureOf } from "./helpers/failure-of.js";

const LINK = "https://me:word@files.test/fox.mp4?Expires=1&Signature=secret";
const HOST = "files.test";

describe("a line", () => {
  const lineOf = (answer: () => Response | Promise<Response>, idleTimeout = 30_000) => {
    const send = vi.fn(async (_url: unknown, _init?: RequestInit) => answer());
    return { line: connectTo(LINK, send as typeof fetch, idleTimeout), send };
  };

  test("asks for bytes as they are, and for more where that is wished", async () => {
    const { line, send } = lineOf(() => new Response("abc"));
    expect(line.host).toBe(HOST);
    await line.open({ range: "bytes=3-" });
    const [url, init] = send.mock.calls[0] ?? [];
    expect([url, init?.headers]).toEqual([LINK, { "accept-encoding": "identity", range: "bytes=3-" }]);
    expect(init?.signal?.aborted).toBe(false);
  });

  test("is alive once bytes have come, and undefined at its end", async () => {
    const { line } = lineOf(() => new Response("abc"));
    await line.open({});
    expect(line.hasDelivered).toBe(false);
    expect(Buffer.from((await line.read()) ?? []).toString()).toBe("abc");
    expect(line.hasDelivered).toBe(true);
    expect(await line.read()).toBe(undefined);
    const empty = lineOf(() => new Response(null)).line;
    await empty.open({});
    expect([await empty.read(), empty.hasDelivered]).toEqual([undefined, false]);
  });

  test("that nobody answers is a fault that shows no link, however deep it stands", async () => {
    const inner = Object.assign(new Error(`no way to ${LINK}`), { code: "ENOTFOUND", base: LINK });
    const { line } = lineOf(() =>
      Promise.reject(new TypeError("fetch failed ?Expires=1&Signature=secret", { cause: inner })),
    );
    const error = (await failureOf(line.open({}))) as unknown as Fault;
    expect(error).toBeInstanceOf(Fault);
    expect(error.message).toMatch(/^the request to files\.test failed: no way to .* \(ENOTFOUND\)$/);
    const { cause } = error.facts as { cause: Error & { code?: string; base?: string } };
    expect([cause.name, cause.message]).toEqual(["TypeError", expect.stringMatching(/^fetch failed/)]);
    expect(cause.stack).toMatch(/^TypeError: fetch failed \[…\]\n\s+at /);
    expect(cause.cause).toMatchObject({ code: "ENOTFOUND" });
    const seen = JSON.stringify([
      error.message,
      cause.message,
      cause.stack,
      cause.cause,
      (cause.cause as Error).message,
    ]);
    expect(seen).not.toMatch(/secret|word/);
  });

  test("that fails with what is no error is a fault, too, and names a code once", async () => {
    const odd = lineOf(() => Promise.reject("odd")).line;
    expect((await failureOf(odd.open({}))).message).toBe("the request to files.test failed: odd");
    const named = Object.assign(new Error("ECONNRESET by peer"), { code: "ECONNRESET" });
    const twice = lineOf(() => Promise.reject(named)).line;
    expect((await failureOf(twice.open({}))).message).toBe("the request to files.test failed: ECONNRESET by peer");
  });

  test("that breaks later says so", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    const { line } = lineOf(() => new Response(body));
    await line.open({});
    expect((await failureOf(line.read())).message).toBe("files.test broke off: reset");
  });

  test("on which nothing comes for too long breaks off by itself", async () => {
    const { line } = lineOf(() => new Promise<Response>(() => {}), 20);
    expect((await failureOf(line.open({}))).message).toBe("files.test sent nothing for 0.02 s");
    const cancel = vi.fn();
    const silent = lineOf(() => new Response(new ReadableStream({ cancel })), 20).line;
    await silent.open({});
    expect((await failureOf(silent.read())).message).toBe("files.test sent nothing for 0.02 s");
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test("that is ended throws the reason, whoever waits", async () => {
    const reason = new Error("enough");
    const { line } = lineOf(() => new Promise<Response>(() => {}));
    const opening = line.open({});
    line.end(reason);
    expect(await failureOf(opening)).toBe(reason);
    expect(await failureOf(line.read())).toBe(reason);
    const reading = lineOf(() => new Response(new ReadableStream({}))).line;
    await reading.open({});
    const next = reading.read();
    reading.end(reason);
    expect(await failureOf(next)).toBe(reason);
  });
});

describe("what an answer says of the file", () => {
  const said = (headers: Record<string, string>) => versionOf(new Response("abc", { headers }), HOST);

  test("length, type and validator", () => {
    const headers = { "content-type": "video/mp4", "content-length": "3", etag: '"a"' };
    expect(said(headers)).toEqual({ total: 3, type: "video/mp4", validator: '"a"' });
    expect(said({ "content-type": "" })).toEqual({ total: undefined, type: "", validator: undefined });
  });

  test("of what was compressed neither length nor validator", () => {
    const headers = { "content-type": "video/mp4", "content-length": "3", etag: '"a"' };
    expect(said({ ...headers, "content-encoding": "gzip" })).toEqual({
      type: "video/mp4",
      total: undefined,
      validator: undefined,
    });
    expect(said({ ...headers, "content-encoding": "Identity" })).toMatchObject({ total: 3, validator: '"a"' });
    expect(said({ ...headers, "content-encoding": "identity2" })).toMatchObject({ total: undefined });
  });

  test.each<[headers: Record<string, string>, validator: string | undefined]>([
    [{ etag: 'W/"a"' }, undefined],
    [{ etag: '"W/a"' }, '"W/a"'],
    [
      { etag: 'W/"a"', "last-modified": "Fri, 20 Nov 2026 00:00:00 GMT", date: "Fri, 20 Nov 2026 01:00:00 GMT" },
      undefined,
    ],
    [
      { "last-modified": "Fri, 20 Nov 2026 00:00:00 GMT", date: "Fri, 20 Nov 2026 00:01:00 GMT" },
      "Fri, 20 Nov 2026 00:00:00 GMT",
    ],
    [{ "last-modified": "Fri, 20 Nov 2026 00:00:01 GMT", date: "Fri, 20 Nov 2026 00:01:00 GMT" }, undefined],
    [{ "last-modified": "Fri, 20 Nov 2026 00:00:00 GMT" }, undefined],
    [{ date: "Fri, 20 Nov 2026 00:00:00 GMT" }, undefined],
  ])("a validator that is strong: %j", (headers, validator) => {
    expect(said(headers).validator).toBe(validator);
  });

  test.each<[response: Response, message: string, facts: object]>([
    [new Response("no", { status: 403 }), "files.test answered HTTP 403", { status: 403, retryAfter: 0 }],
    [
      new Response("later", { status: 503, headers: { "retry-after": "7" } }),
      "files.test answered HTTP 503",
      { status: 503, retryAfter: 7000 },
    ],
    [
      new Response("<p>", { headers: { "content-type": "text/HTML", "retry-after": "soon" } }),
      "files.test answered HTTP 200 with an HTML page",
      { status: 200, retryAfter: 0 },
    ],
    [new Response(null), "files.test answered HTTP 200", { status: 200, retryAfter: 0 }],
  ])("is a fault where it is no video: %#", (response, message, facts) => {
    let fault: unknown;
    try {
      versionOf(response, HOST);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ message, facts });
  });
});

describe("what a 206 brings", () => {
  const version = { total: 9, validator: '"a"', type: "video/mp4" };
  const rest = (headers: Record<string, string>, of = version as Parameters<typeof partOf>[1]) =>
    partOf(new Headers(headers), of);

  test("is the rest, from where it says", () => {
    expect(rest({ "content-range": "bytes 3-8/9", etag: '"a"' })).toEqual({ start: 3, total: 9, isSame: true });
    expect(rest({ "content-range": "bytes 12-80/*", etag: '"a"' })).toEqual({ start: 12, total: 9, isSame: true });
  });

  test("begins where its length says, where a browser keeps the range to itself", () => {
    for (const range of [undefined, "bytes 3-8", "xbytes 3-8/9", "bytes 3-8/9x", "bytes a-8/9"]) {
      const headers = { "content-length": "4", ...(range === undefined ? {} : { "content-range": range }) };
      expect(rest(headers)).toMatchObject({ start: 5, isSame: true });
    }
  });

  test("is of another file by its validator or its length, and of the same where nothing says otherwise", () => {
    const range = { "content-range": "bytes 3-8/9" };
    expect(rest({ ...range, etag: '"b"' }).isSame).toBe(false);
    expect(rest({ ...range, "last-modified": '"b"' }).isSame).toBe(false);
    expect(rest({ ...range, etag: '"a"', "last-modified": '"b"' }).isSame).toBe(true);
    expect(rest({ "content-range": "bytes 3-8/10", etag: '"a"' }).isSame).toBe(false);
    expect(rest(range).isSame).toBe(true);
    const unmeasured = { ...version, total: undefined };
    expect(rest({ "content-range": "bytes 3-8/10", etag: '"a"' }, unmeasured)).toEqual({
      start: 3,
      total: 10,
      isSame: true,
    });
  });
});
