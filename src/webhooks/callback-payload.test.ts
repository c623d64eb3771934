import { describe, expect, test } from "vitest";
import { payloadIn } from "./callback-payload.js";

const ok = { status_code: 0, status_msg: "success" };
const ID = "115334141465231360";

describe("a callback is converted to the status that task.status() returns:", () => {
  const running = (word: string) => ({ state: "running", taskId: ID, word });
  const succeeded = (word: string, more: object) => ({ state: "succeeded", taskId: ID, word, ...more });
  const failed = (word: string, more: object) => ({ state: "failed", taskId: ID, word, ...more });
  const file = { fileId: "205258526306433" };
  const sensitive = { kind: "content_rejected", reason: expect.any(String) };
  const video = (status: string, more: object = {}) => ({ task_id: ID, status, base_resp: ok, ...more });
  const saved = { file_id: "205258526306433" };
  const link = "https://cdn.example/v.mp4?s=1";
  const size = { video_url: link, video_width: 9, video_height: 16 };
  const refusal = { base_resp: { status_code: 1027, status_msg: "new_sensitive" } };
  const enveloped = (data: object) => ({ code: "success", message: "", data: { task_id: ID, ...data } });

  test.each<[string, unknown, unknown]>([
    ["the query's shape, lower-case (seed 001)", video("success", saved), succeeded("success", file)],
    ["the agent page's spelling (seed 003)", video("Success", saved), succeeded("Success", file)],
    ["failed, with the reason of the query", video("failed", refusal), failed("failed", { ...sensitive, code: 1027 })],
    [
      "a template with a link and a size",
      video("Success", size),
      succeeded("Success", { url: link, width: 9, height: 16 }),
    ],
    [
      "a reply in the envelope of a gateway (aimanyi)",
      enveloped({ status: "SUCCESS", fail_reason: saved.file_id, data: video("Success", saved) }),
      succeeded("Success", file),
    ],
    ["version 2, queued", { task: { id: ID, status: "queued" } }, running("queued")],
    [
      "version 2, with a base_resp beside it (B6)",
      { task: { id: ID, status: "queued" }, base_resp: { status_code: 0 } },
      running("queued"),
    ],
    [
      "version 2, succeeded",
      { task: { id: ID, status: "succeeded", content: { url: link } } },
      succeeded("succeeded", { url: link }),
    ],
    [
      "version 2, failed",
      { task: { id: ID, status: "failed", error: { code: "1026", message: "sensitive" }, usage: {} } },
      failed("failed", { ...sensitive, code: 1026 }),
    ],
    ["an unknown word", video("Revü"), running("Revü")],
  ])("%s", (what, body, status) => {
    const payload = what.startsWith("version 2") ? { status, kind: "generation" } : { status };
    expect(payloadIn(JSON.stringify(body))).toEqual(payload);
    expect(payloadIn(body)).toEqual(payload);
  });

  test.each([
    ["regeneration", "regeneration"],
    ["h3_context_ir", "h3_context_ir"],
    ["a later kind", "generation"],
    ["template", "generation"],
    [1, "generation"],
  ])("version 2, task_type %s, is of the kind %s", (task_type, kind) => {
    expect(payloadIn({ task: { id: ID, status: "queued", task_type } })).toMatchObject({ kind });
  });

  test("numeric ids keep every digit, and are refused if a parser may have lost some", () => {
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

test("a challenge is recognized whatever else the body has", () => {
  expect(payloadIn('{"challenge":"c3f1"}')).toEqual({ challenge: '"c3f1"' });
  expect(payloadIn('{"meta":{"challenge":1},"challenge":2e0}')).toEqual({ challenge: "2e0" });
  expect(payloadIn({ challenge: "", task_id: ID, status: "success" })).toEqual({ challenge: '""' });
  for (const challenge of ["true", "false", '{"a":[1]}', "[]"])
    expect(payloadIn(`{"challenge":${challenge}}`)).toEqual({ challenge });
  expect(payloadIn({ challenge: null, task_id: ID, status: "success" })).toMatchObject({ status: { taskId: ID } });
});

test.each([
  ["an empty body", ""],
  ["a form", "status=success"],
  ["truncated JSON", `{"task_id":"${ID}"`],
  ["an array", "[1]"],
  ["null", "null"],
  ["a status without a task", '{"status":"success"}'],
  ["a task without a status", `{"task_id":"${ID}"}`],
  ["a status that is a number", `{"task_id":"${ID}","status":1}`],
  ["an empty status", `{"task_id":"${ID}","status":""}`],
  ["a task that is a string", '{"task":"success"}'],
  ["a task that is an array", `{"task":["${ID}"],"status":"success"}`],
  ["an id of two dots", `{"task_id":"..","status":"success"}`],
  ["an id that is too long", `{"task_id":"${"1".repeat(513)}","status":"success"}`],
  ["a status in __proto__", `{"__proto__":{"task_id":"${ID}","status":"success"}}`],
  ["a task in constructor.prototype", `{"constructor":{"prototype":{"task_id":"${ID}","status":"success"}}}`],
  ["an empty envelope", '{"code":"success","data":null}'],
  ["very deep JSON", `${"[".repeat(30_000)}${"]".repeat(30_000)}`],
  ["a very deep task", `{"task":${'{"task":'.repeat(5_000)}1${"}".repeat(5_000)}}`],
])("refuses %s, and changes no prototype", (_, body) => {
  expect(payloadIn(body)).toBeUndefined();
  expect(({} as Record<string, unknown>).status).toBeUndefined();
});
