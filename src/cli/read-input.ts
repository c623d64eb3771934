import { isUtf8 } from "node:buffer";
import { constants, openSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { ValidationError } from "../base/errors.js";
import type { AudioMedia, ImageMedia, VideoMedia } from "../media/media.js";
import { audioFile, imageFile, videoFile } from "../node/index.js";
import { UNREADABLE } from "../node/media-files.js";
import { Interrupted, type Io, UsageError } from "./process.js";

type Input = Pick<Io, "stdin" | "signal">;

const isStdin = (path: string) => path === "-" || path === "/dev/stdin";

/** Reads JSON from a file, or from stdin for "-". @throws {UsageError} which never quotes it, because it may contain a prompt */
export async function readJson(path: string, io: Input, name = path): Promise<unknown> {
  return parseJson(await readText(path, io, name), isStdin(path) ? "stdin" : name);
}

/** Reads a text, from a file or from stdin for "-". @throws {UsageError} if it cannot be read, or is not UTF-8 */
export async function readText(path: string, io: Input, name = path): Promise<string> {
  const bytes = await bytesOf(path, io).catch((cause) => {
    if (cause instanceof Interrupted) throw cause;
    throw new UsageError(`${name} cannot be read: ${UNREADABLE[cause.code] ?? cause.code ?? cause.message}`, { cause });
  });
  // Other bytes would be paid for as garbage.
  if (!isUtf8(bytes)) throw new UsageError(`${isStdin(path) ? "stdin" : name} is not UTF-8: save it in that encoding`);
  // Drops a byte order mark.
  return new TextDecoder().decode(bytes);
}

/** @throws {UsageError} with the line of the mistake. */
export function parseJson(text: string, name: string): unknown {
  if (!text.trim()) throw new UsageError(`${name} is empty`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const [, at] = /position (\d+)/.exec(String(error)) ?? [];
    const line = at && text.trim().includes("\n") ? ` (line ${text.slice(0, Number(at)).split("\n").length})` : "";
    throw new UsageError(`${name} is not valid JSON${line}`);
  }
}

/** Reads a file. Reads stdin or a pipe until Ctrl-C, because it may never end. */
async function bytesOf(path: string, { stdin, signal }: Input): Promise<Uint8Array> {
  if (!isStdin(path) && !(await stat(path)).isFIFO()) return readFile(path);
  // Opened as a file, a pipe without a writer would block a thread, and then no signal could end the process.
  const open = () => new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), signal });
  // Listens before the socket does, which would end with another error.
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Interrupted("Stopped. Nothing was sent.")), { once: true });
  });
  return Promise.race([buffer(isStdin(path) ? stdin : open()), stopped]);
}

// Longer than any path. Otherwise an error message would repeat base64 that lacks its "data:".
const LONGEST_PATH = 1024;

export interface Reference {
  kind: keyof typeof OPENERS;
  file: ImageMedia | VideoMedia | AudioMedia | string;
}

const OPENERS = { image: imageFile, video: videoFile, audio: audioFile };

/** Reads a reference. A prefix ("video:mm_file://1"), the type of a data URL or the file extension says what it is. */
export async function referenceFrom(typed: string): Promise<Reference> {
  const [, said, rest] = /^(image|video|audio):(.*)$/is.exec(typed) ?? [];
  const value = rest ?? typed;
  // The pattern names the same kinds.
  const kind = (said?.toLowerCase() as Reference["kind"] | undefined) ?? referenceKind(value);
  if (!kind)
    throw new UsageError(
      "--reference needs to know what an upload is: write image:mm_file://…, video:mm_file://… or audio:mm_file://…",
    );
  return { kind, file: await fileFrom<ImageMedia | VideoMedia | AudioMedia>("reference", value, OPENERS[kind]) };
}

function referenceKind(value: string): Reference["kind"] | undefined {
  if (/^mm_file:/i.test(value)) return undefined;
  const path = /^https?:/i.test(value) && URL.canParse(value) ? new URL(value).pathname : value;
  if (/^data:video\/|^(?!data:).*\.(mp4|mov)$/i.test(path)) return "video";
  return /^data:audio\/|^(?!data:).*\.(wav|mp3)$/i.test(path) ? "audio" : "image";
}

/**
 * Media for a request field. A URL, data URL or upload is passed on; a local file is opened.
 * @throws {UsageError} for anything else; {ValidationError} if the service does not accept the file.
 */
export async function fileFrom<T>(
  option: string,
  value: string,
  open: (path: string) => Promise<T>,
): Promise<T | string> {
  if (/^(https?|data|mm_file):/i.test(value)) return value;
  if (/^[a-z][\w+.-]+:\/\//i.test(value) || value.length > LONGEST_PATH)
    throw new UsageError(`--${option} takes a file, an http(s) URL, a data URL or the mm_file:// URL of an upload`);
  return open(value).catch((cause) => {
    throw cause instanceof ValidationError ? cause : new UsageError(cause.message, { cause });
  });
}
