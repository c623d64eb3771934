import { keepSources } from "../base/abort-signals.js";
import { onAbort } from "../base/clock.js";
import { ApiError } from "../base/errors.js";
import { assertOptions } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type {
  ChunkOptions,
  Chunks,
  DownloadOptions,
  ExpandedPrompt,
  PromptTask,
  TaskStatus,
  Video,
  VideoTask,
} from "../base/task.js";
import { CALL_OPTIONS } from "../files/retrieve-file.js";
import { pulled } from "../http/stream-from-generator.js";
import type { Engine } from "../tasks/engine.js";
import { noted } from "../tasks/write-journal.js";
import type { LiveLink } from "./video-link.js";

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
  // The handle of a task of this kind is a PromptTask.
  return { taskId, prompt, ...(usage === undefined ? {} : { usage }), task: task as unknown as PromptTask };
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
      const { liveLink } = await import("./video-link.js");
      link ??= liveLink(engine, video, first);
      return link(options);
    },
    stream: (options) => streamOf(video, options),
    async blob(options) {
      keepSources(options?.signal);
      const { blobOf } = await import("./download.js");
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
  const { download } = await import("./download.js");
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
