import { describe, expect, test } from "vitest";
import { ApiError } from "../base/errors.js";
import type { Server } from "../base/server.js";
import { contentOf, missingField, successOf, wrongSubject } from "./parse-response.js";
import { exactIds } from "./reply-shapes.js";
import type { Call, Reply } from "./transport.js";

const server: Server = {
  name: "test",
  baseUrl: "https://api.example.com",
  region: "global",
  spec: "minimax",
};
const call: Call = { operation: "videoGeneration", method: "POST", path: "/v1/video_generation" };

function replyOf(body: unknown, { status = 200, headers = {}, secrets = [] as string[] } = {}): Reply {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Headers(headers), text, secrets };
}

function refusalOf(reply: Reply, at: Server = server): ApiError {
  try {
    successOf(reply, call, at);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  return expect.unreachable("it was taken for a success");
}

const NOT_OURS = "a body that is not a reply of this API";
const AT = "videoGeneration: https://api.example.com";
const REFUSED = "videoGeneration was refused by https://api.example.com:";
const refused = (status_code: number, more: object = {}, base: object = {}) =>
  replyOf({ base_resp: { status_code, ...base }, ...more });

describe("a reply is a success", () => {
  test.each([200, 201, 299])("with HTTP %d and the code 0 or none", (status) => {
    const content = { task_id: "1", base_resp: { status_code: 0, status_msg: "success" } };
    expect(successOf(replyOf(content, { status }), call, server)).toEqual(content);
    expect(successOf(replyOf({ task_id: "1" }, { status }), call, server)).toEqual({ task_id: "1" });
  });

  test.each([300, 301, 500])("never with HTTP %d", (status) => {
    expect(refusalOf(replyOf({ task_id: "1" }, { status }))).toMatchObject({ status });
  });

  test("not if it says so under HTTP 300 and above", () => {
    const { message } = refusalOf(replyOf({ base_resp: { status_code: 0 } }, { status: 300 }));
    expect(message).toBe(`${AT} answered HTTP 300 with a body that is not a reply of this API.`);
  });

  test("even in an envelope, whatever the server (B3)", () => {
    for (const code of [0, "0", "success", "SUCCESS", 200, "200", null])
      expect(successOf(replyOf({ code, message: "ok", data: { task_id: "1" } }), call, server).task_id).toBe("1");
  });
});

test("the content of a refusal can be read, whatever its HTTP status", () => {
  const content = { base_resp: { status_code: 1008 } };
  for (const status of [200, 400, 500]) {
    expect(contentOf(replyOf(content, { status }), call, server)).toEqual(content);
    expect(contentOf(replyOf({ base_resp: { status_code: "1008" } }, { status }), call, server)).toEqual(content);
  }
  for (const base_resp of [null, {}, { status_code: "many" }])
    expect(() => contentOf(replyOf({ base_resp }, { status: 400 }), call, server)).toThrow(ApiError);
});

describe("a refusal", () => {
  test("says what failed, where, with which code and message, and what to do", () => {
    const error = refusalOf(refused(1002, {}, { status_msg: "slow down, please" }));
    expect(error.message).toBe(
      `${REFUSED} 1002, too many requests a minute ("slow down, please"). Try again more slowly.`,
    );
    expect(error).toMatchObject({
      kind: "rate_limited",
      retryable: true,
      status: 200,
      code: 1002,
      operation: "videoGeneration",
      server: "https://api.example.com",
    });
    expect(error).not.toHaveProperty("requestId");
    expect(error).not.toHaveProperty("retryAfter");
    expect(refusalOf(refused(2049)).message).toMatch(/2049, .*region/);
  });

  test.each([
    undefined,
    "",
    7,
    "too many requests a minute",
  ])("omits a service message that adds nothing: %j", (status_msg) => {
    expect(refusalOf(refused(1002, {}, { status_msg })).message).toBe(
      `${REFUSED} 1002, too many requests a minute. Try again more slowly.`,
    );
  });

  test("with an unknown code has no known kind and is not retryable", () => {
    const error = refusalOf(refused(4711));
    expect(error.message).toBe("videoGeneration failed at https://api.example.com: 4711, unknown code.");
    expect(error).toMatchObject({ kind: "unknown", retryable: false, code: 4711 });
  });

  test("with only a type is explained by the type, and has no code", () => {
    const body = { type: "error", error: { type: "overloaded_error", message: "later" }, request_id: "r7" };
    const error = refusalOf(replyOf(body, { status: 529 }));
    const said = 'failed at https://api.example.com: the service is overloaded ("later")';
    expect(error.message).toBe(`videoGeneration ${said}. Try again later.`);
    const create = { ...call, once: true };
    // After a create, it must not be repeated before the task was searched for.
    expect(() => successOf(replyOf(body, { status: 529 }), create, server)).toThrow(/\("later"\)\.$/);
    expect(error).toMatchObject({ kind: "service", retryable: true, status: 529, requestId: "r7" });
    expect(error).not.toHaveProperty("code");
  });

  test.each([400, 404, 499, 500, 599])("whose code equals the HTTP status %d has no code of the service", (status) => {
    const { kind } = refusalOf(replyOf("", { status }));
    const error = refusalOf(refused(status));
    expect(error).toMatchObject({ kind, status: 200 });
    expect(error).not.toHaveProperty("code");
  });

  test.each([
    [{ message: "task not found" }, 404],
    [{ message: "no such task" }, 400],
    [{ base_resp: { status_code: 1000, status_msg: "record not found" } }, 500],
  ])("of a read that finds no record says so: %j", (body, status) => {
    const read = { ...call, method: "GET" };
    expect(() => successOf(replyOf(body, { status }), read, server)).toThrow("it does not know this id");
    expect(() => successOf(replyOf(body, { status }), { ...call, once: true }, server)).not.toThrow(/knows nothing/);
  });

  test.each([
    ["upstream: error code 1008, no balance", 400, 1008],
    ["upstream: error code 1008, no balance", 499, undefined],
    ["upstream: error code 1008, no balance", 502, undefined],
    ["upstream: no balance (1008)", 502, 1008],
    ["upstream: too fast (1002)", 502, undefined],
    ["upstream: odd (4711)", 502, undefined],
  ])("has the code in its message, unless the HTTP status leaves the outcome unknown: %s, %d", (message, status, code) => {
    expect(refusalOf(replyOf({ message }, { status })).code).toBe(code);
  });

  test("repeats no secret of the request", () => {
    const reply = { ...refused(1026, {}, { status_msg: "no: a red fox" }), secrets: ["a red fox"] };
    expect(refusalOf(reply).message).toContain('("no: […]")');
  });

  test("has the request id from its content, else from its headers", () => {
    const idOf = (more: object, headers: Record<string, string>) =>
      refusalOf({ ...refused(1002, more), headers: new Headers(headers) }).requestId;
    const headers = { "trace-id": "t", "x-request-id": "x" };
    expect(idOf({ request_id: "r" }, headers)).toBe("r");
    expect(idOf({ request_id: 7 }, headers)).toBe("t");
    expect(idOf({}, { "x-request-id": "x" })).toBe("x");
    expect(idOf({ request_id: "a fox" }, {})).toBeUndefined();
  });
});

describe("a body that is not of this API", () => {
  test.each([
    ["", {}, "an empty body"],
    [" \n", {}, "an empty body"],
    ["{", {}, NOT_OURS],
    ["[]", {}, NOT_OURS],
    ["null", {}, NOT_OURS],
    ['"half a', {}, NOT_OURS],
    ["bytes \u0001\u0002", {}, NOT_OURS],
    ["x", { "content-type": "text/HTML; charset=utf-8" }, "an HTML page"],
    ["\n <p>x</p>", {}, "an HTML page"],
    ["Wait  a\nmoment.", {}, 'plain text ("Wait  a\nmoment.")'],
    ['no "fox" in [models]', {}, 'plain text ("no "fox" in [models]")'],
    ["<title> 502  Bad Gateway </title>", {}, 'an HTML page ("502 Bad Gateway")'],
    ["<TITLE lang=en>x</TITLE>", {}, 'an HTML page ("x")'],
    [`<title>${"x ".repeat(140)}</title>`, {}, `an HTML page ("${"x ".repeat(140).trim()}")`],
  ])("is described in the error, with its message: %j (B1)", (text, headers, what) => {
    const error = refusalOf(replyOf(text, { headers }));
    expect(error.message).toBe(`${AT} answered HTTP 200 with ${what}.`);
    expect(error).toMatchObject({ kind: "unknown", retryable: true, status: 200 });
  });

  test("has its visible text in the error if it is a page without a title (B1)", () => {
    const page =
      "<style>b{}</style><script>if (a < b) x()</script><h1>Bad   gateway</h1><!-- no: a > b --><p>cloudflare</p>";
    for (const start of ["", "<title> </title>"])
      for (const rest of ["", "<script>if (a > b) x()", "<style>b{}", "<a href="])
        expect(refusalOf(replyOf(start + page + rest, { status: 502 })).message).toContain(
          'HTML page ("Bad gateway cloudflare")',
        );
    expect(refusalOf(replyOf("<p>no fox</p>", { status: 400 })).message).toContain('HTML page ("no fox")');
  });

  test.each([
    ["<html><title>Attention Required!</title></html>", 403, "an HTML page"],
    ["<html><title>401 Authorization Required</title></html>", 401, "an HTML page"],
    [
      '{"cloudflare_error":true,"error_code":1004,"title":"Error 1004: Host Not Configured","status":403}',
      403,
      "an error",
    ],
    ["error code: 1004", 403, "plain text"],
  ])("of a firewall says nothing about the key: %s (B1)", (text, status, form) => {
    const { code, message } = refusalOf(replyOf(text, { status }));
    expect(code).toBeUndefined();
    expect(message).toMatch(
      new RegExp(`${form} \\(".*"\\)\\. The refusal seems to come from a proxy or a firewall in front of the service`),
    );
  });

  test("repeats no secret of the request (G2)", () => {
    for (const text of [
      "no: A RED FOX RUNS",
      "<h1>no: a red&#32;fox runs</h1>",
      '{"detail":"no: \\"a red fox runs\\""}',
    ])
      expect(refusalOf(replyOf(text, { status: 400, secrets: ["a red fox runs"] })).message).not.toMatch(/fox|runs/i);
  });

  test.each([
    [301, "unknown", true],
    [399, "unknown", true],
    [400, "invalid_request", false],
    [401, "authentication", false],
    [460, "service", true],
    [499, "service", true],
    [402, "insufficient_balance", false],
    [403, "authentication", false],
    [404, "invalid_request", false],
    [408, "service", true],
    [429, "rate_limited", true],
    [500, "service", true],
    [503, "service", true],
  ])("has the kind of HTTP %d: %s, retryable: %s", (status, kind, retryable) => {
    expect(refusalOf(replyOf("", { status }))).toMatchObject({ kind, retryable, status });
  });

  test.each(['[{"message":"no"}]', '"no"'])("of other JSON with HTTP 400 keeps its message: %s (B1)", (text) => {
    expect(refusalOf(replyOf(text, { status: 400 })).message).toContain('("no")');
  });

  test("of a gateway that does not know the path gets no advice", () => {
    expect(refusalOf(replyOf("no route", { status: 404 })).message).toBe(
      `${AT} answered HTTP 404 with plain text ("no route").`,
    );
  });

  test("announces a message only if there is one", () => {
    expect(refusalOf(replyOf({ base_resp: { status_code: 2013 } })).message).not.toContain("The message names");
  });

  test("may lack a single field", () => {
    const error = missingField("task_id", call, server);
    expect(error.message).toBe(
      "videoGeneration: the reply of https://api.example.com has no task_id, so it is not a reply of this API",
    );
    expect(error).toMatchObject({ kind: "unknown", retryable: true, status: 200, operation: "videoGeneration" });
    expect(error.server).toBe("https://api.example.com");
  });
});

test.each([
  ["8", "task 8"],
  ["a fox", "another task"],
  ["", "another task"],
])("the error about a reply for the task %j names it only if that is an id", (said, named) => {
  const read: Call = { operation: "queryVideoGeneration", method: "GET", path: "/v1/query/video_generation" };
  expect(wrongSubject("task", "7", said, read, server).message).toBe(
    `queryVideoGeneration: https://api.example.com was asked for task 7, but its reply is about ${named}`,
  );
});

test.each([
  ['{"file_id" : 401047179385389059}', '{"file_id" : "401047179385389059"}'],
  ['{"template_id":12,"id":34}', '{"template_id":"12","id":"34"}'],
  ['{"ids":[{"task_id":1 },{"task_id":2\n}]}', '{"ids":[{"task_id":"1" },{"task_id":"2"\n}]}'],
  ['{"file_id":"12"}', '{"file_id":"12"}'],
  ['{"bytes":5896337,"other_id":12,"paid":3}', '{"bytes":5896337,"other_id":12,"paid":3}'],
  ['{"taskId":12,"TASK_ID":34,"task-id":5}', '{"taskId":"12","TASK_ID":"34","task-id":"5"}'],
  ['{"output_video_id":12,"our-task-no":3}', '{"output_video_id":"12","our-task-no":"3"}'],
  ['{"task_ids":[12],"data":34}', '{"task_ids":["12"],"data":"34"}'],
  ['{"task_id":[12],"data":[34]}', '{"task_id":[12],"data":[34]}'],
  ['{"id":1.5,"task_id":1e3}', '{"id":1.5,"task_id":1e3}'],
  ['{"id":12x}', '{"id":12x}'],
  ['{"id":-1,"task_id":null}', '{"id":-1,"task_id":null}'],
  ['{"status_msg":"\\"file_id\\": 12}"}', '{"status_msg":"\\"file_id\\": 12}"}'],
])("the ids in %s become strings", (text, expected) => {
  expect(exactIds(text)).toBe(expected);
});
