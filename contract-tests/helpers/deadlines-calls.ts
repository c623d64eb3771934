/** Every public call that a `timeout` or a `signal` can end, and the error it ends with. */
import { join } from "node:path";
import type { ConnectOptions, MiniMax, MiniMaxH3PromptReq, Video } from "../../src/index.js";
import type { Step } from "./deadlines-server.js";

/** The option that must end a call. */
export interface Limits {
  signal?: AbortSignal;
  timeout?: number;
  idleTimeout?: number;
}

type Does = (minimax: MiniMax, limits: Limits, video: Video) => Promise<unknown>;

/** Properties that calls have in common. */
interface Traits {
  /** The request that stalls. Default: the first. */
  step?: Step;
  /** Whether the call needs a finished video. */
  ofVideo?: boolean;
  /** The error after the client's `timeout`, after the call's own, and after its `idleTimeout`. */
  client?: string;
  timeout?: string;
  idle?: string;
  settings?: ConnectOptions;
  /** The replies that stall it. Default: all. */
  manners?: string[];
}

export interface Call extends Traits {
  name: string;
  does: Does;
}

const OPEN = "SubmissionUnknownError";
const NONE = "ConnectionError";
const LATE = "WaitTimeoutError";
const UNFETCHED = "DownloadError";

const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
const template = { template_id: "394125185182695432", text_inputs: [{ value: "a fox" }] };
const words: MiniMaxH3PromptReq = { model: "MiniMax-H3", prompt: "a fox", duration: 5, ratio: "16:9" };
const purpose = "t2a_async_input";
const bytes = new Uint8Array(100_000);
const end = { taskId: "7", state: "succeeded", word: "Success" } as const;
const lost = (server: string) => ({ kind: "generation", server, submittedAt: Date.now() }) as const;

const never = () => new Promise<never>(() => {});

async function drained(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

async function thrown(settled: ReturnType<MiniMax["videos"]["generateAll"]>): Promise<void> {
  for await (const one of settled) if (one.status === "rejected") throw one.reason;
}

const read = (stream: ReadableStream) => new Response(stream).arrayBuffer();

/** A file whose first byte never arrives. */
const open = () => ({ [Symbol.asyncIterator]: () => ({ next: never }) });
const stuck = { name: "fox", size: 1000, facts: undefined, open };

/** A body from a replacement for `fetch`: it never arrives and ignores `cancel`. */
const deaf = { getReader: () => ({ read: never, cancel: async () => {} }) };
const headers = new Headers({ "content-type": "application/octet-stream" });
const deafFetch = async () => ({ status: 200, ok: true, headers, body: deaf }) as unknown as Response;
const once = ["silence"];

/** Videos and files are saved in `folder`. */
export function callsWith({ saveVideo, saveFile }: typeof import("../../src/node/index.js"), folder: string): Call[] {
  const place = () => join(folder, `${Math.random()}`, "fox.mp4");
  const groups: [Traits, Record<string, Does>][] = [
    [
      { client: OPEN },
      {
        "videos.create": ({ videos }, limits) => videos.create(request, limits),
        "videos.generate": ({ videos }, limits) => videos.generate(request, limits),
        "templates.create": ({ templates }, limits) => templates.create(template, limits),
        "templates.generate": ({ templates }, limits) => templates.generate(template, limits),
        "contextIR.create": ({ contextIR }, limits) => contextIR.create(words, limits),
        "contextIR.generate": ({ contextIR }, limits) => contextIR.generate(words, limits),
      },
    ],
    [
      // After an abort, generateAll leaves a create under way, which this time-out ends soon after.
      { client: OPEN, settings: { timeout: 400 } },
      { "videos.generateAll": ({ videos }, limits) => thrown(videos.generateAll([request], limits)) },
    ],
    [
      { step: "query", timeout: LATE },
      {
        "videos.generate: query": ({ videos }, limits) => videos.generate(request, limits),
        "videos.generateAll: query": ({ videos }, limits) => thrown(videos.generateAll([request], limits)),
        "templates.generate: query": ({ templates }, limits) => templates.generate(template, limits),
        "contextIR.generate: query": ({ contextIR }, limits) => contextIR.generate(words, limits),
        "task.wait": ({ videos }, limits) => videos.task("7").wait(limits),
        "task.watch": ({ videos }, limits) => drained(videos.task("7").watch(limits)),
      },
    ],
    [
      { client: NONE },
      {
        "task.status": ({ videos }, limits) => videos.task("7").status(limits),
        "task.cancel": ({ videos }, limits) => videos.task("7", "generation").cancel(limits),
        "task.delete": ({ videos }, limits) => videos.task("7", "generation").delete(limits),
        "videos.list": ({ videos }, limits) => drained(videos.list(limits)),
        "videos.reconcile": ({ videos }, limits) => videos.reconcile(lost(videos.task("7").server), limits),
        "callbacks.heard": ({ callbacks }, limits) => callbacks.heard(end, limits),
        "files.retrieve": ({ files }, limits) => files.retrieve("9", limits),
        "files.list": ({ files }, limits) => files.list({ purpose, ...limits }),
        "files.upload": ({ files }, limits) => files.upload(bytes, { purpose, ...limits }),
        "files.delete": ({ files }, limits) => files.delete("9", { purpose, ...limits }),
        "api.GET": ({ api }, { signal = null }) =>
          api.GET("/v1/query/video_generation", { params: { query: { task_id: "7" } }, signal }),
        "api.POST": ({ api }, { signal = null }) => api.POST("/v1/video_generation", { body: request, signal }),
      },
    ],
    [
      { client: NONE, step: "cancel" },
      { "task.cancel: delete": ({ videos }, limits) => videos.task("7", "generation").cancel(limits) },
    ],
    [
      { client: NONE, step: "delete" },
      { "task.delete: delete": ({ videos }, limits) => videos.task("7", "generation").delete(limits) },
    ],
    [
      { client: NONE, step: "page" },
      { "videos.list: second page": ({ videos }, limits) => drained(videos.list({ ...limits, pageSize: 1 })) },
    ],
    [
      { client: NONE, manners: ["silence", "slow head"] },
      { "files.content: head": ({ files }, limits) => files.content("9", limits) },
    ],
    [
      { idle: NONE, manners: ["head alone"] },
      { "files.content: first byte": ({ files }, limits) => files.content("9", limits) },
    ],
    [
      { manners: ["trickle"] },
      {
        "files.content": async ({ files }, limits) => read((await files.content("9", limits)).stream),
        saveFile: async ({ files }, limits) => saveFile(await files.content("9", limits), place()),
      },
    ],
    [{ step: "link", ofVideo: true, client: NONE }, { "video.url": (_, limits, video) => video.url(limits) }],
    [
      { step: "bytes", ofVideo: true, idle: UNFETCHED },
      {
        "video.stream": (_, limits, video) => read(video.stream(limits)),
        "video.blob": (_, limits, video) => video.blob(limits),
        "video.chunks": (_, limits, video) => drained(video.chunks(limits)),
        saveVideo: (_, limits, video) => saveVideo(video, place(), limits),
      },
    ],
    [
      { step: "bytes", ofVideo: true, idle: UNFETCHED, manners: once },
      {
        "video.blob of a fetch that ignores signals": (_, limits, video) => video.blob({ ...limits, fetch: never }),
        "video.blob of a body that ignores cancel": (_, limits, video) => video.blob({ ...limits, fetch: deafFetch }),
      },
    ],
    [
      { client: NONE, manners: once },
      { "an upload of a file that stalls": ({ files }, limits) => files.upload(stuck, { purpose, ...limits }) },
    ],
    ...[{ apiKey: never }, { fetch: never }, { fetch: deafFetch }].map((settings): [Traits, Record<string, Does>] => [
      { client: NONE, settings, manners: once },
      { "a key, a fetch or a body that never comes": ({ videos }, limits) => videos.task("7").status(limits) },
    ]),
  ];
  return groups.flatMap(([traits, calls]) => Object.entries(calls).map(([name, does]) => ({ ...traits, name, does })));
}
