import { expect, test } from "vitest";
import { MiniMaxError } from "../src/base/errors.js";
import { createClient, type MiniMax } from "../src/client.js";
import { png } from "./helpers/pictures.js";
import { simulatedClock } from "./helpers/simulated-clock.js";

const FILE = { file_id: "8", bytes: 3, created_at: 5, filename: "a.png", purpose: "video_generation_input" };
const OK = { base_resp: { status_code: 0, status_msg: "success" } };

/** What the service says to each request; whatever is not here it does not know. */
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

/** What a use of the client asks the service for, each request once, and what comes of it. */
async function askedBy(use: (minimax: MiniMax) => Promise<unknown>) {
  const asked = new Set<string>();
  const clock = simulatedClock();
  const minimax = createClient({
    apiKey: "any",
    clock,
    fetch: async (url, init) => {
      const { pathname } = new URL(String(url));
      const request = `${init?.method} ${pathname}`;
      asked.add(request);
      return Response.json(replies[request] ?? {}, { status: replies[request] ? 200 : 404 });
    },
  });
  const result = await clock.until(use(minimax));
  return { asked: [...asked], result };
}

const VIDEO = { model: "T2V-01", prompt: "a fox" } as const;
const TEMPLATE = { template_id: "393881433990066176", media_inputs: [{ value: "https://a.test/a.png" }] };
const CONTEXT = {
  model: "MiniMax-H3" as const,
  duration: 5 as const,
  ratio: "16:9" as const,
  content: [{ type: "text" as const, text: "a fox" }],
};
const INPUT = { purpose: "video_generation_input" } as const;

test.each<[name: string, use: (minimax: MiniMax) => Promise<unknown>, asked: string[], result: unknown]>([
  ["videos.create", ({ videos }) => videos.create(VIDEO), ["POST /v1/video_generation"], { id: "7", kind: "video" }],
  [
    "videos.generate",
    ({ videos }) => videos.generate(VIDEO),
    ["POST /v1/video_generation", "GET /v1/query/video_generation"],
    { fileId: "8", taskId: "7" },
  ],
  [
    "videos.generateAll",
    async ({ videos }) => (await videos.generateAll([VIDEO]).next()).value,
    ["POST /v1/video_generation", "GET /v1/query/video_generation"],
    { index: 0, status: "fulfilled", value: { fileId: "8" } },
  ],
  ["videos.check", ({ videos }) => videos.check(VIDEO), [], { ok: true }],
  [
    "videos.task",
    ({ videos }) => videos.task("7").status(),
    ["GET /v1/query/video_generation"],
    { state: "succeeded", fileId: "8" },
  ],
  [
    "videos.task of another kind",
    ({ videos }) => videos.task("7", "template").status(),
    ["GET /v1/query/video_template_generation"],
    { state: "succeeded" },
  ],
  ["videos.list", ({ videos }) => videos.list().next(), ["GET /v2/query/video_generation"], { done: true }],
  [
    "templates.create",
    ({ templates }) => templates.create(TEMPLATE),
    ["POST /v1/video_template_generation"],
    { id: "7", kind: "template" },
  ],
  [
    "templates.generate",
    ({ templates }) => templates.generate(TEMPLATE),
    ["POST /v1/video_template_generation", "GET /v1/query/video_template_generation"],
    { taskId: "7" },
  ],
  [
    "templates.task",
    ({ templates }) => templates.task("7").status(),
    ["GET /v1/query/video_template_generation"],
    { state: "succeeded" },
  ],
  [
    "contextIR.create",
    ({ contextIR }) => contextIR.create(CONTEXT),
    ["POST /v2/h3_context_ir"],
    { id: "7", kind: "h3_context_ir" },
  ],
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
    ({ files }) => files.content("8").catch((error) => error),
    ["GET /v1/files/retrieve_content"],
    expect.any(MiniMaxError),
  ],
  [
    "callbacks.heard",
    ({ callbacks }) => callbacks.heard({ state: "succeeded", taskId: "7", word: "success", fileId: "8" }),
    ["GET /v1/query/video_generation"],
    { state: "succeeded" },
  ],
  [
    "a watch",
    async ({ videos }) => {
      const states: string[] = [];
      for await (const { state } of videos.task("7").watch()) states.push(state);
      return states;
    },
    ["GET /v1/query/video_generation"],
    ["succeeded"],
  ],
  [
    "the raw client",
    async ({ api }) => (await api.GET("/v1/files/retrieve", { params: { query: { file_id: "8" } } })).data,
    ["GET /v1/files/retrieve"],
    { file: FILE },
  ],
])("%s asks the service for what its name says, and no more", async (_, use, asked, result) => {
  expect(await askedBy(use)).toMatchObject({ asked, result });
});

test("a client is told that callbacks come, and nobody is asked", async () => {
  expect(await askedBy(({ callbacks }) => callbacks.expect())).toEqual({ asked: [], result: undefined });
});
