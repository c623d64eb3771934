/** Every public call that a `timeout` or a `signal` can end, and the error it ends with. */
import { join } from "node:path";
import type { ConnectOptions, H3ContextIRReq, MiniMax, Video } from "../../src/index.js";
import type { Manner, Step } from "./deadlines-server.js";

/** The option that must end a call. */
export interface Limits {
  signal?: AbortSignal;
  timeout?: number;
  idleTimeout?: number;
}

export interface Call {
  /** The request that stalls. Default: the first. */
  step?: Step;
  /** Gets the video that the call needs. */
  first?: (minimax: MiniMax) => Promise<Video>;
  does(minimax: MiniMax, limits: Limits, video: Video): Promise<unknown>;
  /** The error after the client's `timeout`. */
  client?: string;
  /** The error after the call's own `timeout`. */
  timeout?: string;
  /** The error after its `idleTimeout`. */
  idle?: string;
  settings?: ConnectOptions;
  /** The replies that stall it. Default: all. */
  manners?: Manner[];
}

const OPEN = "SubmissionUnknownError";
const NONE = "ConnectionError";
const LATE = "WaitTimeoutError";
const UNFETCHED = "DownloadError";

const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
const template = { template_id: "394125185182695432", text_inputs: [{ value: "a fox" }] };
const words: H3ContextIRReq = {
  model: "MiniMax-H3",
  content: [{ type: "text", text: "a fox" }],
  duration: 5,
  ratio: "16:9",
};
const purpose = "t2a_async_input";
const bytes = new Uint8Array(100_000);
const end = { taskId: "7", state: "succeeded", word: "Success" } as const;

const never = () => new Promise<never>(() => {});
const finished = ({ videos }: MiniMax) => videos.task("7").wait();

async function drained(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

async function thrown(settled: ReturnType<MiniMax["videos"]["generateAll"]>): Promise<void> {
  for await (const one of settled) if (one.status === "rejected") throw one.reason;
}

async function read(stream: ReadableStream): Promise<void> {
  await new Response(stream).arrayBuffer();
}

/** A file whose first byte never comes. */
const stuck = {
  name: "fox",
  size: 1000,
  facts: undefined,
  open: () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }),
};

/** The body of a library that replaces `fetch`: it never comes and ignores `cancel`. */
const deaf = { getReader: () => ({ read: never, cancel: async () => {} }) };
const headers = new Headers({ "content-type": "application/octet-stream" });
const deafFetch = async () => ({ status: 200, ok: true, headers, body: deaf }) as unknown as Response;

/** An abort of generateAll leaves a create under way; this ends it soon after. */
const soon = { timeout: 400 };
const bare: Manner[] = ["silence"];

/** The calls by name. Videos and files are saved in `folder`. */
export function callsWith({ saveVideo, saveFile }: typeof import("../../src/node/index.js"), folder: string) {
  const place = () => join(folder, `${Math.random()}`, "fox.mp4");
  return {
    "videos.create": { does: ({ videos }, limits) => videos.create(request, limits), client: OPEN },
    "videos.generate: create": { does: ({ videos }, limits) => videos.generate(request, limits), client: OPEN },
    "videos.generate: query": {
      step: "query",
      does: ({ videos }, limits) => videos.generate(request, limits),
      timeout: LATE,
    },
    "videos.generateAll: create": {
      does: ({ videos }, limits) => thrown(videos.generateAll([request], limits)),
      client: OPEN,
      settings: soon,
    },
    "videos.generateAll: query": {
      step: "query",
      does: ({ videos }, limits) => thrown(videos.generateAll([request], limits)),
      timeout: LATE,
    },
    "templates.create": { does: ({ templates }, limits) => templates.create(template, limits), client: OPEN },
    "templates.generate: create": {
      does: ({ templates }, limits) => templates.generate(template, limits),
      client: OPEN,
    },
    "templates.generate: query": {
      step: "query",
      does: ({ templates }, limits) => templates.generate(template, limits),
      timeout: LATE,
    },
    "contextIR.create": { does: ({ contextIR }, limits) => contextIR.create(words, limits), client: OPEN },
    "contextIR.generate: create": { does: ({ contextIR }, limits) => contextIR.generate(words, limits), client: OPEN },
    "contextIR.generate: query": {
      step: "query",
      does: ({ contextIR }, limits) => contextIR.generate(words, limits),
      timeout: LATE,
    },
    "task.status": { does: ({ videos }, limits) => videos.task("7").status(limits), client: NONE },
    "task.wait": { does: ({ videos }, limits) => videos.task("7").wait(limits), timeout: LATE },
    "task.watch": { does: ({ videos }, limits) => drained(videos.task("7").watch(limits)), timeout: LATE },
    "task.cancel: query": { does: ({ videos }, limits) => videos.task("7", "generation").cancel(limits), client: NONE },
    "task.cancel: delete": {
      step: "cancel",
      does: ({ videos }, limits) => videos.task("7", "generation").cancel(limits),
      client: NONE,
    },
    "task.delete: query": { does: ({ videos }, limits) => videos.task("7", "generation").delete(limits), client: NONE },
    "task.delete: delete": {
      step: "delete",
      does: ({ videos }, limits) => videos.task("7", "generation").delete(limits),
      client: NONE,
    },
    "videos.list": { does: ({ videos }, limits) => drained(videos.list(limits)), client: NONE },
    "videos.list: second page": {
      step: "page",
      does: ({ videos }, limits) => drained(videos.list({ ...limits, pageSize: 1 })),
      client: NONE,
    },
    "videos.reconcile": {
      does: ({ videos }, limits) => {
        const { server } = videos.task("7");
        return videos.reconcile({ kind: "generation", server, submittedAt: Date.now() }, limits);
      },
      client: NONE,
    },
    "callbacks.heard": { does: ({ callbacks }, limits) => callbacks.heard(end, limits), client: NONE },
    "files.retrieve": { does: ({ files }, limits) => files.retrieve("9", limits), client: NONE },
    "files.list": { does: ({ files }, limits) => files.list({ purpose, ...limits }), client: NONE },
    "files.upload": { does: ({ files }, limits) => files.upload(bytes, { purpose, ...limits }), client: NONE },
    "files.upload of a file that stalls": {
      does: ({ files }, limits) => files.upload(stuck, { purpose, ...limits }),
      client: NONE,
      manners: bare,
    },
    "files.delete": { does: ({ files }, limits) => files.delete("9", { purpose, ...limits }), client: NONE },
    "files.content: head": {
      does: ({ files }, limits) => files.content("9", limits),
      client: NONE,
      manners: ["silence", "half a head", "slow head"],
    },
    "files.content: first byte": {
      does: ({ files }, limits) => files.content("9", limits),
      idle: NONE,
      manners: ["head alone"],
    },
    "files.content: what may be a refusal": {
      does: ({ files }, limits) => files.content("9", limits),
      manners: ["chunks", "gzip"],
    },
    "files.content: stream": {
      does: async ({ files }, limits) => read((await files.content("9", limits)).stream),
      manners: ["trickle"],
    },
    saveFile: {
      does: async ({ files }, limits) => saveFile(await files.content("9", limits), place()),
      manners: ["trickle"],
    },
    "video.url": { step: "link", first: finished, does: (_, limits, video) => video.url(limits), client: NONE },
    "video.stream: link": { step: "link", first: finished, does: (_, limits, video) => read(video.stream(limits)) },
    "video.stream": {
      step: "bytes",
      first: finished,
      does: (_, limits, video) => read(video.stream(limits)),
      idle: UNFETCHED,
    },
    "video.blob": { step: "bytes", first: finished, does: (_, limits, video) => video.blob(limits), idle: UNFETCHED },
    "video.chunks": {
      step: "bytes",
      first: finished,
      does: (_, limits, video) => drained(video.chunks(limits)),
      idle: UNFETCHED,
    },
    saveVideo: {
      step: "bytes",
      first: finished,
      does: (_, limits, video) => saveVideo(video, place(), limits),
      idle: UNFETCHED,
    },
    "api.GET": {
      does: ({ api }, { signal }) =>
        api.GET("/v1/query/video_generation", {
          params: { query: { task_id: "7" } },
          ...(signal ? { signal } : {}),
        }),
      client: NONE,
    },
    "api.POST": {
      does: ({ api }, { signal }) => api.POST("/v1/video_generation", { body: request, ...(signal ? { signal } : {}) }),
      client: NONE,
    },
    "a key that never comes": {
      does: ({ videos }, limits) => videos.task("7").status(limits),
      client: NONE,
      settings: { apiKey: never },
      manners: bare,
    },
    "a fetch that ignores signals": {
      does: ({ videos }, limits) => videos.task("7").status(limits),
      client: NONE,
      settings: { fetch: never },
      manners: bare,
    },
    "a body that ignores cancel": {
      does: ({ videos }, limits) => videos.task("7").status(limits),
      client: NONE,
      settings: { fetch: deafFetch },
      manners: bare,
    },
    "files.content of a body that ignores cancel": {
      does: ({ files }, limits) => files.content("9", limits),
      idle: NONE,
      settings: { fetch: deafFetch },
      manners: bare,
    },
    "video.blob of a fetch that ignores signals": {
      step: "bytes",
      first: finished,
      does: (_, limits, video) => video.blob({ ...limits, fetch: never }),
      idle: UNFETCHED,
      manners: bare,
    },
    "video.blob of a body that ignores cancel": {
      step: "bytes",
      first: finished,
      does: (_, limits, video) => video.blob({ ...limits, fetch: deafFetch }),
      idle: UNFETCHED,
      manners: bare,
    },
  } satisfies Record<string, Call>;
}
