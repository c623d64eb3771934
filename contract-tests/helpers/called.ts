/** The public call of each operation, on a server that sends the same reply to each request. */
import { inspect } from "node:util";
import { expect } from "vitest";
import { createClient, type ErrorKind, type MiniMax, type Task } from "../../src/index.js";
import { LIKE, type Name } from "./documents.js";
import { png } from "./pictures.js";
import { hurriedClock } from "./simulated-clock.js";

export const PROMPT = "a fox nobody may read about";
const KEY = "sk-nobody-may-see-this-key";

/** A create costs money and an upload leaves a file behind. A read, or any other harmless call, may be sent again. */
type Sort = "create" | "upload" | "read";

/** The calls. They receive the id of the task or file in the reply. */
const CALLS: Record<string, { sort: Sort; call(minimax: MiniMax, id: string): Promise<unknown> }> = {
  videoGeneration: create(({ videos }) => videos.create({ model: "MiniMax-Hailuo-02", prompt: PROMPT, duration: 6 })),
  videoTemplateGeneration: create(({ templates }) =>
    templates.create({ template_id: "394125185182695432", text_inputs: [{ value: PROMPT }] }),
  ),
  videoGenerationV2Create: create(({ videos }) =>
    videos.create({ model: "MiniMax-H3", duration: 5, ratio: "16:9", content: [TEXT], resolution: "768P" }),
  ),
  videoRegenerationV2Create: create(({ videos }) =>
    videos.create({ model: "MiniMax-H3", source_task_id: "424010985738629", resolution: "2K" }),
  ),
  h3ContextIRV2Create: create(({ contextIR }) =>
    contextIR.create({ model: "MiniMax-H3", duration: 5, ratio: "16:9", content: [TEXT] }),
  ),
  queryVideoGenerationTask: read(({ videos }, id) => videos.task(id).status()),
  queryVideoTemplateGenerationTask: read(({ templates }, id) => templates.task(id).status()),
  videoGenerationV2Query: read(({ videos }, id) => videos.task(id, "generation").status()),
  videoGenerationV2List: read(firstPage),
  videoGenerationV2Delete: read(({ videos }, id) => videos.task(id, "generation").cancel()),
  uploadFile: { sort: "upload", call: ({ files }) => files.upload(png(640, 480, 900), INPUT) },
  retrieveFile: read(({ files }, id) => files.retrieve(id)),
  retrieveFileContent: read(async ({ files }, id) => {
    const { type, stream } = await files.content(id);
    return { type, text: await new Response(stream).text() };
  }),
  listFiles: read(({ files }) => files.list(INPUT)),
  getAccountBalance: read(({ account }) => account.balance()),
  getTokenPlan: read(({ account }) => account.quota()),
  deleteFile: read(({ files }, id) => files.delete(id, INPUT)),
};
const TEXT = { type: "text", text: PROMPT } as const;
const INPUT = { purpose: "video_generation_input" } as const;

/** The id of the task or file in a reply, else an id of no task. */
export function idIn(reply: unknown): string {
  const { task_id, task, file, file_id, data } = Object(reply);
  return String(data?.task_id || task_id || task?.id || file?.file_id || file_id || "176844028768320");
}

function create(call: (minimax: MiniMax) => Promise<{ id: string; kind: string }>) {
  return {
    sort: "create" as const,
    async call(minimax: MiniMax) {
      const { id, kind } = await call(minimax);
      return { id, kind };
    },
  };
}

function read(call: (minimax: MiniMax, id: string) => Promise<unknown>) {
  return { sort: "read" as const, call };
}

async function firstPage({ videos }: MiniMax) {
  const found: { task: Task<unknown>; status: object }[] = [];
  for await (const one of videos.list()) if (found.push(one) === 4) break;
  return found.map(({ task, status }) => ({ id: task.id, kind: task.kind, status }));
}

export const operationIds = Object.keys(CALLS);

export function sortOf(operationId: string): Sort {
  return callOf(operationId).sort;
}

function callOf(operationId: string) {
  const call = CALLS[operationId];
  if (!call) throw new Error(`called.ts has no call for ${operationId}`);
  return call;
}

/** Returns the outcome of a call if each request gets the same reply, and how often it was sent. Checks that errors show no secret. */
export async function outcomeOf(
  root: Name,
  operationId: string,
  id: string,
  reply: typeof fetch,
  baseUrl = "https://api.test",
) {
  let sent = 0;
  const send: typeof fetch = (url, init) => {
    // A task is queried before it is cancelled.
    if (operationId === "videoGenerationV2Delete" && init?.method === "GET")
      return Promise.resolve(Response.json({ task: { id, status: "queued" } }));
    sent++;
    return reply(url, init);
  };
  const minimax = createClient({
    apiKey: KEY,
    server: { baseUrl, like: LIKE[root] },
    clock: hurriedClock(),
    fetch: send,
  });
  const result = await callOf(operationId)
    .call(minimax, id)
    .then(
      (value) => ({ value, error: undefined }),
      (error: Error) => ({ value: undefined, error }),
    );
  const { error } = result;
  if (error) expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(new RegExp(`${KEY}|${PROMPT}`));
  return { ...result, sent };
}

/** The error expected from a call with this cause. `isOpen` is whether the request may have been carried out. */
export function errorOf(operationId: string, id: string, cause: object, isOpen: boolean): object {
  const sort = sortOf(operationId);
  if (sort === "create" && isOpen) return { name: "SubmissionUnknownError", operation: operationId, cause };
  const message =
    sort === "upload" && isOpen
      ? expect.stringContaining("The file may or may not have arrived: files.list(")
      : expect.not.stringContaining("may or may not");
  return { ...cause, operation: operationId, message, ...factsOf(operationId, id) };
}

function factsOf(operationId: string, id: string): object {
  if (/^(query|videoGenerationV2(Query|Delete))/.test(operationId)) return { taskId: id, task: { id } };
  return /^(retrieve|delete)File/.test(operationId) ? { fileId: id } : {};
}

/** How often a request is sent if each reply is a refusal of this kind. Other kinds are not retried. */
export const ATTEMPTS: Partial<Record<ErrorKind, Record<Sort, number>>> = {
  // It may have been carried out, so creates and uploads are not sent again.
  service: { create: 1, upload: 1, read: 3 },
  unknown: { create: 1, upload: 1, read: 3 },
  rate_limited: { create: 3, upload: 3, read: 3 },
};
