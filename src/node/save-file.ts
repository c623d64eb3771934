import { resolve } from "node:path";
import { callUser, DownloadError, invalid, type ValidationError } from "../base/errors.js";
import { keepSources } from "../base/on-abort.js";
import { aBoolean, aFunction, assertOptions, type Rules } from "../base/options.js";
import { defined } from "../base/record.js";
import type { DownloadOptions, Video } from "../base/task.js";
import { DOWNLOAD_OPTIONS } from "../download/download.js";
import type { FileContent } from "../files/file-content.js";
import { adviceOn } from "../media/media-from-bytes.js";
import { TAKEN, writeChunks } from "./partial-file.js";

/** Options of `saveVideo`. An abort leaves no partial file. */
export interface SaveOptions extends DownloadOptions {
  /** Whether a file at the path may be replaced. If not, nor is one that appears during the download. Default true. */
  replace?: boolean | undefined;
}

/**
 * Saves a finished video. Writes it beside `path` and renames it when complete, so `path` never holds half a video, even after a
 * power cut. Resumes a broken connection, renews an expired link, and makes missing folders. Resolves with that `path` and the
 * `bytes` written.
 * @throws {ValidationError} if this is not a finished video; {DownloadError} if the bytes cannot be downloaded or written. The
 * video is still available: call this again.
 */
export async function saveVideo(
  video: Video,
  path: string,
  options: SaveOptions = {},
): Promise<{ path: string; bytes: number }> {
  const checked = assertOptions("saveVideo", options, { ...DOWNLOAD_OPTIONS, replace: aBoolean }, "saved");
  const { replace, ...downloading } = checked;
  if (typeof video?.chunks !== "function") throw notFinished(video);
  if (typeof path !== "string") throw invalid(UNSAVED, "path", "must be a string");
  const { signal } = downloading;
  if (signal?.aborted) throw signal.reason;
  // The file is opened first, and nothing listens to the signal until then.
  keepSources(signal);
  const { taskId, fileId, task } = video;
  // The current folder may change during the download.
  const place = resolve(path);
  const fail = (cause: Error): never => {
    const message = `The video of task ${taskId} ${wordsOn(path, cause)}; the video is still available`;
    throw new DownloadError(message, { taskId, fileId, task, cause });
  };
  const bytes = await writeChunks(path, (restart) => video.chunks({ ...downloading, restart }), fail, replace);
  await video.saved(place);
  return { path, bytes };
}

/** Makes a file name from an id. The id comes from the service, which must not choose the folder, and may be long. */
export function fileNameFrom(id: string): string {
  return id.replace(/[^\w-]/g, "_").slice(0, 100);
}

const UNSAVED = "This video was not saved";

/** Explains what to pass instead of a task, a promise, or anything else that is not a video. */
function notFinished(given: unknown): ValidationError {
  const isTask = typeof Object(given).wait === "function";
  const advice = isTask ? "is a task: pass the result of its wait()" : adviceOn(given, undefined);
  return invalid(UNSAVED, "video", advice ?? "must be the result of generate() or task.wait()");
}

/** Options of `saveFile`. */
export interface FileSaveOptions {
  /** Called as bytes arrive. `total` is absent if the service does not say. */
  onProgress?: ((progress: { bytes: number; total?: number }) => void) | undefined;
  /** As for `saveVideo`. */
  replace?: boolean | undefined;
}

const SAVE_OPTIONS: Rules<FileSaveOptions> = { onProgress: aFunction, replace: aBoolean };

/**
 * Saves the result of `files.content`. Writes it beside `path` and renames it when complete, so `path` never holds half a file.
 * Makes missing folders. Resolves with that `path` and the `bytes` written. The `signal` of `files.content` also ends the saving,
 * which leaves no partial file.
 * @throws {DownloadError} if the bytes cannot be written; {ConnectionError} if the stream breaks off.
 */
export async function saveFile(
  { stream, size }: Pick<FileContent, "stream" | "size">,
  path: string,
  options: FileSaveOptions = {},
): Promise<{ path: string; bytes: number }> {
  const { onProgress, replace } = assertOptions("saveFile", options, SAVE_OPTIONS, "saved");
  const fail = (cause: Error): never => {
    throw new DownloadError(`The file ${wordsOn(path, cause)}; it is still available`, { cause });
  };
  async function* chunks() {
    let bytes = 0;
    for await (const chunk of stream) {
      yield chunk;
      bytes += chunk.length;
      if (onProgress) callUser("onProgress", () => onProgress(defined({ bytes, total: size })), {});
    }
  }
  try {
    return { path, bytes: await writeChunks(path, chunks, fail, replace) };
  } finally {
    // If the disk failed, the rest is not read.
    await stream.cancel().catch(() => {});
  }
}

/** What happened and what to do, by error code. */
const WORDS: Record<string, [what: string, advice: string]> = {
  ENOSPC: ["the disk is full", "Make room"],
  EDQUOT: ["the quota of this disk is used up", "Make room"],
  EACCES: ["writing there is not permitted", "Change the permissions, or save it elsewhere"],
  EPERM: ["writing there is not permitted", "Change the permissions, or save it elsewhere"],
  EROFS: ["the file system is read-only", "Save it elsewhere"],
  ENOENT: ["its folder is gone, or cannot be made", "Save it again, or elsewhere"],
  EISDIR: ["the path is a folder", "Use the path of a file"],
  EINVAL: ["a file cannot be saved there", "Save it elsewhere"],
  ENOTDIR: ["a part of the path is a file, not a folder", "Save it elsewhere"],
  EEXIST: ["a part of the path is a file, not a folder", "Save it elsewhere"],
  [TAKEN]: ["another file is there", "Save it elsewhere"],
  ENAMETOOLONG: ["the name is too long", "Use a shorter one"],
  EMFILE: ["this process has too many files open", "Save fewer at once, or raise the limit (ulimit -n)"],
  ENFILE: ["the system has too many files open", "Save it later"],
  EFBIG: ["files of this size are not allowed there", "Save it elsewhere, or raise the limit (ulimit -f)"],
  EBUSY: ["another program is using the file", "Close it there"],
  EIO: ["the disk reports an error", "Save it on another disk"],
};

/** Why something was not saved, and what to do about it. */
export function wordsOn(path: string, cause: Error & { code?: string | undefined }): string {
  const [what, advice] = WORDS[cause.code ?? ""] ?? ["it cannot be written", "Save it elsewhere"];
  return `was not saved to ${path}: ${what} (${cause.message}). ${advice}`;
}
