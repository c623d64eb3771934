import { afterEach, describe, expect, test, vi } from "vitest";
import { streamFromGenerator } from "../base/stream-from-generator.js";
import { mayResend, requestInit } from "./request-body.js";

const TEXT = '{"prompt":"Ein Füchslein 🦊"}';
const BYTES = new TextEncoder().encode(TEXT);
const JSON_TYPE = { "content-type": "application/json" };
const SIZED = { ...JSON_TYPE, "content-length": String(BYTES.length) };

async function* pieces() {
  yield BYTES.subarray(0, 5);
  yield BYTES.subarray(5);
}
/** Each form of a body. */
const BODIES = {
  text: TEXT,
  bytes: () => ({ content: BYTES }),
  "a Blob": () => ({ content: new Blob([BYTES]) }),
  "a stream": () => ({ content: streamFromGenerator(pieces()), length: BYTES.length }),
};
const forms = Object.entries(BODIES);

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";
/** The globals that distinguish runtimes. */
const RUNTIMES = {
  "Node 20": { process: { versions: { node: "20.19.0" } }, navigator: undefined },
  "Node 26": { process: { versions: { node: "26.12.1" } }, navigator: { userAgent: "Node.js/26" } },
  jsdom: { process: { versions: { node: "26.12.1" } }, navigator: { userAgent: "Mozilla jsdom/29", product: "Gecko" } },
  Deno: {
    Deno: { version: { deno: "2.9.6" } },
    process: { versions: { node: "24.2.0" } },
    navigator: { userAgent: "Deno/2.9.6" },
  },
  Bun: { process: { versions: { node: "24.3.0", bun: "1.4.5" } }, navigator: { userAgent: "Bun/1.4.5" } },
  "a browser": { process: undefined, navigator: { userAgent: CHROME, product: "Gecko" } },
  "a window of Electron": {
    process: { versions: { node: "24.2.0" } },
    navigator: { userAgent: CHROME, product: "Gecko" },
  },
  "React Native": { process: {}, navigator: { product: "ReactNative" } },
  "Cloudflare Workers": {
    process: { versions: { node: "22.0.0" } },
    navigator: { userAgent: "Cloudflare-Workers" },
  },
  "an edge without a name": { process: undefined, navigator: undefined },
};
type Runtime = keyof typeof RUNTIMES;

function within(name: Runtime): void {
  for (const [global, value] of Object.entries(RUNTIMES[name])) vi.stubGlobal(global, value);
}
afterEach(() => {
  vi.unstubAllGlobals();
});

const textOf = (body: BodyInit | null | undefined) => new Response(body).text();

test("a request without a body needs nothing", () => {
  for (const once of [true, false]) expect(requestInit(undefined, { once })).toEqual({});
});

describe("a body that may be sent again is not changed", () => {
  test.each(Object.keys(RUNTIMES) as Runtime[])("in %s", (name) => {
    within(name);
    const { bytes, "a Blob": blob, "a stream": stream } = BODIES;
    expect(requestInit(TEXT, { once: false })).toEqual({ headers: JSON_TYPE, body: TEXT });
    expect(requestInit(bytes, { once: false })).toEqual({ headers: JSON_TYPE, body: BYTES });
    expect(requestInit(blob, { once: false }).body).toBeInstanceOf(Blob);
    const init = requestInit(stream, { once: false });
    expect(init).toEqual({ headers: SIZED, body: expect.any(ReadableStream), duplex: "half" });
  });
});

describe("a body that must be sent once", () => {
  test.each(forms.filter(([name]) => name !== "a Blob"))("is a stream of known length in Node: %s", async (_, body) => {
    for (const name of ["Node 20", "Node 26", "jsdom"] as const) {
      within(name);
      const init = requestInit(body, { once: true });
      expect(init).toEqual({
        headers: SIZED,
        body: expect.any(ReadableStream),
        duplex: "half",
        credentials: "omit",
        redirect: "manual",
      });
      expect(await textOf(init.body)).toBe(TEXT);
    }
  });

  test("is not followed by a copy in Node if it is large", () => {
    within("Node 20");
    const redirectOf = (bytes: number) => requestInit("x".repeat(bytes), { once: true }).redirect;
    expect([redirectOf(1024 * 1024), redirectOf(1024 * 1024 + 1)]).toEqual(["manual", "error"]);
  });

  test("converts to its text, as node-fetch needs", () => {
    within("Node 20");
    for (const body of [TEXT, BODIES.bytes]) expect(String(requestInit(body, { once: true }).body)).toBe(TEXT);
  });

  test.each(forms)("is a Blob in Deno: %s", async (_, body) => {
    within("Deno");
    const init = requestInit(body, { once: true });
    expect(init).toEqual({ headers: JSON_TYPE, body: expect.any(Blob) });
    const blob = init.body as Blob;
    expect([blob.size, blob.type]).toEqual([BYTES.length, ""]);
    expect(await textOf(blob.stream())).toBe(TEXT);
  });

  test("uses a separate connection in Bun", async () => {
    within("Bun");
    expect(requestInit(TEXT, { once: true })).toEqual({ headers: JSON_TYPE, body: TEXT, keepalive: false });
    const init = requestInit(BODIES["a stream"], { once: true });
    expect(init).toMatchObject({ headers: SIZED, duplex: "half", keepalive: false });
    expect(await textOf(init.body)).toBe(TEXT);
  });

  test.each([
    "a browser",
    "a window of Electron",
    "React Native",
    "Cloudflare Workers",
    "an edge without a name",
  ] as const)("is not changed in %s, which accepts no stream", (name) => {
    within(name);
    expect(requestInit(TEXT, { once: true })).toEqual({ headers: JSON_TYPE, body: TEXT });
    expect(requestInit(BODIES.bytes, { once: true })).toEqual({ headers: JSON_TYPE, body: BYTES });
  });

  test("is created again for each request", async () => {
    for (const name of ["Node 26", "Deno", "Bun", "a browser"] as const) {
      within(name);
      for (const [, body] of forms) {
        const texts = [1, 2].map(() => textOf(requestInit(body, { once: true }).body));
        expect(await Promise.all(texts)).toEqual([TEXT, TEXT]);
      }
    }
  });
});

test("browsers and React Native may send a request twice, other runtimes do not", () => {
  const may = (Object.keys(RUNTIMES) as Runtime[]).filter((name) => {
    vi.unstubAllGlobals();
    within(name);
    return mayResend();
  });
  expect(may).toEqual(["a browser", "a window of Electron", "React Native"]);
});
