import { describe, expect, test } from "vitest";
import { operations } from "../generated/operations.js";
import { facts } from "./documented-facts.js";
import { judgeFacts } from "./fact-verdicts.js";
import { describeExchange, type Reading, readingOf } from "./read-exchange.js";
import type { Exchange } from "./recorded-exchange.js";
import { judgeReply } from "./reply-judge.js";
import { createTarget } from "./target-server.js";

const target = createTarget({ server: "global", apiKey: "k", free: true });
/** An exchange of an operation with this JSON as its reply. */
function replied(operationId: string, json: object, parts: Partial<Exchange> = {}): Reading {
  const { method = "GET", path = "" } = operations.minimax[operationId] ?? {};
  const text = JSON.stringify(json);
  const url = `https://api.minimax.io${path}`;
  const about = { operationId, method, url, headers: {}, keyed: true, status: 200, replyHeaders: {} };
  const exchange = { ...about, type: "application/json", json, text, size: text.length, milliseconds: 1, ...parts };
  return readingOf(exchange, target.server);
}
const ok = { base_resp: { status_code: 0, status_msg: "success" } };
const refused = (status_code: number, status_msg = "no") => ({ task_id: "", base_resp: { status_code, status_msg } });
const posted = { headers: { "content-type": "application/json" } };
const create = (json: object, parts: Partial<Exchange> = {}) =>
  replied("videoGeneration", json, { ...posted, ...parts });
const query = (json: object) => replied("queryVideoGenerationTask", { ...ok, ...json });
const file = (json: object, parts: Partial<Exchange> = {}) =>
  replied("retrieveFile", { ...ok, file: { purpose: "video_generation", ...json } }, parts);
const download = (parts: Partial<Exchange>) => replied("download", {}, { keyed: false, type: "video/mp4", ...parts });
const UNKNOWN = { url: "https://api.minimax.io/v2/query/video_generation/100000000000000" };
const task = (json: object, parts: Partial<Exchange> = {}) =>
  replied("videoGenerationV2Query", { task: { id: "1", ...json } }, parts);
const v2Refused = (status: number, json: object = {}, parts: Partial<Exchange> = {}) => {
  const error = { type: "bad_request_error", http_code: String(status), message: "no (2013)", ...json };
  return replied("videoGenerationV2Query", { type: "error", error, request_id: "0" }, { status, ...parts });
};
const date = { replyHeaders: { date: new Date(1_785_125_529_000).toUTCString() } };
const linkUntil = (seconds: number) => `https://cdn.example/a.mp4?Expires=${1_785_125_529 + seconds}&Signature=a`;

const contradictions: [id: string, exchange: Reading][] = [
  ["refused-under-200", create(refused(2013), { status: 400 })],
  ["known-codes", create(refused(7777))],
  ["success-in-words", create({ base_resp: { status_code: 0 } })],
  ["missing-key", create(refused(2049), { keyed: false })],
  ["refused-without-id", create({ ...refused(2013), task_id: "1" })],
  ["words-of-empty-prompt", create(refused(2013, "bad prompt"), { body: '{"model":"T2V-01","prompt":""}' })],
  ["v2-real-statuses", v2Refused(404)],
  ["v2-real-statuses", v2Refused(200)],
  ["v2-type-of-status", v2Refused(401)],
  ["v2-status-in-words", v2Refused(400, { http_code: "418" })],
  ["v2-code-in-message", v2Refused(400, { message: "no" })],
  ["v2-missing-key", v2Refused(401, { message: "no (2049)" }, { keyed: false })],
  ["v2-unknown-task", v2Refused(404, {}, UNKNOWN)],
  ["v2-without-base-resp", task({ status: "queued", ...ok }, { json: ok })],
  ["task-id-digits", create({ ...ok, task_id: 123456789012345 })],
  ["task-id-digits", create({ ...ok, task_id: "12345" })],
  ["no-queueing-of-templates", replied("queryVideoTemplateGenerationTask", { ...ok, status: "Queueing" })],
  ["empty-before-success", query({ status: "Processing", file_id: "", video_width: 1 })],
  ["v2-status-words", task({ status: "waiting" })],
  ["v2-link-in-task", task({ status: "succeeded", content: {} })],
  ["v2-link-in-task", task({ status: "succeeded", content: { url: "https://a.example/" }, file_id: "1" })],
  ["v2-link-is-limited", task({ status: "succeeded", content: { url: linkUntil(-1) } }, date)],
  ["v2-prompt-in-task", task({ status: "succeeded", task_type: "h3_context_ir", content: { prompt: "" } })],
  ["v2-usage-on-success", task({ status: "running", usage: { total_seconds: 4 } })],
  ["v2-created-at-seconds", task({ status: "queued", created_at: 1_785_125_529_000 })],
  ["v2-cancel-in-words", replied("videoGenerationV2Delete", { action: "cancelled", status: "deleted" })],
  ["file-id-number-in-retrieve", file({ file_id: "1" })],
  ["file-id-in-double", file({ file_id: "1234567890123456" })],
  ["bytes-zero", file({ bytes: 5_896_337 })],
  ["created-at-seconds", file({ created_at: 1_785_125_529_000 })],
  ["filename", file({ filename: "film.mp4" })],
  ["link-lives-an-hour", file({ download_url: linkUntil(600) }, date)],
  ["video-is-mp4", download({ type: "application/octet-stream" })],
  ["link-takes-ranges", download({ headers: { range: "bytes=0-99" } })],
  [
    "unfit-upload-under-400",
    replied("uploadFile", refused(2013), { body: '{"file":"","purpose":"video_generation_input"}' }),
  ],
  ["list-of-files", replied("listFiles", { ...ok, files: [{ file_id: "1" }] })],
  ["list-of-files", replied("listFiles", ok)],
];

const verdictOn = (id: string, ...exchanges: Reading[]) =>
  judgeFacts(exchanges, target, []).find((one) => one.id === id);

test.each(contradictions)("%s is contradicted, with evidence", (id, exchange) => {
  const { verdict, evidence } = verdictOn(id, exchange) ?? {};
  expect([verdict, evidence]).toEqual(["contradicted", expect.stringMatching(/ in HTTP \d+/)]);
});

test("every fact is tested above", () => {
  expect(facts.map(({ id }) => id).filter((id) => contradictions.every(([known]) => known !== id))).toEqual([]);
});

describe("an exchange that says nothing about a fact leaves it untested", () => {
  test.each<[id: string, why: string, exchange: Reading]>([
    [
      "refused-under-200",
      "a method that the path does not have",
      create(refused(2013), { status: 405, method: "PATCH" }),
    ],
    [
      "words-of-empty-prompt",
      "an empty prompt with an image",
      create(refused(2013), { body: '{"prompt":"","first_frame_image":"a"}' }),
    ],
    ["words-of-empty-prompt", "a wrong key", create(refused(2049), { body: '{"prompt":""}' })],
    ["v2-unknown-task", "a wrong key", v2Refused(401, { message: "no (2049)" }, UNKNOWN)],
    ["v2-unknown-task", "an outage", v2Refused(500, {}, UNKNOWN)],
    [
      "unfit-upload-under-400",
      "an upload with its own content type",
      replied("uploadFile", refused(2013), { ...posted, body: "{}" }),
    ],
    ["known-codes", "a reply that was served on request", create(refused(7777), { headers: { prefer: "example=a" } })],
  ])("%s: %s", (id, _, exchange) => {
    expect(verdictOn(id, exchange)).toMatchObject({ verdict: "not asked" });
  });
});

test.each([
  [{ error: { message: "no such model", type: "new_api_error" } }, '"no such model"'],
  [{ error: "no key" }, '"no key"'],
  [{ detail: [{ loc: ["body", "prompt"], msg: "Field required" }] }, '"body.prompt: Field required"'],
  [refused(2013, "bad"), 'code 2013, "bad"'],
])("a reply of the form %j is described by its message", (json, words) => {
  expect(describeExchange(create(json, { status: 400 }))).toBe(`HTTP 400, ${words}`);
});

test("one contradiction outweighs confirmations, and evidence shows neither a prompt nor the query of a link", () => {
  const confirmed = create({ ...ok, task_id: "123456789012345" });
  expect(verdictOn("task-id-digits", confirmed)).toMatchObject({ verdict: "confirmed" });
  expect(verdictOn("task-id-digits", confirmed, create({ ...ok, task_id: "1" }), confirmed)).toMatchObject({
    verdict: "contradicted",
    evidence: '"1" in HTTP 200, code 0',
  });
  const content = { url: linkUntil(3600), prompt: "my prompt" };
  const all = judgeFacts(
    [task({ status: "succeeded", content }, date), task({ status: "succeeded", task_type: "h3_context_ir", content })],
    target,
    [],
  );
  expect(JSON.stringify(all)).not.toMatch(/my prompt|Signature/);
});

test("an unlisted value is shown with the list", () => {
  const one = query({ status: "Done", task_id: "1" });
  const judged = judgeReply(one, target);
  const found = judgeFacts([one], target, judged).find(({ id }) => id === "queryVideoGenerationTask 200 status");
  expect(found).toMatchObject({ verdict: "contradicted", evidence: '"Done"' });
  expect(found?.expected).toMatch(/^one of "Preparing", "Queueing", "Processing", "Success", "Fail", ""/);
});
