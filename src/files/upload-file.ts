import { type Issue, refusal } from "../base/check-result.js";
import { runtime } from "../base/environment.js";
import { ApiError, ConnectionError, callUser, MiniMaxError, sentence } from "../base/errors.js";
import { aFunction, assertOptions, aText, type Rules } from "../base/options.js";
import { idFrom, isRecord } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import { formatOf, uploadFaults } from "../check/media-limits.js";
import type { FileObject, UploadFileReq } from "../generated/minimax.js";
import { missingField, successOf } from "../http/parse-response.js";
import { certainlyNotDone, certainlyNotSent, isRateLimit, type RetryDelay, readDelay, retry } from "../http/retry.js";
import type { Call, HttpContext } from "../http/transport.js";
import { type Content, streamed } from "../media/json-body.js";
import { isMedia, type Media, type MediaFacts } from "../media/media.js";
import { factsOf } from "../media/media-facts.js";
import { assertFileCall, PURPOSE_OPTIONS, schemaIssues } from "./file-issues.js";

/** A file that is read while it is sent. `localFile` of `minimax-video/node` makes one from a path. */
export interface LocalFile {
  /** The name of the file, without its folders. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The facts in its header, if it is an image, a video or a sound. */
  readonly facts: MediaFacts | undefined;
  /** Returns all bytes, from the start at each call. A chunk is valid until the next one. */
  open(): Uint8Array | AsyncIterable<Uint8Array>;
}

/** What can be uploaded. Links cannot, because neither the service nor this library fetches them. */
export type UploadSource = Uint8Array | ArrayBuffer | Blob | Media | LocalFile;

/** How much of a file has been uploaded. */
export interface UploadProgress {
  /** Bytes of the file that have been handed to the connection. */
  bytes: number;
  /** Bytes of the whole file. */
  total: number;
}

/** Options of `Files.upload`. */
export interface UploadOptions extends CallOptions {
  /** What the file is for: `video_generation_input` for images, videos and sounds of API v2. */
  purpose: UploadFileReq["purpose"];
  /** The name to store it under. Default: the name of the File or path, else its kind and extension. */
  filename?: string | undefined;
  /** Called as bytes are handed to the connection. `bytes` decreases if the file is sent again. Never called in browsers. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
}

/** A file that the service stores. */
export type UploadedFile = FileObject & {
  /** `mm_file://` and the id, by which requests of API v2 refer to the file. Only for the purpose `video_generation_input`. */
  readonly uri: string;
};

const UPLOAD_OPTIONS: Rules<UploadOptions> = { ...PURPOSE_OPTIONS, filename: aText, onProgress: aFunction };

/** The default `timeout` is meant for this many bytes. A larger file gets proportionally more time. */
const BYTES_PER_TIMEOUT = 20 * 1024 * 1024;

/** Sends a file: the only code that does (see `Files.upload`). */
export async function uploadFile(context: HttpContext, source: UploadSource, options: UploadOptions) {
  const { purpose, filename, signal, onProgress } = assertOptions("files.upload", options, UPLOAD_OPTIONS);
  const { server, logger, transport } = context;
  const operation = "uploadFile";
  const looked = await uploadFileFrom(source);
  const issues = uploadIssues(looked, purpose);
  assertFileCall("This file was not sent:", issues, server, operation);
  for (const { path, message } of issues) logger?.debug("advice", { operation, path, message });
  // A missing file and an unknown purpose have already been refused.
  const file = looked as UploadFile;
  const ownName = file.facts ? `${file.facts.kind}.${formatOf(file.facts.type)}` : "file";
  const form = formOf(purpose as string, filename ?? file.name ?? ownName, file, onProgress);
  const call: Call = {
    operation,
    method: "POST",
    path: "/v1/files/upload",
    headers: { "content-type": form.type },
    body: form.body,
    once: true,
    signal,
    stretch: Math.max(1, file.size / BYTES_PER_TIMEOUT),
  };
  // Not sent again if the service may have accepted it, because it might then store the file twice.
  const delay: RetryDelay = (error, attempt) =>
    isRateLimit(error) || certainlyNotSent(error) ? readDelay(context)(error, attempt) : undefined;
  return retry(context, call, delay, async () => {
    try {
      const { file: stored } = successOf(await transport(call), call, server);
      if (!isRecord(stored) || idFrom(stored.file_id) === undefined) throw missingField("file_id", call, server);
      // Checks only what the client relies on. Passes on the other fields.
      return { ...(stored as FileObject), uri: `mm_file://${stored.file_id}` } satisfies UploadedFile;
    } catch (error) {
      if (!(error instanceof MiniMaxError) || certainlyNotDone(error)) throw error;
      const advice = `The file may or may not have arrived: files.list({ purpose: "${purpose}" }) shows it. It was not sent again`;
      throw withAdvice(error, advice);
    }
  });
}

/** Copies an error and adds advice to its message. The original becomes the `cause`. */
export function withAdvice(error: MiniMaxError, advice: string): MiniMaxError {
  const message = `${sentence(error.message)} ${advice}`;
  // The own properties of an error are its facts.
  if (error instanceof ApiError) return new ApiError(message, { ...error, cause: error });
  return error instanceof ConnectionError ? new ConnectionError(message, { ...error, cause: error }) : error;
}

/** Finds everything wrong with an upload before it is sent. */
function uploadIssues(file: UploadFile | undefined, purpose: unknown): Issue[] {
  const issues = schemaIssues("UploadFileReq", { purpose, file: "" });
  const forms = "must be bytes, a Blob, or a file from image, video, audio or localFile";
  if (!file) return [...issues, refusal("file", "fileType", forms)];
  if (file.size === 0) return [...issues, refusal("file", "fileEmpty", "must not be empty")];
  // The limits of the vendor's other products are unknown here.
  const faults = purpose === "video_generation_input" ? uploadFaults(file) : [];
  return [...issues, ...faults.map((fault) => ({ path: "file", ...fault }))];
}

/** What is known about a file to upload before it is sent. */
interface UploadFile extends Pick<LocalFile, "size" | "facts"> {
  readonly name?: string | undefined;
  /** Returns all bytes, from the start at each call; a Blob if the source is one. */
  open(): Blob | Uint8Array | AsyncIterable<Uint8Array>;
}

/** Reads only the header of a source. Returns undefined if the source cannot be uploaded. */
async function uploadFileFrom(source: unknown): Promise<UploadFile | undefined> {
  if (isMedia(source)) return fromMedia(source);
  const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  if (!(bytes instanceof Uint8Array || bytes instanceof Blob)) return undefined;
  const name = bytes instanceof Blob && "name" in bytes && typeof bytes.name === "string" ? bytes.name : undefined;
  try {
    return { ...(await factsOf(bytes)), name, open: () => bytes };
  } catch (cause) {
    throw new MiniMaxError("The file could not be read, and nothing was sent", { cause });
  }
}

/** A file of `localFile` has `facts`. Images, videos and sounds are their own facts. */
function fromMedia(source: Media | LocalFile): UploadFile {
  const { name, facts } = "facts" in source ? source : { name: undefined, facts: source };
  return { size: source.size, name, facts, open: () => source.open() };
}

/** Makes a form that is read while it is sent. FormData accepts only Blobs, and `fetch` takes seconds to encode large ones. */
function formOf(purpose: string, filename: string, file: UploadFile, onProgress?: (now: UploadProgress) => void) {
  // The file cannot contain this boundary, because it is new for each call.
  const boundary = `form-${[Math.random(), Math.random()].map((number) => number.toString(36).slice(2)).join("-")}`;
  const part = (about: string) => `--${boundary}\r\nContent-Disposition: form-data; ${about}\r\n`;
  // As browsers and fetch do.
  const name = filename.replace(/["\r\n]/g, encodeURIComponent);
  const type = file.facts?.type ?? "application/octet-stream";
  const before = `${part('name="purpose"')}\r\n${purpose}\r\n${part(`name="file"; filename="${name}"`)}Content-Type: ${type}\r\n\r\n`;
  const head = new TextEncoder().encode(before);
  const tail = new TextEncoder().encode(`\r\n--${boundary}--\r\n`);

  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield head;
    let bytes = 0;
    for await (const chunk of chunksOf(file.open())) {
      yield chunk;
      bytes += chunk.length;
      if (onProgress) callUser("onProgress", () => onProgress({ bytes, total: file.size }), {});
    }
    yield tail;
  }

  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body(): Content {
      const content = file.open();
      // Browsers accept a stream only over HTTP/2, if at all, and workers only without a length.
      if (runtime() === "other" && (content instanceof Blob || content instanceof Uint8Array))
        // The bytes are not in memory that is shared with another thread.
        return { content: new Blob([head, content as Blob | Uint8Array<ArrayBuffer>, tail]) };
      return streamed(chunks(), head.length + file.size + tail.length);
    },
  };
}

/** Bytes, few enough to show progress. */
const STEP = 256 * 1024;

async function* chunksOf(content: ReturnType<UploadFile["open"]>): AsyncGenerator<Uint8Array, void> {
  if (Symbol.asyncIterator in content) {
    // A chunk is valid only until the next one, and fetch may take longer.
    for await (const chunk of content) yield chunk.slice();
    return;
  }
  const size = content instanceof Blob ? content.size : content.length;
  for (let at = 0; at < size; at += STEP) {
    const part = content.slice(at, at + STEP);
    yield part instanceof Blob ? new Uint8Array(await part.arrayBuffer()) : part;
  }
}
