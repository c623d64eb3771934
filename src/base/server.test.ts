import { describe, expect, test } from "vitest";
import { servers } from "../generated/servers.js";
import { ValidationError } from "./errors.js";
import { serverFrom } from "./server.js";

const NAMES = Object.keys(servers).join(", ");
const ELSE = "another address needs like, the server that it behaves like";

/** The refusal of a server, which is in the message and the only issue. */
function refusalOf(option: unknown): { message: string; advice: string } {
  try {
    serverFrom(option as string);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const [issue] = error.issues;
    expect(error.issues).toEqual([expect.objectContaining({ path: "server", severity: "error" })]);
    return { message: error.message.split("\n")[0] ?? "", advice: issue?.message ?? "" };
  }
  return expect.unreachable("it was taken");
}

test("a documented server is known by its domains", () => {
  for (const [name, { baseUrl, domains = [] }] of Object.entries(servers))
    expect(
      domains.some((domain) => baseUrl?.includes(`.${domain}`)),
      name,
    ).toBe(baseUrl !== undefined);
});

test("a documented name is a complete server", () => {
  expect(serverFrom("global")).toEqual({
    name: "global",
    baseUrl: "https://api.minimax.io",
    region: "global",
    spec: "minimax",
  });
  expect(serverFrom("china")).toMatchObject({ region: "china", spec: "minimax" });
});

test.each([
  ["https://api.example.com", "https://api.example.com"],
  ["HTTPS://api.example.com/minimax//", "https://api.example.com/minimax"],
  ["http://127.0.0.1:4010/", "http://127.0.0.1:4010"],
])("the user's own address behaves like the global one: %s", (option, baseUrl) => {
  const own = { name: baseUrl, baseUrl, region: "global", spec: "minimax" };
  expect(serverFrom(option)).toEqual(own);
  expect(serverFrom({ baseUrl: option })).toEqual(own);
});

test("an address may behave like another one", () => {
  const baseUrl = "https://gateway.example.com/minimax";
  expect(serverFrom({ baseUrl, like: "aimanyi" })).toEqual({
    name: baseUrl,
    baseUrl,
    region: "china",
    spec: "aimanyi",
  });
  expect(serverFrom({ baseUrl, like: "china" })).toMatchObject({ region: "china" });
});

test("an address may declare an idempotency header, and MiniMax has none", () => {
  const baseUrl = "https://router.example";
  const idempotencyHeader = "Idempotency-Key";
  expect(serverFrom({ baseUrl, idempotencyHeader })).toMatchObject({ baseUrl, idempotencyHeader });
  expect(serverFrom({ baseUrl: "https://api.quickrouter.ai/minimax", idempotencyHeader })).toMatchObject({
    idempotencyHeader,
  });
  const advice = "it must be the name of a header that the server documents, and MiniMax documents none";
  expect(refusalOf({ baseUrl: "https://api.minimax.io", idempotencyHeader }).advice).toBe(advice);
  for (const wrong of ["", "two words", "a:b", null, 7, true, "authorization", "Content-Length"])
    expect(refusalOf({ baseUrl, idempotencyHeader: wrong as never }).advice).toBe(advice);
});

describe("the address of a documented server", () => {
  test.each([
    ["https://api.minimax.io", "global"],
    ["https://api.minimaxi.com", "china"],
    ["HTTPS://API.MiniMaxi.COM/", "china"],
    ["https://api.minimaxi.com:443//", "china"],
    ["https://api.minimaxi.com.", "china"],
    [" https://api.minimax.cn\r\n", "china-cn"],
    ["api.minimaxi.com", "china"],
    ["https://api.quickrouter.ai/minimax/", "quickrouter"],
    ["https://API.QUICKROUTER.ai:443/minimax", "quickrouter"],
    [" china\n", "china"],
  ] as const)("counts as its name: %j (E1)", (address, name) => {
    expect(serverFrom(address)).toEqual(serverFrom(name));
    if (/^\s*https/i.test(address)) {
      expect(serverFrom({ baseUrl: address })).toEqual(serverFrom(name));
      expect(serverFrom({ baseUrl: address, like: name })).toEqual(serverFrom(name));
    }
  });

  test.each([
    ["http://api.minimaxi.com", 'write "china", or https://api.minimaxi.com'],
    ["https://api.minimax.io:8443", 'write "global", or https://api.minimax.io'],
    ["https://api.minimax.io/v1", 'write "global", or https://api.minimax.io'],
    ["https://api.minimax.io/anthropic", 'write "global", or https://api.minimax.io'],
    ["https://api.minimaxi.com/v1/video_generation", 'write "china", or https://api.minimaxi.com'],
    ["https://api.quickrouter.ai", 'write "quickrouter", or https://api.quickrouter.ai/minimax'],
    ["api.quickrouter.ai/v1", 'write "quickrouter", or https://api.quickrouter.ai/minimax'],
  ])("is refused if its scheme, port or path cannot be right: %s (E1, E2)", (address, advice) => {
    expect(refusalOf(address).advice).toBe(`${advice}; ${ELSE}`);
  });

  test("is refused if it is said to behave like another server (E1)", () => {
    const { message, advice } = refusalOf({ baseUrl: "https://api.minimaxi.com", like: "global" });
    expect(message).toBe('Invalid server: https://api.minimaxi.com is "china" and does not behave like "global"');
    expect(advice).toBe("leave out like");
    expect(refusalOf({ baseUrl: "http://api.minimaxi.com", like: "china" }).advice).toMatch(/^write "china"/);
  });

  test.each([
    ["https://api.minimax.chat", "china", "https://api.minimaxi.com"],
    ["HTTPS://API.MiniMax.chat./v1", "china", "https://api.minimaxi.com"],
    ["api.minimax.chat", "china", "https://api.minimaxi.com"],
    ["https://api.minimaxi.chat", "global", "https://api.minimax.io"],
    ["https://api-uw.minimax.io", "global", "https://api.minimax.io"],
    ["https://platform.minimaxi.com", "china", "https://api.minimaxi.com"],
    ["http://minimax.cn", "china-cn", "https://api.minimax.cn"],
  ])("is named instead of another address of its owner: %s (E1)", (address, name, baseUrl) => {
    const { message, advice } = refusalOf(address);
    expect(message).toMatch(new RegExp(`^Invalid server: https?://[\\w./-]+ is not the address of "${name}"$`));
    expect(advice).toBe(`write "${name}", or ${baseUrl}; ${ELSE}`);
  });

  test("may be another host of its owner if like names its server (E1)", () => {
    const baseUrl = "https://api.minimax.chat";
    expect(serverFrom({ baseUrl, like: "china" })).toMatchObject({ name: baseUrl, region: "china" });
    for (const stranger of ["https://minimax.chat.example", "https://notminimax.io", "http://0.0.0.1"])
      expect(serverFrom(stranger).baseUrl).toBe(stranger);
  });

  test("may have another prefix if like names its server (E1)", () => {
    const baseUrl = "https://api.quickrouter.ai/beta";
    expect(serverFrom({ baseUrl, like: "quickrouter" })).toMatchObject({ name: baseUrl, spec: "quickrouter" });
  });
});

test.each([
  ["https://x.example/v1", "/v1", "https://x.example"],
  ["https://x.example/V2/", "/V2", "https://x.example"],
  ["https://x.example/minimax/v1/video_generation", "/v1/video_generation", "https://x.example/minimax"],
  ["https://x.example/v1/query/video_generation/", "/v1/query/video_generation", "https://x.example"],
  ["https://x.example/v2/query/video_generation/7", "/v2/query/video_generation/7", "https://x.example"],
  ["https://x.example/v1/files", "/v1/files", "https://x.example"],
])("a base URL that ends in the path of an operation is refused: %s (E2)", (baseUrl, excess, write) => {
  const refusal = {
    message: `Invalid server: the base URL ends in ${excess}, which each request adds`,
    advice: `write ${write}`,
  };
  expect(refusalOf(baseUrl)).toEqual(refusal);
  expect(refusalOf({ baseUrl, like: "aimanyi" })).toEqual(refusal);
});

test.each([
  "https://proxy.example/minimax",
  "https://proxy.example/v1/account/minimax",
  "https://proxy.example/apiv1",
  "http://v1.example",
])("the user's own prefix is accepted: %s (E2)", (baseUrl) => {
  expect(serverFrom(baseUrl).baseUrl).toBe(baseUrl);
});

test.each(["sk-somebody-s-key", "eyJhbGciOi", "x".repeat(50)])("a possible key is not shown: %s", (option) => {
  expect(refusalOf(option).message).toBe("Invalid server: this is not a known server");
});

test.each([
  5,
  null,
  undefined,
  [],
  Symbol("global"),
  () => "global",
  new URL("https://router.example"),
])("a value that is neither a string nor a plain object is refused: %j", (option) => {
  expect(refusalOf(option).message).toBe("Invalid server: this is not a known server");
});

describe("an invalid server is refused, and the message says what is valid:", () => {
  test.each([
    ["toString", ""],
    ["", ""],
    ["ftp://example.com", ""],
    ["chin", 'did you mean "china"? '],
    ["GLOBAL", 'did you mean "global"? '],
  ])("the name %j", (name, hint) => {
    expect(refusalOf(name)).toEqual({
      message: `Invalid server: "${name}" is not a known server`,
      advice: `${hint}use one of ${NAMES}, or an http(s) base URL`,
    });
  });

  test.each(["chin", "constructor"])("an address like %s", (like) => {
    expect(refusalOf({ baseUrl: "https://example.com", like })).toEqual({
      message: `Invalid server: "${like}" is not a known server`,
      advice: `like takes one of ${NAMES}`,
    });
  });

  test("a gateway whose host is not published", () => {
    expect(refusalOf("aimanyi")).toEqual({
      message: 'Invalid server: the host of "aimanyi" is not published',
      advice: 'pass the address that you received: server: { like: "aimanyi", baseUrl: "https://<host>/minimax" }',
    });
  });

  test.each([
    "example.com",
    "https://",
    "ftp://example.com",
    "httpsx://example.com",
    "xhttps://example.com",
    "https://me@example.com",
    "https://:password@example.com",
    "https://example.com?a=1",
    "https://example.com#a",
    "/api/minimax",
    "//example.com/minimax",
  ])("the address %s", (baseUrl) => {
    expect(refusalOf({ baseUrl })).toEqual({
      message: "Invalid server: the base URL is not usable",
      advice:
        "it must be an absolute http(s) URL without credentials, query and fragment, or, in a page, a path such as /api",
    });
  });
});
