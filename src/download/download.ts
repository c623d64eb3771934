import type { Clock } from "../base/clock.js";
import { callUser, DownloadError, MiniMaxError } from "../base/errors.js";
import type { Logger } from "../base/logger.js";
import { onAbort } from "../base/on-abort.js";
import { aDuration, aFunction, aPositiveNumber, aSignal, assertOptions, type Rules } from "../base/options.js";
import type { ChunkOptions, Chunks, DownloadOptions, Video } from "../base/task.js";
import { type Bytes, LARGEST_FILE } from "../http/idle-timeout.js";
import { backoff, isTransient } from "../http/retry.js";
import { followBoxes } from "../media/iso-boxes.js";
import {
  connectTo,
  type DownloadConnection,
  Fault,
  type FileVersion,
  partOf,
  versionOf,
} from "./download-connection.js";

export const DOWNLOAD_OPTIONS: Rules<DownloadOptions> = {
  signal: aSignal,
  onProgress: aFunction,
  fetch: aFunction,
  idleTimeout: aDuration,
  maxBytes: aPositiveNumber,
};

const CHUNK_OPTIONS: Rules<ChunkOptions> = { ...DOWNLOAD_OPTIONS, restart: aFunction };

/** Retries in a row that may bring no new byte: 15 s at most, including their pauses. */
const RETRIES = 5;

interface DownloadContext {
  readonly clock: Pick<Clock, "pause" | "random">;
  readonly logger: Logger | undefined;
  readonly fetch: typeof fetch | undefined;
}

/** The bytes of a video, in order and complete: resumed after a cut, with a new link after a refusal. */
export async function* download(context: DownloadContext, video: Video, options: ChunkOptions = {}): Chunks {
  const { signal, onProgress, restart, maxBytes = LARGEST_FILE } = assertOptions("A download", options, CHUNK_OPTIONS);
  const state = new Download(context, video, options);
  const off = onAbort(signal, (reason) => state.connection?.end(reason));
  try {
    for (let chunk = await state.next(); chunk; chunk = await state.next()) {
      if (state.hasRestarted) {
        await restart?.();
        state.hasRestarted = false;
      }
      state.accept(chunk);
      const { bytes, file } = state;
      if (bytes > maxBytes)
        throw failure(video, new Fault(`${state.connection?.host} sent more than ${maxBytes} bytes (maxBytes)`));
      const progress = { bytes, ...(file.total === undefined ? {} : { total: file.total }) };
      if (onProgress) callUser("onProgress", () => onProgress(progress), video);
      yield chunk;
    }
    return state.file.type;
  } finally {
    off();
    state.connection?.end();
  }
}

/** A download under way, over as many connections as it takes. */
class Download {
  connection: DownloadConnection | undefined;
  file: FileVersion = { total: undefined, validator: undefined, type: "" };
  /** Bytes handed out. */
  bytes = 0;
  /** Whether the file has changed at its host, so that the next chunk is its first. */
  hasRestarted = false;
  /** How far this connection has come, and how far any has. */
  #at = 0;
  #furthest = 0;
  #faults = 0;
  #lastFault = "";
  #needsFreshLink = false;
  /** The host does not handle ranges correctly: the whole file is requested and the known part skipped. */
  #isWhole = false;
  #boxes = followBoxes();

  constructor(
    readonly context: DownloadContext,
    readonly video: Video,
    readonly options: ChunkOptions,
  ) {}

  accept(chunk: Bytes): void {
    this.#boxes.add(chunk);
    this.bytes += chunk.length;
  }

  /** The next bytes, over as many connections as it takes; undefined when the file is complete. */
  async next(): Promise<Bytes | undefined> {
    const { signal } = this.options;
    for (;;) {
      try {
        this.connection ??= await this.#open();
        const chunk = await this.connection.read();
        if (!chunk) return this.#assertComplete(this.connection);
        const known = this.bytes - this.#at;
        this.#at += chunk.length;
        if (this.#at > this.#furthest) {
          this.#furthest = this.#at;
          this.#faults = 0;
        }
        if (chunk.length > known) return known > 0 ? chunk.subarray(known) : chunk;
      } catch (cause) {
        // A link that has delivered bytes works: it is used again after a cut.
        this.#needsFreshLink = !this.connection?.hasDelivered;
        this.connection?.end();
        this.connection = undefined;
        if (signal?.aborted) throw signal.reason;
        await this.#pauseBeforeRetry(cause);
      }
    }
  }

  async #open(): Promise<DownloadConnection> {
    const { signal, idleTimeout = 30_000, fetch: send = this.context.fetch ?? globalThis.fetch } = this.options;
    const url = await this.video.url({ fresh: this.#needsFreshLink, signal });
    const connection = connectTo(url, send, idleTimeout);
    this.connection = connection;
    const validator = this.bytes > 0 && !this.#isWhole ? this.file.validator : undefined;
    const range = validator === undefined ? {} : { range: `bytes=${this.bytes}-`, "if-range": validator };
    const response = await connection.open(range);
    if (response.status === 206) this.#resume(response.headers, connection.host);
    else this.#begin(response, connection.host);
    return connection;
  }

  #resume(headers: Headers, host: string): void {
    const { isSame, start, ...rest } = partOf(headers, this.file);
    this.#isWhole ||= !(isSame && start <= this.bytes);
    if (this.#isWhole) throw new Fault(`${host} sent another part of the file than the one requested`);
    this.#at = start;
    this.file = { ...this.file, ...rest };
  }

  #begin(response: Response, host: string): void {
    this.#isWhole ||= response.status === 416;
    const version = versionOf(response, host);
    const isSame = version.validator !== undefined && version.validator === this.file.validator;
    if (this.bytes > 0 && !isSame) {
      const why = version.validator ? "the file has changed there" : "nothing tells whether the file there is the same";
      if (!this.options.restart)
        throw failure(this.video, new Fault(`${this.#lastFault}. A stream cannot start over, and ${why}`));
      this.bytes = 0;
      this.hasRestarted = true;
      this.#boxes = followBoxes();
    }
    this.#at = 0;
    this.file = version;
  }

  #assertComplete({ host }: DownloadConnection): undefined {
    const { total = this.#at, type } = this.file;
    const isWhole = this.#boxes.isWhole();
    const isCut = this.file.total === undefined && isWhole === false;
    if (this.#at === 0 || this.#at < this.bytes || this.#at !== total || isCut)
      throw new Fault(`${host} ended early, after ${this.#at} of ${isCut ? "more" : total} bytes`);
    // A video may be declared as a wrong type; what is declared as text and is not an MP4 is text.
    if (isWhole === undefined && /^text|json|xml/i.test(type))
      throw new Fault(`${host} sent ${type} instead of a video`);
  }

  async #pauseBeforeRetry(cause: unknown): Promise<void> {
    const { clock, logger } = this.context;
    if (!(cause instanceof Fault || isTransient(cause)) || this.#faults >= RETRIES)
      throw failure(this.video, cause, this.#faults);
    this.#lastFault = cause instanceof Error ? cause.message : "";
    const retryAfter = cause instanceof Fault ? cause.facts.retryAfter : 0;
    const milliseconds = backoff(this.#faults++, clock.random, retryAfter);
    logger?.debug("again", { operation: "download", bytes: this.bytes, milliseconds });
    await clock.pause(milliseconds, this.options.signal);
  }
}

/** The error after the last attempt. An error that does not come from the download passes unchanged. */
function failure({ taskId, fileId, task }: Video, why: unknown, faults = 0): unknown {
  if (why instanceof DownloadError || !(why instanceof Fault || why instanceof MiniMaxError)) return why;
  const tries = faults > 0 ? ` (${faults + 1} attempts in a row brought nothing)` : "";
  const message = `The video of task ${taskId} was not downloaded: ${why.message}${tries}. It is still available: try again`;
  const { cause, status } = why instanceof Fault ? why.facts : { cause: why, status: undefined };
  return new DownloadError(message, { taskId, fileId, task, cause, status });
}

/** The whole video in memory. */
export async function blobOf(video: Video, options?: DownloadOptions): Promise<Blob> {
  assertOptions("video.blob", options, DOWNLOAD_OPTIONS);
  let parts: Bytes[] = [];
  const restart = () => {
    parts = [];
  };
  const chunks = video.chunks({ ...options, restart });
  for (;;) {
    const { done, value } = await chunks.next();
    // octet-stream says nothing, and a page displays a blob by its type.
    if (done) return new Blob(parts, { type: value && !value.endsWith("/octet-stream") ? value : "video/mp4" });
    parts.push(value);
  }
}
