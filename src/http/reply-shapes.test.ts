import { expect, test } from "vitest";
import { inVersion1, taskInVersion1 } from "./reply-shapes.js";

const error = (fields: object, more: object = {}) => ({ type: "error", error: fields, ...more });

test.each([
  ["code in brackets", "invalid params (2013)", 2013, "invalid params"],
  ["code without a blank before it", "invalid params(2013)", 2013, "invalid params"],
  ["code behind blanks", "invalid params   (2013)  ", 2013, "invalid params"],
  ["code behind lines", "invalid\nparams (2013)\n", 2013, "invalid\nparams"],
  ["code alone", "(2013)", 2013, ""],
  ["brackets before", "invalid (params) (2013)", 2013, "invalid (params)"],
  ["code in its middle", "invalid (2013) params", -1, "invalid (2013) params"],
  ["brackets without a code", "invalid (params)", -1, "invalid (params)"],
  ["words alone", "invalid params", -1, "invalid params"],
])("of a refusal with %s, the words and the code", (_, message, status_code, status_msg) => {
  expect(inVersion1(error({ type: "bad", message }, { request_id: "r" }))).toEqual({
    base_resp: { status_code, status_msg },
    error_type: "bad",
    request_id: "r",
  });
});

test("a refusal without a word has no code", () => {
  expect(inVersion1(error({ type: "bad" }))).toEqual({
    base_resp: { status_code: -1, status_msg: undefined },
    error_type: "bad",
    request_id: undefined,
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
])("%j passes as it is", (reply) => {
  expect(inVersion1(reply)).toBe(reply);
});

test("a task tells what it has made, or why not", () => {
  expect(inVersion1({ task: { id: "7", status: "succeeded", content: { url: "u", prompt: "p" }, usage: 5 } })).toEqual({
    task_id: "7",
    status: "succeeded",
    video_url: "u",
    prompt: "p",
    usage: 5,
    fail_reason: undefined,
  });
  expect(taskInVersion1({ id: "7", status: "failed", error: { code: "1026", message: "no" }, content: "" })).toEqual({
    task_id: "7",
    status: "failed",
    fail_reason: "no",
    base_resp: { status_code: 1026, status_msg: "no" },
  });
  expect(taskInVersion1({ id: "7", error: { code: "odd", message: "no" } })).toEqual({
    task_id: "7",
    fail_reason: "no",
  });
});
