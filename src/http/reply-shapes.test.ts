import { describe, expect, test } from "vitest";
import { inVersion1, taskInVersion1, unwrap } from "./reply-shapes.js";

describe("a refusal of version 2", () => {
  test.each([
    ["invalid params (2013)", 2013, "invalid params"],
    ["invalid params(2013)", 2013, "invalid params"],
    ["invalid params   (2013)  ", 2013, "invalid params"],
    ["invalid\nparams (2013)\n", 2013, "invalid\nparams"],
    ["(2013)", 2013, ""],
    ["invalid (params) (2013)", 2013, "invalid (params)"],
    ["invalid (2013) params", -1, "invalid (2013) params"],
    ["invalid (params)", -1, "invalid (params)"],
    [undefined, -1, undefined],
  ])("with the message %j has a code and words", (message, status_code, status_msg) => {
    const reply = { type: "error", error: { type: "bad", message }, request_id: "r" };
    expect(inVersion1(reply)).toEqual({ base_resp: { status_code, status_msg }, error_type: "bad", request_id: "r" });
  });
});

test("a task of version 2 tells what it has made, or why not", () => {
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
});

test.each([
  null,
  "text",
  [],
  {},
  { base_resp: {}, task: {} },
  { task: 5 },
  { type: "error" },
  { type: "other", error: {} },
])("a reply of another shape passes unchanged: %j", (reply) => {
  expect(inVersion1(reply)).toBe(reply);
});

describe("a gateway's envelope", () => {
  const done = { status: "Success", file_id: "9", task_id: "2", base_resp: { status_code: 0 } };

  test.each<[string, object, object]>([
    [
      "of a create",
      { code: 0, message: "ok", request_id: "r", data: { task_id: "3", task_status: "submitted" } },
      { task_id: "3", status: "submitted", request_id: "r", base_resp: { status_code: 0, status_msg: "ok" } },
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
    expect(unwrap(reply)).toMatchObject(expected);
  });

  test.each([
    { task_id: "1", base_resp: { status_code: 0 } },
    { detail: "x" },
    [],
    null,
    "text",
  ])("is not in %j", (reply) => {
    expect(unwrap(reply)).toBe(reply);
  });
});
