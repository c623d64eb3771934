import { constants, createReadStream, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { invalid, MiniMaxError, ValidationError } from "../base/errors.js";
import type { LocalFile } from "../files/upload-file.js";
import { readLater } from "../media/byte-reader.js";
import type { Kind } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";
import { adviceOn, mediaFrom } from "../media/media-from-bytes.js";

/** Bytes per read. A multiple of three, so that base64 needs no copy between chunks. */
const CHUNK = 3 * 16 * 1024;

/**
 * Opens an image on disk for a field of a request. Reads only the header now, and reads and encodes the rest while it is sent, so
 * that 20 MB are never held in memory. The file must not change until then.
 * @throws {ValidationError} if it is not a JPEG, PNG, WebP, HEIC or HEIF; {MiniMaxError} if it cannot be read.
 * @function
 */
export const imageFile = mediaFileOf("image");

/**
 * Opens a video on disk, like `imageFile`. Reads only its description now, at the beginning or end of the file.
 * @throws {ValidationError} if it is not a complete MP4 or MOV; {MiniMaxError} if it cannot be read.
 * @function
 */
export const videoFile = mediaFileOf("video");

/**
 * Opens a sound on disk, like `imageFile`.
 * @throws {ValidationError} if it is not a WAV or MP3; {MiniMaxError} if it cannot be read.
 * @function
 */
export const audioFile = mediaFileOf("audio");

/**
 * Opens any file on disk for `files.upload`. It keeps its name, and is read while it is sent. It must not change until then.
 * @throws {MiniMaxError} if it cannot be read.
 */
export async function localFile(path: string | URL): Promise<LocalFile> {
  const about = await headerOrFail(path, undefined);
  const name = basename(path instanceof URL ? fileURLToPath(path) : path);
  return { name, ...about, open: () => fileChunks(path, about.size) };
}

function mediaFileOf<Wanted extends Kind>(kind: Wanted) {
  return async (path: string | URL) => {
    const file = await headerOrFail(path, kind);
    const [all, open] = [() => wholeOf(path, file.size), () => fileChunks(path, file.size)];
    try {
      return mediaFrom(kind, file, all, open);
    } catch (cause) {
      if (!(cause instanceof ValidationError)) throw cause;
      throw new ValidationError(`${path} cannot be sent`, cause.issues, { cause });
    }
  };
}

/** Why a file cannot be read, by error code. */
export const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a folder",
  EACCES: "reading it is not permitted",
  EPERM: "reading it is not permitted",
  ENAMETOOLONG: "the name is too long",
  ESPIPE: "it is not a regular file",
};

/** @throws {ValidationError} if the path is invalid; {MiniMaxError} if the file cannot be read. */
async function headerOrFail(path: string | URL, kind: Kind | undefined): ReturnType<typeof headerOf> {
  const unread = `Cannot read the ${kind ?? "file"}`;
  if (typeof path === "string" && /^(https?|data|mm_file):/i.test(path))
    throw invalid(unread, "path", `is a link and not a file: use ${kind ?? "image"}()`);
  if (typeof path !== "string" && !(path instanceof URL))
    throw invalid(unread, "path", adviceOn(path, kind) ?? "must be a string or a file: URL");
  return headerOf(path).catch((cause) => {
    const why = UNREADABLE[cause.code] ?? cause.code ?? cause.message;
    throw new MiniMaxError(`${unread} ${String(path).slice(0, 1000)}: ${why}`, { cause });
  });
}

async function headerOf(path: string | URL) {
  // A pipe would block a thread until another process opens it too.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    const { size } = stats;
    if (!stats.isFile() && !stats.isDirectory())
      throw Object.assign(new Error("a device or a pipe"), { code: "ESPIPE" });
    const facts = await readLater(factsIn(size), async ({ from, to }) => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(to - from), 0, null, from);
      return buffer.subarray(0, bytesRead);
    });
    return { facts, size };
  } finally {
    await file.close();
  }
}

/** @throws {MiniMaxError} if the size of the file has changed. */
function wholeOf(path: string | URL, size: number): Uint8Array {
  const bytes = readFileSync(path);
  if (bytes.length !== size) throw changed(path);
  return bytes;
}

/** @throws {MiniMaxError} if the size of the file has changed since the length of the body was sent. */
async function* fileChunks(path: string | URL, size: number): AsyncGenerator<Uint8Array, void> {
  let left = size;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
    left -= chunk.length;
    if (left < 0) throw changed(path);
    yield chunk;
  }
  if (left > 0) throw changed(path);
}

function changed(path: string | URL): MiniMaxError {
  return new MiniMaxError(`${path} changed while it was being sent`);
}
