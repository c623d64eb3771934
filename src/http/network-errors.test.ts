/** Errors of `fetch` in the runtimes, recorded in November 2026 with a server that refuses, cuts and resets connections. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { codeIn, neverSent, unusedProxy, wasRedirected } from "./network-errors.js";

interface Seen {
  message: string;
  code?: string;
  syscall?: string;
  cause?: Seen;
  errors?: Seen[];
}

function thrown({ message, cause, errors, ...facts }: Seen): Error {
  const options = cause ? { cause: thrown(cause) } : {};
  const error = errors ? new AggregateError(errors.map(thrown), message) : new Error(message, options);
  return Object.assign(error, facts);
}

const node = (cause: Seen): Seen => ({ message: "fetch failed", cause });
const deno = (message: string): Seen => ({ message: "fetch failed", cause: { message } });

describe("certainly nothing was sent", () => {
  test.each<[string, Seen]>([
    ["Node: refused", node({ message: "connect ECONNREFUSED 127.0.0.1:1", code: "ECONNREFUSED", syscall: "connect" })],
    [
      "Node: refused on both addresses of a name",
      node({
        message: "",
        code: "ECONNREFUSED",
        errors: [
          { message: "connect ECONNREFUSED ::1:1", code: "ECONNREFUSED", syscall: "connect" },
          { message: "connect ECONNREFUSED 127.0.0.1:1", code: "ECONNREFUSED", syscall: "connect" },
        ],
      }),
    ],
    [
      "Node: no route on one address, no answer on the other",
      node({
        message: "",
        code: "ETIMEDOUT",
        errors: [
          { message: "connect ENETUNREACH ::1", code: "ENETUNREACH", syscall: "connect" },
          { message: "connect ETIMEDOUT 10.0.0.1", code: "ETIMEDOUT", syscall: "connect" },
        ],
      }),
    ],
    ["Node: no such name", node({ message: "getaddrinfo ENOTFOUND x", code: "ENOTFOUND", syscall: "getaddrinfo" })],
    ["Node: connect time-out", node({ message: "Connect Timeout Error", code: "UND_ERR_CONNECT_TIMEOUT" })],
    ["Node: a certificate of its own", node({ message: "self-signed", code: "DEPTH_ZERO_SELF_SIGNED_CERT" })],
    ["Node: another name's certificate", node({ message: "altnames", code: "ERR_TLS_CERT_ALTNAME_INVALID" })],
    [
      "Node: closed during the TLS handshake",
      node({
        message: "Client network socket disconnected before secure TLS connection was established",
        code: "ECONNRESET",
      }),
    ],
    ["Node: a port that fetch refuses", node({ message: "bad port" })],
    ["Bun: refused", { message: "ECONNREFUSED: Unable to connect. Is the computer able to …", code: "ECONNREFUSED" }],
    ["Bun: no such name", { message: "getaddrinfo ENOTFOUND x", code: "ENOTFOUND", syscall: "getaddrinfo" }],
    ["Bun: no TLS there", { message: "EPROTO: The TLS handshake failed. Does the server …?", code: "EPROTO" }],
    ["Bun: a certificate of its own", { message: "self signed certificate", code: "DEPTH_ZERO_SELF_SIGNED_CERT" }],
    ["Deno: refused", deno("error sending request for url (…): client error (Connect): tcp connect error: …")],
    ["Deno: no such name", deno("error sending request for url (…): client error (Connect): dns error: …")],
    ["Deno: no TLS there", deno("error sending request for url (…): client error (Connect): tls handshake eof")],
    ["Deno: a port that fetch refuses", { message: "Fetch failed: Requests to port 9 are blocked" }],
  ])("%s", (_, seen) => {
    expect(neverSent(thrown(seen))).toBe(true);
  });
});

describe("it may have been sent", () => {
  test.each<[string, Seen]>([
    ["Node: cut", node({ message: "other side closed", code: "UND_ERR_SOCKET" })],
    ["Node: reset", node({ message: "read ECONNRESET", code: "ECONNRESET", syscall: "read" })],
    ["Node: no answer in time", node({ message: "Headers Timeout Error", code: "UND_ERR_HEADERS_TIMEOUT" })],
    [
      "Node: the route was lost on the way",
      node({ message: "read EHOSTUNREACH", code: "EHOSTUNREACH", syscall: "read" }),
    ],
    ["Node: no answer to a write", node({ message: "write ETIMEDOUT", code: "ETIMEDOUT", syscall: "write" })],
    [
      "Node: TLS broke, perhaps within the answer",
      node({ message: "bad record mac", code: "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC" }),
    ],
    [
      "Node: one address refused, the other was reached and reset",
      node({
        message: "",
        code: "ECONNREFUSED",
        errors: [
          { message: "connect ECONNREFUSED ::1:1", code: "ECONNREFUSED", syscall: "connect" },
          { message: "read ECONNRESET", code: "ECONNRESET", syscall: "read" },
        ],
      }),
    ],
    ["Node: a redirect", node({ message: "unexpected redirect" })],
    ["Bun: cut", { message: "ECONNRESET: The socket connection was closed unexpectedly. …", code: "ECONNRESET" }],
    ["Bun: the handshake of a renegotiation", { message: "EPROTO: write EPROTO", code: "EPROTO" }],
    ["Deno: cut", deno("error sending request from … for … (…): client error (SendRequest): connection closed …")],
    ["Deno: reset", deno("Connection reset by peer (os error 104)")],
    ["Deno: cut within the answer", { message: "error reading a body from connection" }],
    ["Chrome: says nothing", { message: "Failed to fetch" }],
    ["Firefox: says nothing", { message: "NetworkError when attempting to fetch resource." }],
    ["Safari: says nothing", { message: "Load failed" }],
    ["Workers: says little", { message: "Network connection lost." }],
  ])("%s", (_, seen) => {
    expect(neverSent(thrown(seen))).toBe(false);
  });

  test("values that are not errors", () => {
    for (const nothing of [undefined, null, "ECONNREFUSED", { code: "ECONNREFUSED" }])
      expect(neverSent(nothing)).toBe(false);
  });
});

test("a redirect is recognised if the runtime reports it", () => {
  expect(wasRedirected(thrown(node({ message: "unexpected redirect" })))).toBe(true);
  expect(wasRedirected(thrown({ message: "UnexpectedRedirect fetching …", code: "UnexpectedRedirect" }))).toBe(true);
  const words = "Fetch failed: Encountered redirect while redirect mode is set to 'error'";
  // The second are the words of node-fetch.
  for (const message of [
    words,
    "uri requested responds with a redirect, redirect mode is set to error: https://a.test",
  ])
    expect(wasRedirected(thrown({ message }))).toBe(true);
  expect(wasRedirected(thrown({ message: "Failed to fetch" }))).toBe(false);
});

test("the system's code is found at any depth", () => {
  expect(codeIn(thrown(node({ message: "read ECONNRESET", code: "ECONNRESET" })))).toBe("ECONNRESET");
  expect(codeIn(thrown(deno("…")))).toBeUndefined();
});

test("a code that does not look like one is not shown, because it may be anything", () => {
  for (const code of ["no: a red fox", "fox!", "!fox", "x".repeat(65)])
    expect(codeIn(thrown({ message: "", code, cause: { message: "", code: "EPIPE" } }))).toBe("EPIPE");
});

describe("a proxy that Node's fetch does not read", () => {
  beforeEach(() => {
    for (const name of ["http_proxy", "https_proxy", "all_proxy"])
      for (const one of [name, name.toUpperCase()]) vi.stubEnv(one, "");
    vi.stubEnv("NODE_USE_ENV_PROXY", "");
  });

  test.each([
    ["https_proxy", "https://api.example.com"],
    ["HTTPS_PROXY", "https://api.example.com"],
    ["http_proxy", "http://api.example.com"],
    ["HTTP_PROXY", "http://api.example.com"],
    ["all_proxy", "https://api.example.com"],
    ["ALL_PROXY", "http://api.example.com"],
  ])("is reported: %s for %s", (name, url) => {
    vi.stubEnv(name, "http://me:secret@proxy.example:3128");
    expect(unusedProxy(url)).toMatch(
      new RegExp(`^\\. ${name} is set, but Node's fetch does not read it: set NODE_USE_ENV_PROXY=1 .*`),
    );
    expect(unusedProxy(url)).not.toContain("secret");
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    expect(unusedProxy(url)).toBe("");
  });

  test("is not reported for addresses that do not use it", () => {
    vi.stubEnv("HTTP_PROXY", "http://proxy.example:3128");
    expect(unusedProxy("https://api.example.com")).toBe("");
  });

  test("is not reported in other runtimes", () => {
    vi.stubEnv("ALL_PROXY", "http://proxy.example:3128");
    vi.stubGlobal("Deno", { version: {} });
    expect(unusedProxy("https://api.example.com")).toBe("");
    vi.unstubAllGlobals();
  });
});
