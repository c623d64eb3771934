import { expect, test } from "vitest";
import { failureOf } from "../contract-tests/helpers/failure-of.js";
import { OK } from "../contract-tests/helpers/fake-fetch.js";
import { png } from "../contract-tests/helpers/pictures.js";
import { simulatedClock } from "../contract-tests/helpers/simulated-clock.js";
import { MiniMaxError } from "./base/errors.js";
import { createClient, type MiniMax } from "./client.js";

const FILE = { file_id: "8", bytes: 3, created_at: 5, filename: "a.png", purpose: "video_generation_input" };

/** The reply to each request; all others are HTTP 404. */
const replies: Record<string, object> = {
  "POST /v1/video_generation": { task_id: "7", ...OK },
  "POST /v1/video_template_generation": { task_id: "7", ...OK },
  "POST /v2/h3_context_ir": { task_id: "7" },
  "GET /v1/query/video_generation": { task_id: "7", status: "Success", file_id: "8", ...OK },
  "GET /v1/query/video_template_generation": { task_id: "7", status: "Success", video_url: "https://a.test/v", ...OK },
  "GET /v2/query/video_generation/7": {
    task: { id: "7", task_type: "h3_context_ir", status: "succeeded", content: { prompt: "a red fox" } },
  },
  "GET /v2/query/video_generation": { items: [], total: 0 },
  "GET /v1/files/retrieve": { file: FILE, ...OK },
  "GET /v1/files/list": { files: [FILE], ...OK },
  "POST /v1/files/upload": { file: FILE, ...OK },
  "POST /v1/files/delete": { file_id: "8", ...OK },
  "GET /v1/files/retrieve_content": { ...OK },
};

/** The distinct requests that a use of the client sends, and its result. */
async function sentBy(use: (minimax: MiniMax) => Promise<unknown>) {
  const sent = new Set<string>();
  const clock = simulatedClock();
  const minimax = createClient({
    apiKey: "any",
    clock,
    fetch: async (url, init) => {
      const { pathname } = new URL(String(url));
      const request = `${init?.method} ${pathname}`;
      sent.add(request);
      return Response.json(replies[request] ?? {}, { status: replies[request] ? 200 : 404 });
    },
  });
  const result = await clock.until(use(minimax));
  return { sent: [...sent], result };
}

const VIDEO = { model: "T2V-01", prompt: "a fox" } as const;
const TEMPLATE = { template_id: "393881433990066176", media_inputs: [{ value: "https://a.test/a.png" }] };
const CONTEXT = { model: "MiniMax-H3", duration: 5, ratio: "16:9", prompt: "a fox" } as const;
const INPUT = { purpose: "video_generation_input" } as const;

const CREATE = "POST /v1/video_generation";
const QUERY = "GET /v1/query/video_generation";
const TEMPLATE_CREATE = "POST /v1/video_template_generation";
const TEMPLATE_QUERY = "GET /v1/query/video_template_generation";
const SUCCEEDED = { state: "succeeded", taskId: "7", word: "success", fileId: "8" } as const;

test.each<[name: string, use: (minimax: MiniMax) => Promise<unknown>, sent: string[], result: unknown]>([
  ["videos.create", ({ videos }) => videos.create(VIDEO), [CREATE], { id: "7", kind: "video" }],
  ["videos.generate", ({ videos }) => videos.generate(VIDEO), [CREATE, QUERY], { fileId: "8", taskId: "7" }],
  [
    "videos.generateAll",
    ({ videos }) => videos.generateAll([VIDEO]).next(),
    [CREATE, QUERY],
    { value: { index: 0, status: "fulfilled", value: { fileId: "8" } } },
  ],
  ["videos.check", ({ videos }) => videos.check(VIDEO), [], { ok: true }],
  ["videos.task", ({ videos }) => videos.task("7").status(), [QUERY], { state: "succeeded", fileId: "8" }],
  ["videos.task", ({ videos }) => videos.task("7", "template").status(), [TEMPLATE_QUERY], { state: "succeeded" }],
  ["videos.list", ({ videos }) => videos.list().next(), ["GET /v2/query/video_generation"], { done: true }],
  ["task.watch", ({ videos }) => videos.task("7").watch()[Symbol.asyncIterator]().next(), [QUERY], { done: false }],
  ["templates.create", ({ templates }) => templates.create(TEMPLATE), [TEMPLATE_CREATE], { id: "7", kind: "template" }],
  [
    "templates.generate",
    ({ templates }) => templates.generate(TEMPLATE),
    [TEMPLATE_CREATE, TEMPLATE_QUERY],
    { taskId: "7" },
  ],
  ["templates.task", ({ templates }) => templates.task("7").status(), [TEMPLATE_QUERY], { state: "succeeded" }],
  ["contextIR.create", ({ contextIR }) => contextIR.create(CONTEXT), ["POST /v2/h3_context_ir"], { id: "7" }],
  [
    "contextIR.generate",
    ({ contextIR }) => contextIR.generate(CONTEXT),
    ["POST /v2/h3_context_ir", "GET /v2/query/video_generation/7"],
    { prompt: "a red fox" },
  ],
  ["files.retrieve", ({ files }) => files.retrieve("8"), ["GET /v1/files/retrieve"], FILE],
  ["files.list", ({ files }) => files.list(INPUT), ["GET /v1/files/list"], [FILE]],
  ["files.upload", ({ files }) => files.upload(png(640, 480), INPUT), ["POST /v1/files/upload"], FILE],
  ["files.delete", ({ files }) => files.delete("8", INPUT), ["POST /v1/files/delete"], undefined],
  [
    "files.content",
    ({ files }) => failureOf(files.content("8")),
    ["GET /v1/files/retrieve_content"],
    expect.any(MiniMaxError),
  ],
  ["callbacks.heard", ({ callbacks }) => callbacks.heard(SUCCEEDED), [QUERY], { state: "succeeded" }],
  ["callbacks.expect", ({ callbacks }) => callbacks.expect(), [], undefined],
  [
    "api.GET",
    async ({ api }) => (await api.GET("/v1/files/retrieve", { params: { query: { file_id: "8" } } })).data,
    ["GET /v1/files/retrieve"],
    { file: FILE },
  ],
])("%s sends the expected requests, and no more", async (_, use, sent, result) => {
  const answer = await sentBy(use);
  expect(answer.sent).toEqual(sent);
  if (result === undefined) expect(answer.result).toBeUndefined();
  else expect(answer).toMatchObject({ result });
});

test.each<[string, Parameters<typeof fetch>[0]]>([
  ["", "https://other.example.org"],
  ["", "https://api.minimax.io.other.example"],
  [".other.example/v1", ""],
])("the raw client sends its key to no other server: %s %s", async (path, baseUrl) => {
  const { sent, result } = await sentBy(({ api }) =>
    failureOf(api.GET(`${path}/v1/files/list` as never, { ...(baseUrl && { baseUrl }) } as never)),
  );
  expect(sent).toEqual([]);
  expect(result).toMatchObject({ name: "ValidationError", message: expect.stringContaining("https://api.minimax.io") });
});

test("the raw client returns bytes unchanged, or a refusal with exact ids", async () => {
  const bytes = new Uint8Array([0, 0xff, 0xfe, 0x80, 1]);
  const given = [new Response(bytes), new Response('{"task_id":176843862716480001}')];
  const { api } = createClient({ apiKey: "any", fetch: async () => given.shift() as Response });
  const content = { params: { query: { file_id: "8" } }, parseAs: "arrayBuffer" } as const;
  expect(new Uint8Array((await api.GET("/v1/files/retrieve_content", content)).data as never)).toEqual(bytes);
  const { data } = await api.GET("/v1/files/retrieve_content", { ...content, parseAs: "json" });
  expect(data).toEqual({ task_id: "176843862716480001" });
});
