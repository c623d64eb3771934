import { backoff } from "../base/clock.js";
import { MiniMaxError } from "../base/errors.js";
import { aFunction, assertOptions, aText, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import type { FileObject, UploadFileReq } from "../generated/minimax.js";
import { otherShape, successOf } from "../http/parse-response.js";
import { type Again, certainlyNotSent, clearlyRefused, isRateLimit, repeated } from "../http/retry.js";
import type { Call } from "../http/transport.js";
import type { Engine } from "../tasks/engine.js";
import { assertNone, PURPOSE_OPTIONS, uploadIssues } from "./file-issues.js";
import { formOf, type Progress } from "./multipart-form.js";
import { openOutcome } from "./outcome.js";
import { type Looked, lookedAt, type UploadSource } from "./upload-source.js";

export interface UploadOptions extends CallOptions {
  /** What the file is for: `video_generation_input` for images, videos and sounds of version 2. */
  purpose: UploadFileReq["purpose"];
  /** Default: the name of the File or path that it comes from, else its kind. */
  filename?: string | undefined;
  /** Called as bytes are handed to the connection; falls back when the file is sent again. Not in browsers, where fetch does not tell. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A file as the service keeps it. */
export type UploadedFile = FileObject & {
  /** What stands for it in a request of version 2: `mm_file://` and its id. Only uploads for `video_generation_input` are taken there. */
  readonly uri: string;
};

const UPLOAD_OPTIONS: Rules<UploadOptions> = {
  ...PURPOSE_OPTIONS,
  filename: aText,
  onProgress: aFunction,
};

const OPERATION = "uploadFile";
/** The default of `timeout` is for so many bytes; for a larger file it is as much longer. */
const BYTES_IN_TIME = 20 * 1024 * 1024;

/** The only way to send a file, see `Files.upload`. */
export async function uploadFile(engine: Engine, source: UploadSource, options: UploadOptions): Promise<UploadedFile> {
  assertOptions("files.upload", options, UPLOAD_OPTIONS);
  const { purpose, filename, signal, onProgress }: Partial<UploadOptions> = options ?? {};
  const file = await lookedAt(source);
  const issues = uploadIssues(file, purpose);
  assertNone("This file was not sent:", issues, engine.server, OPERATION);
  for (const { path, message } of issues) engine.logger?.debug("advice", { operation: OPERATION, path, message });
  // What is none was refused.
  const known = file as Looked;
  // An unknown purpose was refused as well.
  const form = formOf(purpose as string, filename ?? known.name ?? nameOf(known), known, { onProgress });
  const call: Call = {
    operation: OPERATION,
    method: "POST",
    path: "/v1/files/upload",
    headers: { "content-type": form.type },
    body: form.body,
    once: true,
    signal,
    stretch: Math.max(1, known.size / BYTES_IN_TIME),
  };
  return repeated(engine, call, afterUpload(engine), async () => {
    try {
      return uploadedFrom(successOf(await engine.exchange(call), call, engine.server), call, engine);
    } catch (error) {
      if (!(error instanceof MiniMaxError)) throw error;
      if (form.fault) throw unread(form.fault.cause);
      if (isRateLimit(error) || certainlyNotSent(error) || clearlyRefused(error)) throw error;
      const words = `It is not known whether the file arrived: files.list({ purpose: "${purpose}" }) shows it. It was not sent again`;
      throw openOutcome(error, words);
    }
  });
}

/** Sent again only when it certainly was not taken: a second one would be kept beside the first. */
function afterUpload({ maxRetries, clock }: Engine): Again {
  return (error, attempt) => {
    if (attempt >= maxRetries) return undefined;
    if (isRateLimit(error)) return backoff(attempt, clock.random, error.retryAfter);
    return certainlyNotSent(error) ? backoff(attempt, clock.random) : undefined;
  };
}

function uploadedFrom({ file }: Record<string, unknown>, call: Call, { server }: Engine): UploadedFile {
  if (!isRecord(file) || typeof file.file_id !== "string" || !file.file_id) throw otherShape("file_id", call, server);
  // Checked as far as the client relies on it; the rest is the service's word.
  return { ...(file as FileObject), uri: `mm_file://${file.file_id}` };
}

function unread(cause: unknown): MiniMaxError {
  if (cause instanceof MiniMaxError) return cause;
  return new MiniMaxError("The file could not be read to its end, and was not kept", { cause });
}

/** "image.png". */
function nameOf({ facts }: Looked): string {
  return facts ? `${facts.kind}.${ENDINGS[facts.type]}` : "file";
}

const ENDINGS: Record<NonNullable<Looked["facts"]>["type"], string> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/heic": "heic",
  "image/heif": "heif",
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "audio/wav": "wav",
  "audio/mpeg": "mp3",
};
