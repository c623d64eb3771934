import type { ErrorKind } from "../generated/codes.js";
import type { VideoTaskUsage } from "../generated/minimax.js";

/** `video` and `template` belong to API v1; the others are the `task_type`s of API v2. */
export const KINDS = ["video", "template", "generation", "regeneration", "h3_context_ir"] as const;
/** Which create made a task: `video` or `template` of API v1, or the `task_type` of API v2. It decides where the task is queried. */
export type TaskKind = (typeof KINDS)[number];
/** The kinds whose tasks end with a video. */
export type VideoKind = Exclude<TaskKind, "h3_context_ir">;

export const isTaskKind = (kind: unknown): kind is TaskKind => KINDS.some((one) => one === kind);

/** The content of `JSON.stringify(task)`: enough to resume the task in another process, without any secret or prompt. */
export interface TaskRecord<Kind extends TaskKind = TaskKind> {
  readonly version: 1;
  /** The service's id of the task. */
  readonly id: string;
  /** Which create made the task, which decides where the task is queried. */
  readonly kind: Kind;
  /** Name of a documented server, or the base URL of another one. */
  readonly server: string;
  /** When the task was accepted, in milliseconds since 1970, if known. */
  readonly createdAt?: number;
  /** The model that the request named. */
  readonly model?: string;
  /** Seconds of video, if the request named them. */
  readonly duration?: number;
  /** The resolution that the request named. */
  readonly resolution?: string;
}

/** The status of the task `taskId`. `state` tells the cases apart; `word` is the service's own word, as it spells it. */
export type TaskStatus =
  | { readonly state: "running"; readonly taskId: string; readonly word: string }
  | {
      readonly state: "succeeded";
      /** The service's id of the task. */
      readonly taskId: string;
      readonly word: string;
      /** The id of the video file, for `files.retrieve`. Absent for templates and in API v2. */
      readonly fileId?: string;
      /** The link to the video, which templates and API v2 return directly. */
      readonly url?: string;
      /** The expanded prompt of Context-IR. */
      readonly prompt?: string;
      /** The seconds and tokens that are billed. API v2 only. */
      readonly usage?: VideoTaskUsage;
      /** Pixels, if the service returned them. */
      readonly width?: number;
      /** Pixels, like `width`. */
      readonly height?: number;
    }
  | {
      readonly state: "failed";
      readonly taskId: string;
      readonly word: string;
      /** The reason, if the service gives one: 1026 or 1027 if the input or output was judged sensitive. */
      readonly code?: number;
      /** What kind of problem ended the task. */
      readonly kind: ErrorKind;
      /** The service's own words, if it gave any, cut to 300 characters. */
      readonly reason?: string;
    };

/** The status of a task that has ended with a result. */
export type Succeeded = Extract<TaskStatus, { state: "succeeded" }>;

/** Options of every call. */
export interface CallOptions {
  /** Ends the call at once, with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

/** Options of a wait for the end of a task. Its `signal` ends only the wait, even while that sleeps. The task continues. */
export interface WaitOptions extends CallOptions {
  /** Milliseconds before the wait ends with a `WaitTimeoutError`, including a request in flight. Default 30 minutes. */
  timeout?: number | undefined;
  /**
   * Milliseconds between queries, as a fixed interval. By default, the client queries most often when similar tasks usually finish,
   * or, if `createWebhookHandler({ client })` expects a callback, once that is overdue. A callback ends any pause.
   */
  pollInterval?: number | undefined;
  /** Called with the first status and with each change, including unknown words. */
  onStatus?: ((status: TaskStatus) => void) | undefined;
}

/** What is known about a status that arrived in a callback. */
export interface HeardOptions extends CallOptions {
  /** Which create made the task. Default "video". */
  kind?: TaskKind | undefined;
  /** Whether a query must confirm a final status. Default true. */
  confirm?: boolean | undefined;
  /** The id of the URL that was called, as in `SubmissionUnknownError.callback`: it tells which create made the task. */
  callback?: string | undefined;
}

/** A handle to a task at the service. It holds nothing that could not be restored from the id. */
export interface Task<Result, Kind extends TaskKind = TaskKind> extends Omit<TaskRecord<Kind>, "version"> {
  /** Queries the task once; transient failures are retried. */
  status(options?: CallOptions): Promise<TaskStatus>;
  /** Yields each change of status up to the final one. A failed task is yielded, not thrown. */
  watch(options?: Omit<WaitOptions, "onStatus">): AsyncIterable<TaskStatus>;
  /**
   * Resolves with the result once the task has succeeded. Each error carries this task.
   * @throws {TaskFailedError} if it failed; {WaitTimeoutError} after `timeout`; {ApiError} for a wrong key or an unknown id.
   */
  wait(options?: WaitOptions): Promise<Result>;
  /**
   * Cancels a queued task, which is then not charged. API v2 only. Queries the task first.
   * @throws {ValidationError} for API v1, and if the task is running or finished; {ApiError} if the service refuses.
   */
  cancel(options?: CallOptions): Promise<void>;
  /**
   * Deletes a finished task and its video from the service. API v2 only.
   * @throws {ValidationError} for API v1, and if the task is not finished.
   */
  delete(options?: CallOptions): Promise<void>;
  /** Returns the record of the task, for JSON. It is small and contains neither key nor prompt. */
  toJSON(): TaskRecord<Kind>;
}

/** A task that ends with a video. */
export interface VideoTask extends Task<Video, VideoKind> {}

/** A task that ends with an expanded prompt: Context-IR. */
export interface PromptTask extends Task<ExpandedPrompt, "h3_context_ir"> {}

/** The handle of a task of this kind. */
export type TaskOf<Kind extends TaskKind> = Kind extends VideoKind ? VideoTask : PromptTask;

/** A finished video. Its link expires after about an hour; `url` then requests a new one. */
export interface Video extends Pick<Succeeded, "taskId" | "fileId" | "width" | "height" | "usage"> {
  /** The handle of the task that made it. `JSON.stringify(video.task)` is what another process needs. */
  readonly task: VideoTask;
  /**
   * Resolves with a link that needs no key; never send a key there. The first call requests the link. Later calls reuse it until
   * five minutes before the expiry that it names, or for half an hour if it names none.
   * @throws {DownloadError} if the service returns no usable link.
   */
  url(options?: LinkOptions): Promise<string>;
  /**
   * Streams the bytes as they arrive; fetches nothing before the stream is read. Resumes a broken connection, renews an expired
   * link, and tries a backup link. Errors with a DownloadError, also if the bytes are not those of a video, or are truncated.
   */
  stream(options?: DownloadOptions): ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Downloads the whole video into memory. The blob has the type that the host names, else video/mp4.
   * @throws {DownloadError} if the video cannot be downloaded, or is truncated at every link.
   */
  blob(options?: DownloadOptions): Promise<Blob>;
  /** The building block of `stream`, `blob` and `saveVideo`, for callers that can discard what has arrived and start over. */
  chunks(options?: ChunkOptions): Chunks;
  /** Records in the client's journal, if it has one, that the video is stored at `path`. Never rejects. */
  saved(path: string): Promise<void>;
}

/** The result of Context-IR: a prompt for a later create, in the structure that MiniMax-H3 understands best. */
export interface ExpandedPrompt extends Pick<Succeeded, "taskId" | "usage"> {
  /** The expanded prompt. Pass it to a later create, where it is treated like any other prompt. */
  readonly prompt: string;
  /** The handle of the task that made it. */
  readonly task: PromptTask;
}

/** Options of `Video.url`. */
export interface LinkOptions extends CallOptions {
  /** Requests a new link even if the current one may still be valid. Default false. */
  fresh?: boolean;
  /** Prefers the second link to the same video, if the service returns one. Downloads try it by themselves. Default false. */
  backup?: boolean;
}

/** Options of downloads: how the bytes of a video are fetched, and when a download fails. */
export interface DownloadOptions extends CallOptions {
  /** Called as bytes arrive. `total` is absent if the host does not name it. `bytes` decreases if the download starts over. */
  onProgress?: ((progress: { bytes: number; total?: number }) => void) | undefined;
  /** The `fetch` for downloads. Default: the client's own. It never receives the key. */
  fetch?: typeof fetch | undefined;
  /** Milliseconds without a byte after which a connection counts as broken. Default 30,000. */
  idleTimeout?: number | undefined;
  /** Bytes after which the download fails, because no video of this service is that large. Default 1 GiB. */
  maxBytes?: number | undefined;
  /**
   * Private hosts that links and redirects may lead to, such as `["media.internal", "10.0.0.5"]`. Default: none, if the server is on
   * the internet. Names are not looked up.
   */
  allowedHosts?: readonly string[] | undefined;
}

/** Options of `Video.chunks`. */
export interface ChunkOptions extends DownloadOptions {
  /** Called if the file has changed at its host: discard what has arrived, as it starts over. Default: a DownloadError. */
  restart?: (() => unknown) | undefined;
}

/** The chunks of a video. The generator returns the type of the file, as its host names it. */
export type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, string>;
