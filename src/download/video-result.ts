import type { Settings } from "../base/connect-options.js";
import { keepSources, onAbort } from "../base/on-abort.js";
import { aSignal, assertOptions } from "../base/options.js";
import { defined, isOfFields } from "../base/record.js";
import { streamFromGenerator } from "../base/stream-from-generator.js";
import type { CallOptions, ChunkOptions, Chunks, DownloadOptions, Succeeded, Video, VideoTask } from "../base/task.js";
import { writeJournal } from "../base/write-journal.js";
import type { HttpContext } from "../http/transport.js";
import type { LiveLink } from "./video-link.js";

export type VideoContext = HttpContext & Required<Pick<Settings, "fetch" | "journal">>;

/** Makes the video of a task with this status, which was current at `askedAt` (monotonic). Loads no code for downloads yet. */
export function videoFrom(context: VideoContext, task: VideoTask, status: Succeeded, askedAt: number): Video {
  const { taskId, fileId, width, height, usage, url } = status;
  let link: LiveLink | undefined;
  const video: Video = {
    ...defined({ taskId, fileId, width, height, usage }),
    task,
    async url(options) {
      keepSources(options?.signal);
      const { liveLink } = await import("./video-link.js");
      link ??= liveLink(context, video, url, askedAt);
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
      return chunksOf(context, video, options);
    },
    saved: (path) => writeJournal(context, (journal) => journal.saved(task.toJSON(), path)),
  };
  return video;
}

async function* chunksOf(context: VideoContext, video: Video, options: ChunkOptions | undefined): Chunks {
  const { download } = await import("./download.js");
  return yield* download(context, video, options);
}

function streamOf(video: Video, options: DownloadOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  const controller = new AbortController();
  const end = (reason: unknown) => controller.abort(reason);
  // The other options are checked when the first chunk is read.
  const { signal }: DownloadOptions = isOfFields(options) ? options : {};
  assertOptions<CallOptions>("video.stream", isOfFields(options) ? { signal } : options, { signal: aSignal });
  const off = onAbort(signal, end);
  async function* chunks() {
    try {
      return yield* video.chunks({ ...options, signal: controller.signal });
    } finally {
      off();
    }
  }
  return streamFromGenerator(chunks(), end);
}
