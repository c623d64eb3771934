import { describe, expect, test } from "vitest";
import { servers } from "../generated/servers.js";
import { ValidationError } from "./errors.js";
import { serverFrom } from "./server.js";

const NAMES = Object.keys(servers).join(", ");

/** What it is refused with: in the message, and as the only issue. */
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

test("a documented name is a server whole", () => {
  expect(serverFrom("global")).toEqual({
    name: "global",
    baseUrl: "https://api.minimax.io",
    region: "global",
    spec: "minimax",
    envelope: false,
  });
  expect(serverFrom("china")).toMatchObject({ region: "china", spec: "minimax" });
});

test.each([
  ["https://api.example.com", "https://api.example.com"],
  ["HTTPS://api.example.com/minimax//", "https://api.example.com/minimax"],
  ["http://127.0.0.1:4010/", "http://127.0.0.1:4010"],
])("an address of one's own behaves like the global one: %s", (option, baseUrl) => {
  const own = { name: baseUrl, baseUrl, region: "global", spec: "minimax", envelope: false };
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
    envelope: true,
  });
  expect(serverFrom({ baseUrl, like: "china" })).toMatchObject({ region: "china", envelope: false });
});

describe("what is no server is refused in words that say what would be", () => {
  test.each(["chin", "toString", "", "ftp://example.com", "xhttps://example.com"])("the name %j", (name) => {
    expect(refusalOf(name)).toEqual({
      message: `Invalid server: "${name}" is not a known server`,
      advice: `use one of ${NAMES}, or an http(s) base URL`,
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
  ])("the address %s", (baseUrl) => {
    expect(refusalOf({ baseUrl })).toEqual({
      message: "Invalid server: the base URL is not usable",
      advice: "it must be an absolute http(s) URL without credentials, query and fragment",
    });
  });
});
