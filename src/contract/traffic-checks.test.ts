import { expect, test } from "vitest";
import { operations } from "../generated/operations.js";
import { readingOf } from "./read-exchange.js";
import type { Exchange } from "./recorded-exchange.js";
import { createTarget } from "./target-server.js";
import { judgeTraffic } from "./traffic-checks.js";

const target = createTarget({ server: "global", apiKey: "k", free: true });
const ok = { base_resp: { status_code: 0, status_msg: "success" } };

interface Parts {
  query?: string;
  body?: object;
  path?: string;
  leak?: string;
}

/** An accepted exchange. */
function came(operationId: string, json: object, { query = "", body, path, leak }: Parts = {}): Exchange {
  const { method = "GET", path: known = "" } = operations.minimax[operationId] ?? {};
  const text = JSON.stringify(json);
  const about = {
    operationId,
    method,
    headers: {},
    keyed: true,
    status: 200,
    milliseconds: 1,
    type: "application/json",
  };
  return {
    ...about,
    url: `https://api.minimax.io${path ?? known}${query && `?${query}`}`,
    replyHeaders: { date: "Sun, 29 Nov 2026 12:00:00 GMT" },
    json,
    text,
    size: text.length,
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(leak ? { leak } : {}),
  };
}
/** What is found beyond the schema of each reply. */
const found = (...exchanges: Exchange[]) => {
  const readings = exchanges.map((exchange) => readingOf(exchange, target.server));
  const judged = judgeTraffic(readings, target).filter(({ kind }) => kind !== "reply schema");
  return judged.map(({ kind, finding }) => `${kind}: ${finding.place}: ${finding.spec}: ${finding.saw}`);
};

const AT = Date.parse("2026-11-29T12:00:00Z") / 1000;
const ID = "424010985738629";
const BODY = {
  model: "MiniMax-H3",
  content: [{ type: "text", text: "a" }],
  resolution: "768P",
  duration: 4,
  ratio: "16:9",
};
const task = (parts: object) => ({
  id: ID,
  created_at: AT,
  updated_at: AT,
  task_type: "generation",
  ...BODY,
  ...parts,
});
const created = came("videoGenerationV2Create", { task_id: ID }, { body: BODY });
const queried = (parts: object) =>
  came("videoGenerationV2Query", { task: task(parts) }, { path: `/v2/query/video_generation/${ID}` });
const listed = (json: object, query = "") => came("videoGenerationV2List", json, { query });

test("reports nothing about a task that proceeds and ends as it was created", () => {
  const usage = { total_seconds: 4, input_seconds: 0, output_seconds: 4, input_image_count: 0 };
  const ended = { status: "succeeded", usage };
  expect(
    found(created, queried({ status: "queued" }), queried({ status: "running" }), queried(ended), queried(ended)),
  ).toEqual([]);
});

test.each<[string, object, RegExp]>([
  ["another model", { model: "MiniMax-H3-Max" }, /task\.model: as in the create: MiniMax-H3/],
  ["another duration", { duration: 5 }, /task\.duration: as in the create: 4: 5/],
  ["another kind", { task_type: "regeneration" }, /task\.task_type: as created: generation/],
  ["a time in milliseconds", { created_at: AT * 1000, updated_at: AT * 1000 }, /created_at: the time of the create/],
  ["an update before its create", { updated_at: AT - 1 }, /updated_at: not before created_at/],
  [
    "a wrong sum",
    { usage: { total_tokens: 1, prompt_tokens: 1, completion_tokens: 1 } },
    /total_tokens: the sum of .*: 2: 1/,
  ],
  ["more seconds", { usage: { output_seconds: 9 } }, /output_seconds: the duration, 4: 9/],
])("finds %s", (_, parts, words) => {
  expect(found(created, queried({ status: "succeeded", ...parts })).join()).toMatch(words);
});

test.each([
  ["running", "queued"],
  ["succeeded", "running"],
  ["cancelled", "succeeded"],
])("finds a task that goes from %s to %s", (before, after) => {
  expect(found(created, queried({ status: before }), queried({ status: after }))).toEqual([
    `task facts: response 200 task.status: a status that does not go back after ${before}: "${after}"`,
  ]);
});

test("finds a reused id and a reply about something else, even if ids differ only beyond a double's precision", () => {
  expect(found(created, created)).toEqual([
    "right subject: response 200 task_id: a new, unique id: an id that was used before",
  ]);
  const template = (task_id: string) =>
    came(
      "queryVideoTemplateGenerationTask",
      { task_id, status: "Processing", ...ok },
      { query: "task_id=401047179385389059" },
    );
  expect(found(template("401047179385389059"))).toEqual([]);
  expect(found(template("401047179385389060"))).toEqual([
    "right subject: response 200 task_id: the id that was asked for: another id",
  ]);
  const file = came(
    "retrieveFile",
    { file: { file_id: 176844028768321 }, ...ok },
    { query: "file_id=176844028768320" },
  );
  expect(found(file).join()).toContain("response 200 file.file_id");
});

const A = { id: "1", status: "running", model: "MiniMax-H3" };
const B = { id: "2", status: "running", model: "MiniMax-H3" };

test.each<[string, object]>([
  ["", { items: [A, B], total: 2 }],
  ["page_size=2", { items: [A, B], total: 5 }],
  ["page_size=2&page_num=3", { items: [A], total: 5 }],
  ["page_size=2&page_num=9", { items: [], total: 5 }],
  ["filter.status=running&filter.task_ids=1&filter.task_ids=2", { items: [A, B], total: 2 }],
])("reports nothing about a list that obeys ?%s", (query, json) => {
  expect(found(listed(json, query))).toEqual([]);
});

test.each<[string, string, object, RegExp]>([
  ["others than asked for", "filter.status=queued", { items: [A], total: 1 }, /query filter\.status/],
  [
    "one of two ids and a different one",
    "filter.task_ids=1",
    { items: [A, B], total: 2 },
    /query filter\.task_ids.*1 with another id/,
  ],
  ["an item twice", "", { items: [A, A], total: 2 }, /an item twice/],
  ["a page too long", "page_size=1", { items: [A, B], total: 2 }, /at most 1 on a page: 2/],
  ["a count of the page", "page_size=2&page_num=2", { items: [A, B], total: 2 }, /total: .*at least 4: 2/],
  ["a count too high", "page_size=5", { items: [A, B], total: 3 }, /total: .*: 2: 3/],
  ["a count of none", "", { items: [A], total: 0 }, /total: .*at least 1: 0/],
])("finds a list with %s", (_, query, json, words) => {
  expect(found(listed(json, query)).join()).toMatch(words);
});

test("finds files of another purpose, and a repeated key", () => {
  const files = [{ file_id: 1, purpose: "voice_clone" }];
  expect(found(came("listFiles", { files, ...ok }, { query: "purpose=t2a_async" })).join()).toContain("query purpose");
  expect(found(came("listFiles", { files: [], ...ok }, { leak: "in its body" }))).toEqual([
    "leaked key: response 200: never repeats a key: the key, in its body",
  ]);
});

test.each([
  ["listFiles", "files"],
  ["videoGenerationV2List", "items"],
])("finds a success of %s without its list", (operationId, name) => {
  expect(found(came(operationId, { total: 0, ...ok }))).toEqual([
    `list facts: response 200 ${name}: a list: no property ${name}`,
  ]);
});
