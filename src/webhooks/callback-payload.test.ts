import { describe, expect, test } from "vitest";
import { payloadIn } from "./callback-payload.js";

const ok = { status_code: 0, status_msg: "success" };
const ID = "115334141465231360";

describe("a payload of each documented shape and spelling is the status that task.status() gives", () => {
  test.each<[string, unknown, unknown]>([
    [
      "the query's shape, lower-case (seed 001)",
      { task_id: ID, status: "success", file_id: "205258526306433", base_resp: ok },
      { state: "succeeded", taskId: ID, word: "success", fileId: "205258526306433" },
    ],
    [
      "the agent page's spelling (seed 003)",
      { task_id: ID, status: "Success", file_id: "205258526306433", base_resp: ok },
      { state: "succeeded", taskId: ID, word: "Success", fileId: "205258526306433" },
    ],
    [
      "processing",
      { task_id: ID, status: "processing", file_id: "", base_resp: ok },
      { state: "running", taskId: ID, word: "processing" },
    ],
    [
      "failed, with the reason of the query",
      { task_id: ID, status: "failed", base_resp: { status_code: 1027, status_msg: "new_sensitive" } },
      { state: "failed", taskId: ID, word: "failed", kind: "content_rejected", code: 1027, reason: expect.any(String) },
    ],
    [
      "a template with a link, width and height",
      { task_id: ID, status: "Success", video_url: "https://cdn.example/v.mp4?s=1", video_width: 9, video_height: 16 },
      {
        state: "succeeded",
        taskId: ID,
        word: "Success",
        url: "https://cdn.example/v.mp4?s=1",
        width: 9,
        height: 16,
      },
    ],
    [
      "a gateway's envelope around the query's answer (aimanyi)",
      {
        code: "success",
        message: "",
        data: {
          task_id: ID,
          status: "SUCCESS",
          fail_reason: "205258526306433",
          data: { task_id: ID, status: "Success", file_id: "205258526306433", base_resp: ok },
        },
      },
      { state: "succeeded", taskId: ID, word: "Success", fileId: "205258526306433" },
    ],
    [
      "a gateway's envelope while it runs",
      { code: "success", data: { task_id: ID, status: "IN_PROGRESS", data: { status: "", file_id: "" } } },
      { state: "running", taskId: ID, word: "IN_PROGRESS" },
    ],
    [
      "a gateway's failure",
      { code: "success", data: { task_id: ID, status: "FAILURE", fail_reason: "no luck" } },
      { state: "failed", taskId: ID, word: "FAILURE", kind: "unknown", reason: "no luck" },
    ],
    ["version 2, queued", { task: { id: ID, status: "queued" } }, { state: "running", taskId: ID, word: "queued" }],
    [
      "version 2, succeeded",
      { task: { id: ID, status: "succeeded", content: { url: "https://cdn.example/v.mp4" } } },
      { state: "succeeded", taskId: ID, word: "succeeded", url: "https://cdn.example/v.mp4" },
    ],
    [
      "version 2, failed",
      { task: { id: ID, status: "failed", error: { code: "1026", message: "sensitive" }, usage: {} } },
      { state: "failed", taskId: ID, word: "failed", kind: "content_rejected", code: 1026, reason: expect.any(String) },
    ],
    [
      "version 2, cancelled",
      { task: { id: ID, status: "cancelled" } },
      { state: "failed", taskId: ID, word: "cancelled", kind: "unknown" },
    ],
    ["a word that nobody knows", { task_id: ID, status: "Revü" }, { state: "running", taskId: ID, word: "Revü" }],
    [
      "a word that every object knows",
      { task_id: ID, status: "constructor" },
      { state: "running", taskId: ID, word: "constructor" },
    ],
  ])("%s", (what, body, status) => {
    const payload = what.startsWith("version 2") ? { status, kind: "generation" } : { status };
    expect(payloadIn(JSON.stringify(body))).toEqual(payload);
    expect(payloadIn(body)).toEqual(payload);
  });

  test.each([
    ["regeneration", "regeneration"],
    ["h3_context_ir", "h3_context_ir"],
    ["a kind of tomorrow", "generation"],
    ["template", "generation"],
    [1, "generation"],
  ])("version 2, of the kind %s", (task_type, kind) => {
    expect(payloadIn({ task: { id: ID, status: "queued", task_type } })).toMatchObject({ kind });
  });

  test("ids that are numbers are read digit by digit, and only from text where a double cannot hold them", () => {
    const text = `{"task_id": ${ID}, "status": "success", "file_id": 205258526306433999}`;
    expect(payloadIn(text)).toEqual({
      status: { state: "succeeded", taskId: ID, word: "success", fileId: "205258526306433999" },
    });
    expect(payloadIn({ task_id: 205258526306433, status: "x" })).toMatchObject({
      status: { taskId: "205258526306433" },
    });
    expect(payloadIn(JSON.parse(text))).toBeUndefined();
  });
});

test("a challenge is one, whatever stands beside it", () => {
  expect(payloadIn('{"challenge":"c3f1"}')).toEqual({ challenge: "c3f1" });
  expect(payloadIn({ challenge: "", task_id: ID, status: "success" })).toEqual({ challenge: "" });
});

test.each([
  ["nothing", ""],
  ["no JSON", "status=success"],
  ["half a JSON", `{"task_id":"${ID}"`],
  ["a JSON that is no object", "[1]"],
  ["null", "null"],
  ["a status without a task", '{"status":"success"}'],
  ["a task without a status", `{"task_id":"${ID}"}`],
  ["a status that is no word", `{"task_id":"${ID}","status":1}`],
  ["an empty status", `{"task_id":"${ID}","status":""}`],
  ["a task that is a word", '{"task":"success"}'],
  ["a task that is no object", `{"task":["${ID}"],"status":"success"}`],
  ["an id with something before it", `{"task_id":"-${ID}","status":"success"}`],
  ["an id with something behind it", `{"task_id":"${ID}/","status":"success"}`],
  ["an id that is no id", '{"task_id":"../../1","status":"success"}'],
  ["an id as long as a book", `{"task_id":"${"1".repeat(65)}","status":"success"}`],
  ["a status behind __proto__", `{"__proto__":{"task_id":"${ID}","status":"success"}}`],
  ["a task behind constructor.prototype", `{"constructor":{"prototype":{"task_id":"${ID}","status":"success"}}}`],
  ["an envelope with nothing in it", '{"code":"success","data":null}'],
  ["very deep JSON", `${"[".repeat(30_000)}${"]".repeat(30_000)}`],
  ["a very deep task", `{"task":${'{"task":'.repeat(5_000)}1${"}".repeat(5_000)}}`],
])("%s is not understood, and changes no object", (_, body) => {
  expect(payloadIn(body)).toBeUndefined();
  expect(({} as Record<string, unknown>).status).toBeUndefined();
});
