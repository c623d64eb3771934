import { ApiError, ConnectionError, MiniMaxError, sentence } from "../base/errors.js";
import { aFunction, assertOptions, aText, type Rules } from "../base/options.js";
import { idFrom, isRecord } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import { formatOf } from "../check/media-limits.js";
import type { FileObject, UploadFileReq } from "../generated/minimax.js";
import { missingField, successOf } from "../http/parse-response.js";
import { certainlyNotDone, certainlyNotSent, isRateLimit, type RetryDelay, readDelay, retry } from "../http/retry.js";
import type { Call, HttpContext } from "../http/transport.js";
import { assertFileCall, PURPOSE_OPTIONS, uploadIssues } from "./file-issues.js";
import { formOf, type UploadFile, type UploadProgress, type UploadSource, uploadFileFrom } from "./upload-form.js";

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
