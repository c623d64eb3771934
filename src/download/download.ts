import { backoff, onAbort } from "../base/clock.js";
import { callUser, DownloadError, MiniMaxError } from "../base/errors.js";
import { aDuration, aFunction, aPositiveNumber, assertOptions, type Rules } from "../base/options.js";
import type { ChunkOptions, Chunks, DownloadOptions, Video } from "../base/task.js";
import { CALL_OPTIONS } from "../files/retrieve-file.js";
import { mayPass } from "../http/retry.js";
import { followBoxes } from "../media/box-follower.js";
import type { Engine } from "../tasks/engine.js";
import { type Bytes, Fault, type Line, lineTo, restOf, type Version, versionOf } from "./download-connection.js";

export const DOWNLOAD_OPTIONS: Rules<DownloadOptions> = {
  ...CALL_OPTIONS,
  onProgress: aFunction,
  fetch: aFunction,
  idleTimeout: aDuration,
  maxBytes: aPositiveNumber,
};

const CHUNK_OPTIONS: Rules<ChunkOptions> = { ...DOWNLOAD_OPTIONS, restart: aFunction };

export const LARGEST_FILE = 1024 ** 3;

/** Tries in a row, after the first, that may bring no byte more: with their pauses 15 s at most. */
const RETRIES = 5;

/** The bytes of a video, in order and complete: resumed after a cut, over a fresh link after a refusal. */
export async function* download(
  engine: Pick<Engine, "clock" | "logger" | "fetch">,
  video: Video,
  options: ChunkOptions = {},
): Chunks {
  assertOptions("A download", options, CHUNK_OPTIONS);
  const { signal, onProgress, restart, idleTimeout = 30_000, maxBytes = LARGEST_FILE } = options;
  const { fetch: send = engine.fetch } = options;
  const { clock, logger } = engine;
  let file: Version = { total: undefined, mark: undefined, type: "" };
  let line: Line | undefined;
  // Bytes handed out; how far this line has come; how far any has.
  let [bytes, at, furthest] = [0, 0, 0];
  let [faults, fresh, changed] = [0, false, false];
  let reason = "";
  // Its host does not do with ranges as it should: the whole is asked for, and what is there skipped.
  let whole = false;
  let boxes = followBoxes();
  const off = onAbort(signal, (reason) => line?.end(reason));
  try {
    for (let chunk = await next(); chunk; chunk = await next()) {
      if (changed) {
        await restart?.();
        boxes = followBoxes();
      }
      changed = false;
      boxes.add(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw failure(video, new Fault(`${line?.host} sent more than ${maxBytes} bytes (maxBytes)`));
      const progress = { bytes, ...(file.total === undefined ? {} : { total: file.total }) };
      if (onProgress) callUser("onProgress", () => onProgress(progress), video);
      yield chunk;
    }
    return file.type;
  } finally {
    off();
    line?.end();
  }

  /** The next bytes, over as many lines as it takes; undefined when the file is complete. */
  async function next(): Promise<Bytes | undefined> {
    for (;;) {
      try {
        line ??= await opened();
        const chunk = await line.read();
        if (!chunk) return assertComplete(line);
        const known = bytes - at;
        at += chunk.length;
        if (at > furthest) [furthest, faults] = [at, 0];
        if (chunk.length > known) return known > 0 ? chunk.subarray(known) : chunk;
      } catch (cause) {
        // A link that brought bytes is good: after a cut it serves again.
        fresh = !line?.alive;
        line?.end();
        line = undefined;
        if (signal?.aborted) throw signal.reason;
        await beforeNextTry(cause);
      }
    }
  }

  async function opened(): Promise<Line> {
    const url = await video.url({ fresh, signal });
    line = lineTo(url, send ?? globalThis.fetch, idleTimeout);
    const mark = bytes > 0 && !whole ? file.mark : undefined;
    const answer = await line.open(mark === undefined ? {} : { range: `bytes=${bytes}-`, "if-range": mark });
    if (answer.status === 206) goOn(answer.headers, line.host);
    else begin(answer, line.host);
    return line;
  }

  function goOn(headers: Headers, host: string): void {
    const { same, start, ...rest } = restOf(headers, file);
    whole ||= !(same && start <= bytes);
    if (whole) throw new Fault(`${host} sent another part of the file than was asked for`);
    at = start;
    file = { ...file, ...rest };
  }

  function begin(answer: Response, host: string): void {
    whole ||= answer.status === 416;
    const version = versionOf(answer, host);
    const same = version.mark !== undefined && version.mark === file.mark;
    if (bytes > 0 && !same) {
      const why = version.mark ? "the file has changed there" : "nothing tells whether the file there is the same";
      if (!restart) throw failure(video, new Fault(`${reason}. A stream cannot begin anew, and ${why}`));
      [bytes, changed] = [0, true];
    }
    at = 0;
    file = version;
  }

  function assertComplete({ host }: Line): undefined {
    const { total = at } = file;
    const isWhole = boxes.isWhole();
    const isCut = file.total === undefined && isWhole === false;
    if (at === 0 || at < bytes || at !== total || isCut)
      throw new Fault(`${host} ended after ${at} of ${isCut ? "more" : total} bytes`);
    // A video may be called by a wrong type; what is called a text and is no MP4 is one.
    if (isWhole === undefined && /^text|json|xml/i.test(file.type))
      throw new Fault(`${host} sent ${file.type}, no video`);
  }

  async function beforeNextTry(cause: unknown): Promise<void> {
    if (!(cause instanceof Fault || mayPass(cause)) || faults >= RETRIES) throw failure(video, cause, faults);
    reason = cause instanceof Error ? cause.message : "";
    const milliseconds = backoff(faults++, clock.random, cause instanceof Fault ? cause.facts.retryAfter : 0);
    logger?.debug("again", { operation: "download", bytes, milliseconds });
    await clock.pause(milliseconds, signal);
  }
}

/** The end of all tries. What is no matter of downloading passes through. */
function failure({ taskId, fileId, task }: Video, why: unknown, faults = 0): unknown {
  if (why instanceof DownloadError || !(why instanceof Fault || why instanceof MiniMaxError)) return why;
  const tries = faults > 0 ? ` (${faults + 1} tries in a row brought nothing)` : "";
  const message = `The video of task ${taskId} was not downloaded: ${why.message}${tries}. It is still there: try again`;
  const { cause, status } = why instanceof Fault ? why.facts : { cause: why, status: undefined };
  return new DownloadError(message, { taskId, fileId, task, cause, status });
}

/** All of it in memory. */
export async function blobOf(video: Video, options?: DownloadOptions): Promise<Blob> {
  assertOptions("video.blob", options, DOWNLOAD_OPTIONS);
  let parts: Bytes[] = [];
  const restart = () => {
    parts = [];
  };
  const chunks = video.chunks({ ...options, restart });
  for (;;) {
    const { done, value } = await chunks.next();
    // octet-stream says nothing, and a page shows a blob by its type.
    if (done) return new Blob(parts, { type: value && !value.endsWith("/octet-stream") ? value : "video/mp4" });
    parts.push(value);
  }
}
