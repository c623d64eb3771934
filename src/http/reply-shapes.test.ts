/** Replies of this API, of new-api, one-api and OpenAI-like APIs, and of proxies: SOURCES.md, "Errors of gateways". */
import { describe, expect, test } from "vitest";
import { exactIds, inVersion1, refusalIn, taskInVersion1 } from "./reply-shapes.js";
import { taskIdIn } from "./task-evidence.js";
import { statusFrom } from "./task-status.js";

describe("a refusal", () => {
  test.each<[string, string | undefined, number, string?]>([
    ["invalid params (2013)", undefined, 2013, "invalid params"],
    ["invalid params(2013)", undefined, 2013, "invalid params"],
    ["invalid params   (2013)  ", undefined, 2013, "invalid params"],
    ["invalid\nparams (2013)\n", undefined, 2013, "invalid\nparams"],
    ["(2013)", undefined, 2013, ""],
    ["invalid (params) (2013)", undefined, 2013, "invalid (params)"],
    ["余额不足（1008）", undefined, 1008, "余额不足"],
    ["余额不足（1008）。", undefined, 1008, "余额不足"],
    ["no balance [1008].", undefined, 1008, "no balance"],
    ["no balance (code: 1008)", undefined, 1008, "no balance"],
    ["no balance (1008) (request id: 20261129-a1)", "20261129-a1", 1008, "no balance"],
    ["无效的令牌 (request id: 20261129-a1)", "20261129-a1", -1, "无效的令牌"],
    ["invalid (2013) params", undefined, -1],
    ["invalid (params)", undefined, -1],
    ["unsupported height (1080)", undefined, -1],
    ["error code: 1008, no balance", undefined, 1008],
    ["unicode 1008", undefined, -1],
    ["error 1008 ms later", undefined, -1],
  ])("with the message %j has a code, a text and a request id (B1)", (message, request_id, code, words = message) => {
    const said = { ...(request_id && { request_id }), ...(code > 0 && { spoken: expect.any(String) }) };
    const expected = { base_resp: { status_code: code, status_msg: words }, ...said };
    for (const reply of [{ error: { message } }, { error: message }, { detail: message }, { errors: [{ message }] }])
      expect(refusalIn(reply)).toEqual(expected);
  });

  test.each<[object, number, string, string?]>([
    [{ type: "error", error: { type: "server_error", message: "no (4711)" } }, 4711, "no", "server_error"],
    [
      { error: { message: "no", type: "new_api_error", code: "insufficient_user_quota" } },
      -1,
      "no",
      "insufficient_user_quota",
    ],
    [
      { error: { message: "no", type: "requests", param: null, code: "rate_limit_exceeded" } },
      -1,
      "no",
      "rate_limit_exceeded",
    ],
    [{ error: { message: "no", code: 402 } }, 402, "no"],
    [{ error: { message: "no (1008)", code: 402 } }, 1008, "no"],
    [{ error: { message: "no", type: "x", code: "1008" } }, 1008, "no"],
    [{ error: { code: "InsufficientBalance" } }, -1, "", "insufficient_balance"],
    [{ error: "insufficient_quota" }, -1, "insufficient_quota", "insufficient_quota"],
    [{ code: "1008", message: "hailuo api error: no", data: null }, 1008, "hailuo api error: no"],
    [{ code: 1008, msg: "no" }, 1008, "no"],
    [{ code: "local:quota_not_enough", message: "no", data: null }, -1, "no", "quota_not_enough"],
    [
      { code: "fail_to_fetch_task", message: '{"base_resp":{"status_code":1008,"status_msg":"no"}}', data: null },
      1008,
      "no",
    ],
    [{ code: "fail_to_fetch_task", message: '{"error":{"message":"no (1008)"}}', data: null }, 1008, "no"],
    [{ success: false, message: "no" }, -1, "no"],
    [{ message: "Bad Request", error: { message: "no" } }, -1, "no"],
    [{ statusCode: 400, message: ["a is empty", "b is empty"], error: "Bad Request" }, 400, "a is empty; b is empty"],
    [
      { detail: [{ loc: ["body", "prompt"], msg: "Field required", type: "missing" }] },
      -1,
      "body.prompt: Field required",
    ],
    [{ type: "about:blank", title: "Too Many Requests", detail: "no" }, -1, "no"],
    [{ errors: ["no", { message: "never" }] }, -1, "no; never"],
    [{ message: "500" }, -1, "500"],
    [{ type: "error", error: { message: "no" } }, -1, "no"],
    [{ error: { message: "no (1008)", code: 1000 } }, 1000, "no"],
    [{ error: { message: "no (1008)", code: 1002 } }, 1002, "no"],
    [{ error: { message: "no", code: "rate-limit exceeded" } }, -1, "no", "rate_limit_exceeded"],
    [{ code: "1008x", message: "no", data: null }, -1, "no"],
    [{ code: 2013, message: "no", data: null }, 2013, "no"],
    [{ code: "not_ok", message: "no", data: null }, -1, "no"],
    [{ code: 1008, message: "no", task_id: "7" }, 1008, "no"],
    [{ code: 1008, msg: "no", task_id: "7" }, 1008, "no"],
    [{ base_resp: { status_code: 0, status_msg: "success" }, error: { message: "no (1008)" } }, 1008, "no"],
    [{ base_resp: { status_code: 1008, status_msg: "no" }, error: { message: "later (1002)" } }, 1008, "no"],
    [{ base_resp: { status_code: 1008, status_msg: "no" }, data: { task_status: "queued" } }, 1008, "no"],
    [{ base_resp: { status_code: "1008", status_msg: "no" } }, 1008, "no"],
    [{ base_resp: { status_code: "E1008", status_msg: "no" } }, 1008, "no"],
    [{ base_resp: { status_code: "1008.0", status_msg: "no" } }, 1008, "no"],
    [{ base_resp: { status_msg: "no" } }, -1, "no"],
    [{ base_resp: { status_code: "", status_msg: "no" } }, -1, "no"],
    [{ base_resp: { status_code: "insufficient_balance", status_msg: "no" } }, -1, "no", "insufficient_balance"],
    [{ base_resp: { statusCode: 1008, statusMsg: "no" } }, 1008, "no"],
    [{ baseResp: { statusCode: "1008", statusMsg: "no" } }, 1008, "no"],
    [{ base_resp: { StatusCode: 1008, StatusMsg: "no" } }, 1008, "no"],
    [{ code: "1008.00", message: "no" }, 1008, "no"],
    [{ error: { type: "Invalid - Api - Key", message: "no" } }, -1, "no", "invalid_api_key"],
    [{ reason: "no" }, -1, "no"],
    [{ Message: "no" }, -1, "no"],
    [{ err_msg: "no", errno: 1008 }, 1008, "no"],
    [{ error: "invalid_api_key", error_description: "no" }, -1, "invalid_api_key", "invalid_api_key"],
    [{ errorMessage: "no", statusCode: 1008 }, 1008, "no"],
    [{ errors: { prompt: ["no"] } }, -1, "no"],
    [{ Error: { Code: "InvalidApiKey", Message: "no" } }, -1, "no", "invalid_api_key"],
    [{ fault: { faultstring: "no" } }, -1, "no"],
    [{ error: { details: "no" } }, -1, "no"],
  ])("%j has a code, a message and a type, in any place (B1, B2, B3, B9)", (reply, status_code, status_msg, error_type) => {
    const { base_resp, error_type: type } = inVersion1(reply) as ReturnType<typeof refusalIn>;
    expect([base_resp.status_code, base_resp.status_msg, type]).toEqual([status_code, status_msg, error_type]);
  });
});

test("a refusal in data has a code and a message (B1)", () => {
  const said = { base_resp: { status_code: 1008, status_msg: "no" } };
  expect(refusalIn({ data: { error: { message: "no", code: 1008 } } })).toEqual(said);
});

test("a task of version 2 has its result, or the reason of its failure", () => {
  const content = { url: "u", prompt: "p" };
  expect(inVersion1({ task: { id: "7", status: "succeeded", content, usage: 5 } })).toEqual({
    ...{ task_id: "7", status: "succeeded", video_url: "u", prompt: "p", usage: 5 },
  });
  expect(taskInVersion1({ id: "7", status: "failed", error: { code: "1026", message: "no" }, content: "" })).toEqual({
    ...{ task_id: "7", status: "failed", fail_reason: "no", base_resp: { status_code: 1026, status_msg: "no" } },
  });
  expect(taskInVersion1({ id: "7", error: { code: "odd", message: "no" } })).toEqual({
    task_id: "7",
    fail_reason: "no",
  });
  expect(taskInVersion1({ id: "7", error: "no (1026)" })).toMatchObject({ base_resp: { status_code: 1026 } });
});

test("a task of version 2 may call its id task_id", () => {
  expect(inVersion1({ task: { task_id: "7", status: "succeeded" } })).toMatchObject({ task_id: "7" });
});

test("a task of version 2 with a base_resp next to it is parsed (B6)", () => {
  const task = { id: "7", status: "succeeded", content: { url: "u" }, task_type: "regeneration" };
  const known = { task_id: "7", status: "succeeded", video_url: "u", task_type: "regeneration" };
  for (const status_code of [0, "0"])
    expect(inVersion1({ task, base_resp: { status_code } })).toMatchObject({ ...known, base_resp: { status_code: 0 } });
  expect(inVersion1({ code: 0, message: "ok", data: { task } })).toMatchObject(known);
  expect(inVersion1({ task: { id: "7" }, base_resp: { status_code: 1002 } })).toMatchObject({
    base_resp: { status_code: 1002 },
  });
});

test.each([
  null,
  "text",
  [],
  {},
  { task: 5 },
  { error: null, message: "success" },
  { error: { code: 0, message: "success" } },
  { message: "later", status: "Queueing" },
  { status: "succeeded", content: null },
  { content: { url: "u" } },
  { type: "error" },
  { type: "other", error: {} },
])("a reply of another shape passes unchanged: %j", (reply) => {
  expect(inVersion1(reply)).toBe(reply);
});

test("a success may have a message", () => {
  const reply = { task_id: "7", base_resp: { status_code: 0, status_msg: "task created" } };
  expect(inVersion1(reply)).toEqual(reply);
});

test.each([
  '{"code":0,"data":',
  '{"success":true,"data":',
  '{"base_resp":{"status_code":0},"data":',
])("endlessly nested envelopes are not a reply of this API: %s", (open) => {
  const reply = JSON.parse(`${open.repeat(20_000)}{"data":1}${"}".repeat(20_000)}`);
  expect(Object.keys(inVersion1(reply) as object)).not.toContain("task_id");
  const twice = JSON.parse(`${open.repeat(2)}{"task_id":"7"}}}`);
  expect(inVersion1(twice)).toMatchObject({ task_id: "7" });
});

test("an endlessly nested reply is read only to the depth of this API's replies", () => {
  const nested = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
  const reply = { task_id: "7", nested };
  expect(inVersion1(reply)).toBe(reply);
  expect(inVersion1({ taskId: "7", nested })).toMatchObject({ task_id: "7" });
});

describe("a gateway's envelope", () => {
  const done = { status: "Success", file_id: "9", task_id: "2", base_resp: { status_code: 0 } };

  test.each<[string, object, object]>([
    [
      "of a create",
      { code: 0, message: "ok", request_id: "r", data: { task_id: "3", task_status: "submitted" } },
      { task_id: "3", status: "submitted", request_id: "r", base_resp: { status_code: 0 } },
    ],
    [
      "of a finished task, whose own id counts",
      { code: "success", data: { task_id: "1", status: "SUCCESS", fail_reason: "", data: done } },
      { task_id: "1", status: "Success", file_id: "9" },
    ],
    [
      "of a running task, whose inner reply is empty",
      { code: "success", data: { status: "IN_PROGRESS", data: { status: "", file_id: null } } },
      { status: "IN_PROGRESS", base_resp: { status_code: 0 } },
    ],
    ["without an inner reply", { code: "success", data: { status: "QUEUED", data: null } }, { status: "QUEUED" }],
    ["of a refusal", { code: 1008, message: "no" }, { base_resp: { status_code: 1008, status_msg: "no" } }],
    ["of a refusal in digits", { code: "1008", data: null }, { base_resp: { status_code: 1008, status_msg: "" } }],
    ["of a refusal in a word", { code: "invalid_request", data: null }, { base_resp: { status_code: -1 } }],
    ["with an empty code", { code: "", data: null }, { base_resp: { status_code: -1 } }],
    ["with no code", { code: null, data: null }, { base_resp: { status_code: 0 } }],
  ])("%s is removed", (_, reply, expected) => {
    expect(inVersion1(reply)).toMatchObject(expected);
  });

  test("keeps a list (B8)", () => {
    expect(inVersion1({ code: 0, message: "ok", data: [1] })).toMatchObject({ data: [1] });
  });
});

const LINK = "https://a.test/v.mp4";
test.each<[string, object]>([
  ["flat", { id: "7", status: "succeeded", content: { url: LINK } }],
  ["flat, in an envelope", { code: 0, message: "ok", data: { id: "7", status: "succeeded", content: { url: LINK } } }],
  ["with a link in a list", { task: { id: "7", status: "succeeded", content: [{ url: LINK }] } }],
  ["with a link by another name", { task: { id: "7", status: "succeeded", content: { video_url: LINK } } }],
  ["in camel case", { task: { taskId: "7", status: "succeeded", content: { videoUrl: LINK } } }],
  ["in camel case with acronyms", { task: { taskID: "7", status: "succeeded", content: { videoURL: LINK } } }],
  ["in Pascal case", { Task: { Id: "7", Status: "succeeded", Content: { Url: LINK } } }],
])("a task of version 2 is parsed: %s (B6)", (_, reply) => {
  expect(inVersion1(reply)).toMatchObject({ task_id: "7", status: "succeeded", video_url: LINK });
});

test("a refusal in Pascal case is parsed, with its code and words (B6)", () => {
  const refused = { BaseResp: { StatusCode: 1008, StatusMsg: "no money" } };
  expect(inVersion1(refused)).toEqual({ base_resp: { status_code: 1008, status_msg: "no money" } });
});

test.each<[what: string, read: () => unknown]>([
  ["ids with spaces before their values", () => exactIds(`{"task_ids":${" ".repeat(200_000)}x}`)],
  ["a name of a task that is no id", () => taskIdIn({ text: `{"task":"${"0".repeat(200_000)} x"}`, status: 500 })],
  ["a link that is none", () => statusFrom({ status: "Success", video_url: "a/".repeat(200_000) }, "7")],
])("a long reply is read in linear time: %s", (_, read) => {
  const begun = process.cpuUsage();
  read();
  // In quadratic time, it would take a minute.
  expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000);
});
