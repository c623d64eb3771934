/** A mock with a clock that only tests move, and calls to it with plain fetch, as any client could. */
import { expect } from "vitest";
import type { MockOptions, RequestLine } from "../../src/mock/index.js";
import { mockForAll } from "./mock-for-all.js";
import { PATHS, promptOf, regenerationOf, text, video, videoOf } from "./scenes.js";

export const KEY: Record<string, string> = { authorization: "Bearer key" };
export const DAY = 86_400_000;
/** Longer than any task and shorter than any link: milliseconds. */
export const DONE = 140_000;
const VERSION_2 = { query: "/v2/query/video_generation/", isV2: true };

/** Every kind of task: its create with a prompt, and the path of its query. */
export const KINDS = {
  video: {
    path: "/v1/video_generation",
    body: (prompt: string) => ({ model: "MiniMax-Hailuo-2.3", prompt }),
    query: "/v1/query/video_generation?task_id=",
    isV2: false,
  },
  template: {
    path: "/v1/video_template_generation",
    body: (value: string) => ({ template_id: "393769180141805569", text_inputs: [{ value }] }),
    query: "/v1/query/video_template_generation?task_id=",
    isV2: false,
  },
  generation: { ...VERSION_2, path: PATHS.video, body: (prompt: string) => videoOf([{ ...text, text: prompt }]) },
  h3_context_ir: { ...VERSION_2, path: PATHS.prompt, body: (prompt: string) => promptOf([{ ...text, text: prompt }]) },
  regeneration: {
    ...VERSION_2,
    path: PATHS.regeneration,
    body: (prompt: string) => regenerationOf([{ ...text, text: prompt }, video("base_video")]),
  },
};
export type KindName = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as KindName[];

interface Sent {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Starts a mock before the tests of a file or `describe`, and stops it after them. By default, its clock stands still. */
export function mockServer(options: MockOptions = {}) {
  const lines: RequestLine[] = [];
  const clock = { time: 1_790_000_000_000 };
  const mock = mockForAll({ now: () => clock.time, onRequest: (line) => lines.push(line), ...options });

  /** Sends forms and strings unchanged, and anything else as JSON. */
  function send(method: string, path: string, { body, headers = KEY }: Sent = {}): Promise<Response> {
    const type = body === undefined || body instanceof FormData ? {} : { "content-type": "application/json" };
    const sent = body instanceof FormData || typeof body === "string" || !body ? body : JSON.stringify(body);
    return fetch(mock.url + path, {
      method,
      headers: { ...type, ...headers },
      ...(sent ? { body: sent as string } : {}),
    });
  }
  const get = (path: string, headers = KEY) => send("GET", path, { headers });
  const post = (path: string, body: unknown, headers = KEY) => send("POST", path, { body, headers });
  const createWith = async (kind: KindName, body: unknown, headers = KEY): Promise<string> =>
    (await json(post(KINDS[kind].path, body, headers))).task_id;
  const create = (kind: KindName, prompt = "A fox.", headers = KEY) =>
    createWith(kind, KINDS[kind].body(prompt), headers);
  const view = async (kind: KindName, id: string, headers = KEY) => {
    const reply = await json(get(KINDS[kind].query + id, headers));
    return reply.task ?? reply;
  };

  /** A new link to the video of a finished task. */
  async function linkOf(kind: KindName, id: string): Promise<string> {
    const { file_id, video_url, content } = await view(kind, id);
    if (!file_id) return video_url ?? content?.url;
    return (await json(get(`/v1/files/retrieve?file_id=${file_id}`))).file.download_url;
  }

  return {
    lines,
    clock,
    mock,
    send,
    get,
    post,
    /** Cancels or deletes a task of V2. */
    remove: (id: string, headers = KEY) => send("DELETE", `${PATHS.video}/${id}`, { headers }),
    createWith,
    create,
    view,
    linkOf,
    /** A finished task, and the first link to its video. */
    async finished(kind: KindName, prompt = "A fox.") {
      const id = await create(kind, prompt);
      clock.time += DONE;
      return { id, link: await linkOf(kind, id) };
    },
    upload: (bytes: Buffer, filename = "fox.png", purpose = "video_generation_input", headers = KEY) =>
      post("/v1/files/upload", uploadForm(purpose, bytes, filename), headers),
    /** Sends a create that must be refused, and returns the code and message of the refusal. */
    async refusalOf(reply: () => Promise<Response>, status?: number) {
      const before = mock.creates;
      const refusal = await refusalIn(await reply());
      expect(mock.creates).toBe(before);
      if (status !== undefined) expect(refusal.status).toBe(status);
      return refusal;
    },
  };
}

export function uploadForm(purpose: string, bytes: Buffer, filename: string): FormData {
  const form = new FormData();
  form.set("purpose", purpose);
  form.set("file", new Blob([new Uint8Array(bytes)]), filename);
  return form;
}

/** The JSON of a reply with HTTP 200. */
export async function json(reply: Promise<Response>) {
  const response = await reply;
  expect(response.status).toBe(200);
  return response.json();
}

/** Parses a refusal of either version: V1 in `base_resp`, V2 in an `error` with a message that ends with the code. */
export async function refusalIn(
  response: Response,
): Promise<{ status: number; code: number; message: string; type?: string }> {
  const { status } = response;
  const { base_resp, task_id, ...body } = await response.json();
  if (base_resp) return { status, code: base_resp.status_code, message: base_resp.status_msg };
  const { type, error, request_id, ...more } = body;
  expect([type, more, error?.http_code]).toEqual(["error", {}, String(status)]);
  expect(request_id).toMatch(/^[0-9a-f]{32}$/);
  const [, message = "", code] = /^(.*) \((\d+)\)$/.exec(error.message) ?? [];
  return { status, code: Number(code), message, type: error.type };
}

/** What arrives of a reply. `status` is 0 if there is none. `late` and `trickled` mean that headers or body took over 75 milliseconds. */
export async function arrived(reply: Promise<Response>) {
  const started = performance.now();
  const response = await reply.catch(() => undefined);
  const begun = performance.now();
  const chunks: Uint8Array[] = [];
  let cut = !response;
  try {
    for await (const chunk of response?.body ?? []) chunks.push(chunk);
  } catch {
    cut = true;
  }
  const bytes = Buffer.concat(chunks);
  const length = response?.headers.get("content-length") ?? undefined;
  return {
    status: response?.status ?? 0,
    bytes,
    text: bytes.toString(),
    size: bytes.length,
    announced: length === undefined ? undefined : Number(length),
    cut,
    after: response?.headers.get("retry-after") ?? undefined,
    late: begun - started >= 75,
    trickled: performance.now() - begun >= 75,
  };
}
export type Arrived = Awaited<ReturnType<typeof arrived>>;
