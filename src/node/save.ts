import { resolve } from "node:path";
import { keepSources } from "../base/abort-signals.js";
import { DownloadError } from "../base/errors.js";
import { assertOptions } from "../base/options.js";
import type { DownloadOptions, Video } from "../base/task.js";
import { DOWNLOAD_OPTIONS } from "../download/download.js";
import { type PartialFile, partialFile } from "./partial-file.js";

/** How to fetch what is saved; an abort leaves nothing half. */
export interface SaveOptions extends DownloadOptions {}

/**
 * Saves a finished video: written beside `path` and renamed when whole, so that `path` never holds half of it, also after a
 * power cut. A cut connection is taken up where it broke, an expired link asked for anew. Folders are made.
 * @throws {DownloadError} when the bytes cannot be had or written. The video is still there: call it again.
 */
export async function saveVideo(
  video: Video,
  path: string,
  options: SaveOptions = {},
): Promise<{ path: string; bytes: number }> {
  assertOptions("saveVideo", options, DOWNLOAD_OPTIONS);
  const { signal } = options;
  signal?.throwIfAborted();
  // The disk comes first; nobody listens to the signal before that has answered.
  if (signal) keepSources(signal);
  const onDisk: OnDisk = (step) =>
    step.catch((cause) => {
      throw failure(video, path, cause);
    });
  const file = await onDisk(partialFile(path));
  let bytes: number;
  try {
    bytes = await fill(file, video, onDisk, options);
    await onDisk(file.finish());
  } finally {
    await file.discard();
  }
  await video.saved(resolve(path));
  return { path, bytes };
}

/** Tells a fault of the disk from all others. */
type OnDisk = <T>(step: Promise<T>) => Promise<T>;

async function fill(file: PartialFile, video: Video, onDisk: OnDisk, options: SaveOptions): Promise<number> {
  let now: { bytes: number; total?: number } = { bytes: 0 };
  let room = 0;
  const chunks = video.chunks({
    ...options,
    restart: () => onDisk(file.restart()),
    onProgress(progress) {
      now = progress;
      options.onProgress?.(progress);
    },
  });
  for await (const chunk of chunks) {
    const { total = 0 } = now;
    if (total > room) await onDisk(file.assertRoom(total));
    room = total;
    await onDisk(file.write(chunk));
    clutter(chunk.length);
  }
  return now.bytes;
}

const heap: { clutter?: unknown[] } = {};

/**
 * HACK: V8 frees the pieces when it clears away young objects: when those fill their space, or when 32 MB of bytes have
 * gathered outside of it. Garbage of half their size has it done three times as often, at no cost that could be measured:
 * 200 MB take 25 MB of memory instead of 35, and 35 instead of 45 in the worst of eighteen runs. May go with a runtime
 * that frees what was read.
 */
function clutter(bytes: number): void {
  heap.clutter = new Array(Math.min(4096, bytes >> 4));
}

/** What happened, and what to do, by the word of the system. */
const WORDS: Record<string, [what: string, advice: string]> = {
  ENOSPC: ["the disk is full", "Make room"],
  EDQUOT: ["the quota of this disk is used up", "Make room"],
  EACCES: ["writing there is not permitted", "Change the permissions, or save it elsewhere"],
  EPERM: ["writing there is not permitted", "Change the permissions, or save it elsewhere"],
  EROFS: ["the file system is read-only", "Save it elsewhere"],
  EISDIR: ["that is the path of a folder", "Give the path of a file"],
  EINVAL: ["that is no place for a file", "Save it elsewhere"],
  ENOTDIR: ["a file stands where the path needs a folder", "Save it elsewhere"],
  EEXIST: ["a file stands where the path needs a folder", "Save it elsewhere"],
  ENAMETOOLONG: ["the name is too long", "Give it a shorter one"],
  EMFILE: ["this process has too many files open", "Save fewer at once, or raise the limit (ulimit -n)"],
  ENFILE: ["the system has too many files open", "Save it later"],
  EFBIG: ["files of this size are not allowed there", "Save it elsewhere, or raise the limit (ulimit -f)"],
  EBUSY: ["another program is using the file", "Close it there"],
  EIO: ["the disk reports a fault", "Save it on another disk"],
};

/** Why something was not saved, and what to do about it. */
export function wordsOn(path: string, cause: Error & { code?: string | undefined }): string {
  const [what, advice] = WORDS[cause.code ?? ""] ?? ["it cannot be written", "Save it elsewhere"];
  return `was not saved to ${path}: ${what} (${cause.message}). ${advice}`;
}

function failure({ taskId, fileId, task }: Video, path: string, cause: NodeJS.ErrnoException): DownloadError {
  const message = `The video of task ${taskId} ${wordsOn(path, cause)}; the video is still there`;
  return new DownloadError(message, { taskId, fileId, task, cause });
}
