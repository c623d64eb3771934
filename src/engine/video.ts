import type { ChunkOptions, Chunks, DownloadOptions } from "../download/download.js";
import type { LinkOptions, LiveLink } from "../download/link.js";
import { ApiError } from "../errors.js";
import type { VideoTaskUsage } from "../generated/minimax.js";
import { assertOptions } from "../options.js";
import { isRecord } from "../record.js";
import { keepSources } from "../signals.js";
import type { VideoTask } from "../task.js";
import type { Engine } from "./engine.js";
import { CALL_OPTIONS } from "./files.js";
import { noted } from "./noted.js";
import { onAbort } from "./pause.js";
import { pulled } from "./pulled.js";
import type { TaskStatus } from "./status.js";

/** A finished video. Its bytes lie behind a link that dies after about an hour; its `fileId` gets a new one. */
export interface Video {
  readonly taskId: string;
  /** Absent on templates and in version 2. */
  readonly fileId?: string;
  /** Pixels, where the service told. */
  readonly width?: number;
  readonly height?: number;
  /** What it took, in version 2: seconds and tokens, which is what is charged for. */
  readonly usage?: VideoTaskUsage;
  readonly task: VideoTask;
  /**
   * A link that needs no key; never send one there. Asked for at the first call, then kept until five minutes before the
   * end that it names, or for half an hour where it names none.
   * @throws {DownloadError} when the service names no usable link.
   */
  url(options?: LinkOptions): Promise<string>;
  /**
   * The bytes as they come; nothing is fetched before it is read. A cut connection is taken up where it broke, an expired
   * link asked for anew. It errors with a DownloadError.
   */
  stream(options?: DownloadOptions): ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * All of it, in memory, under the type that its host names, else video/mp4.
   * @throws {DownloadError} when the bytes cannot be had.
   */
  blob(options?: DownloadOptions): Promise<Blob>;
  /** What `stream`, `blob` and `saveVideo` are made of: for whoever can throw away what has come, and begin anew. */
  chunks(options?: ChunkOptions): Chunks;
  /** Tells the client's journal, where there is one, that the video lies at `path` now. Never rejects; `saveVideo` calls it. */
  saved(path: string): Promise<void>;
}

/** What Context-IR makes: a prompt for a later create, in the structure that MiniMax-H3 understands best. */
export interface ExpandedPrompt {
  readonly taskId: string;
  readonly prompt: string;
  /** Tokens, which is what is charged for. */
  readonly usage?: VideoTaskUsage;
  readonly task: VideoTask;
}

/** What a task that succeeded has made. `askedAt`: when its status was fresh, by the monotonic clock. */
export function resultFrom(
  engine: Engine,
  task: VideoTask,
  status: TaskStatus & { state: "succeeded" },
  askedAt: number,
): Video | ExpandedPrompt {
  const { taskId, prompt, usage } = status;
  if (task.kind !== "h3_context_ir") return videoFrom(engine, task, status, askedAt);
  if (prompt === undefined) throw wordless(engine, task);
  return { taskId, prompt, ...(usage === undefined ? {} : { usage }), task };
}

/** The task is over and charged for; asked again, the service may tell what it has made. */
function wordless({ server }: Engine, task: VideoTask): ApiError {
  const message = `Task ${task.id} succeeded, but the answer of ${server.baseUrl} has no prompt; wait for it again`;
  const facts = { operation: "wait", server: server.baseUrl, task, taskId: task.id };
  return new ApiError(message, { kind: "unknown", retryable: true, status: 200, ...facts });
}

/** What it takes to fetch the video is loaded when it is fetched: a page that only waits does not pay for it. */
function videoFrom(
  engine: Engine,
  task: VideoTask,
  status: TaskStatus & { state: "succeeded" },
  askedAt: number,
): Video {
  const { taskId, fileId, width, height, usage } = status;
  const first = status.url === undefined ? undefined : { url: status.url, askedAt };
  let link: LiveLink | undefined;
  const video: Video = {
    taskId,
    ...(fileId === undefined ? {} : { fileId }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(usage === undefined ? {} : { usage }),
    task,
    async url(options) {
      keepSources(options?.signal);
      const { liveLink } = await import("../download/link.js");
      link ??= liveLink(engine, video, first);
      return link(options);
    },
    stream: (options) => streamOf(video, options),
    async blob(options) {
      keepSources(options?.signal);
      const { blobOf } = await import("../download/download.js");
      return blobOf(video, options);
    },
    chunks(options) {
      keepSources(options?.signal);
      return chunksOf(engine, video, options);
    },
    saved: (path) => noted(engine, (journal) => journal.saved(task.toJSON(), path)),
  };
  return video;
}

async function* chunksOf(engine: Engine, video: Video, options: ChunkOptions | undefined): Chunks {
  const { download } = await import("../download/download.js");
  return yield* download(engine, video, options);
}

function streamOf(video: Video, options: DownloadOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ended = new AbortController();
  const { signal } = ended;
  const end = (reason: unknown) => ended.abort(reason);
  // The rest is checked where it is used, with the first byte.
  const { signal: given }: DownloadOptions = isRecord(options) ? options : {};
  assertOptions("video.stream", isRecord(options) ? { signal: given } : options, CALL_OPTIONS);
  const off = onAbort(options.signal, end);
  async function* chunks() {
    try {
      return yield* video.chunks({ ...options, signal });
    } finally {
      off();
    }
  }
  return pulled(chunks(), end);
}
