import { describe, expect, test } from "vitest";
import { exactIds } from "./parse-response.js";
import { unwrap } from "./reply-shapes.js";
import { statusFrom } from "./task-status.js";

describe("every spelling of a status is understood", () => {
  test.each([
    [
      "running",
      [
        "Preparing",
        "Queueing",
        "Processing",
        "processing",
        "queued",
        "running",
        "NOT_START",
        "IN_PROGRESS",
        "Rendering",
        "",
      ],
    ],
    ["succeeded", ["Success", "success", "SUCCESS", "succeeded", "completed"]],
    ["failed", ["Fail", "failed", "Failed", "FAILURE", "cancelled", "canceled", "expired"]],
  ])("%s: %j", (state, words) => {
    for (const word of words) expect(statusFrom({ status: word }, "1")).toMatchObject({ state, word, taskId: "1" });
  });

  test("a missing or odd status is still running", () => {
    for (const status of [undefined, null, 7, {}])
      expect(statusFrom({ status }, "1")).toEqual({ state: "running", taskId: "1", word: "" });
  });
});

test("a success holds what the service told, and nothing that it left empty", () => {
  const told = { status: "Success", file_id: "9", video_width: 1366, video_height: 768, base_resp: { status_code: 0 } };
  expect(statusFrom(told, "1")).toEqual({
    state: "succeeded",
    taskId: "1",
    word: "Success",
    fileId: "9",
    width: 1366,
    height: 768,
  });
  expect(statusFrom({ status: "Success", file_id: "", video_width: 0, video_url: "" }, "1")).toEqual({
    state: "succeeded",
    taskId: "1",
    word: "Success",
  });
});

test("a success of version 2 tells what it took, where that says anything; a size is a number from one pixel", () => {
  const success = (more: object) => statusFrom({ status: "success", ...more }, "1");
  const bare = { state: "succeeded", taskId: "1", word: "success" };
  expect(success({ usage: { total_tokens: 7 } })).toEqual({ ...bare, usage: { total_tokens: 7 } });
  for (const usage of [{}, [7], null, "7"]) expect(success({ usage })).toEqual(bare);
  expect(success({ video_width: 1, video_height: 1 })).toEqual({ ...bare, width: 1, height: 1 });
  for (const pixels of [0, -1, "768", null])
    expect(success({ video_width: pixels, video_height: pixels })).toEqual(bare);
});

test("a failure is explained by base_resp, or by a gateway's words, or not at all", () => {
  expect(statusFrom({ status: "Fail", base_resp: { status_code: 1027, status_msg: "x" } }, "1")).toMatchObject({
    code: 1027,
    kind: "content_rejected",
  });
  expect(statusFrom({ status: "Fail", base_resp: { status_code: 0 }, fail_reason: "no GPU" }, "1")).toMatchObject({
    kind: "unknown",
    reason: "no GPU",
  });
  // A code that nobody knows is told in the service's words, as far as there are any.
  const unknown = (status_msg?: unknown) =>
    statusFrom({ status: "Fail", base_resp: { status_code: 9, status_msg } }, "1");
  expect(unknown("no luck")).toMatchObject({ code: 9, kind: "unknown", reason: "no luck" });
  for (const none of [undefined, null]) expect(unknown(none)).toMatchObject({ code: 9, reason: "" });
  expect(statusFrom({ status: "Fail" }, "1")).toEqual({ state: "failed", taskId: "1", word: "Fail", kind: "unknown" });
});

describe("a gateway's envelope", () => {
  test("comes off a create, which then looks like the official one", () => {
    const reply = {
      code: 0,
      message: "ok",
      request_id: "r1",
      data: { task_id: "306792606023824", task_status: "submitted", created_at: 1, updated_at: 2 },
    };
    expect(unwrap(reply)).toMatchObject({
      task_id: "306792606023824",
      status: "submitted",
      request_id: "r1",
      base_resp: { status_code: 0, status_msg: "ok" },
    });
  });

  test("comes off a query: the inner reply wins, where it says anything", () => {
    const inner = { status: "Success", file_id: "9", task_id: "1", base_resp: { status_code: 0 }, video_width: 1366 };
    const reply = {
      code: "success",
      message: "",
      data: { task_id: "1", status: "SUCCESS", fail_reason: "9", progress: "100%", data: inner },
    };
    expect(statusFrom(unwrap(reply) as Record<string, unknown>, "1")).toMatchObject({
      state: "succeeded",
      fileId: "9",
      width: 1366,
    });
    const early = { code: "success", message: "", data: { status: "IN_PROGRESS", data: { status: "", file_id: "" } } };
    expect(statusFrom(unwrap(early) as Record<string, unknown>, "1")).toMatchObject({
      state: "running",
      word: "IN_PROGRESS",
    });
    expect(
      statusFrom(unwrap({ code: "success", data: { status: "QUEUED", data: null } }) as Record<string, unknown>, "1")
        .state,
    ).toBe("running");
  });

  test("that carries a failure keeps its code and words, a worded code included", () => {
    expect(unwrap({ code: 1008, message: "insufficient balance", request_id: "r" })).toMatchObject({
      base_resp: { status_code: 1008, status_msg: "insufficient balance" },
    });
    expect(unwrap({ code: "invalid_request", message: "no", data: null })).toMatchObject({
      base_resp: { status_code: -1 },
    });
  });

  test("is not seen where there is none", () => {
    for (const reply of [{ task_id: "1", base_resp: { status_code: 0 } }, { detail: "x" }, [], null, "text"])
      expect(unwrap(reply)).toBe(reply);
  });
});

describe("ids in JSON text", () => {
  test.each([
    ['{"file_id":401047179385389059}', '{"file_id":"401047179385389059"}'],
    ['{ "task_id" : 12 , "id":3}', '{ "task_id" : "12" , "id":"3"}'],
    ['{"file_id":"12"}', '{"file_id":"12"}'],
    ['{"bytes":5896337,"created_at":1700469398}', '{"bytes":5896337,"created_at":1700469398}'],
    ['{"id":1.5,"task_id":1e3}', '{"id":1.5,"task_id":1e3}'],
    ['{"status_msg":"\\"file_id\\": 12}"}', '{"status_msg":"\\"file_id\\": 12}"}'],
    ['{"base_resp":{"file_id":1}}', '{"base_resp":{"file_id":"1"}}'],
  ])("%s becomes %s", (text, expected) => {
    expect(exactIds(text)).toBe(expected);
  });
});
