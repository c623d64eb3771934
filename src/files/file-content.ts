import { inTime, LateError } from "../base/deadline.js";
import { ConnectionError } from "../base/errors.js";
import { aDuration, aPositiveNumber, aSignal, assertOptions, type Rules } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import { streamFromGenerator } from "../base/stream-from-generator.js";
import type { CallOptions } from "../base/task.js";
import { type BodyReader, type Bytes, bodyReader, LARGEST_FILE } from "../http/body-reader.js";
import { brokenConnection } from "../http/network-errors.js";
import { missingField, successOf } from "../http/parse-response.js";
import { jsonFrom } from "../http/reply-shapes.js";
import { readDelay, retry } from "../http/retry.js";
import type { Call, HttpContext } from "../http/transport.js";
import { followBoxes } from "../media/iso-boxes.js";
import { assertFileCall, fileIdIssues } from "./file-issues.js";

/** Options of `Files.content`: how the bytes of a file are fetched, and when that fails. */
export interface ContentOptions extends CallOptions {
  /** Milliseconds without a byte after which the connection counts as broken. Default 30,000. */
  idleTimeout?: number | undefined;
  /** Bytes after which the stream errors, because no file of this service is that large. Default 1 GiB. */
  maxBytes?: number | undefined;
}

/** The content of a file that is arriving. */
export interface FileContent {
  /** The type that the service names; "application/octet-stream" may mean anything. */
  readonly type: string;
  /** Bytes, if the service names a length. */
  readonly size?: number;
  /**
   * The bytes. Read or cancel this stream, once: `new Response(content.stream).blob()`. The caller's `signal` ends it as well. It
   * errors with a ConnectionError if the bytes do not arrive completely.
   */
  readonly stream: ReadableStream<Bytes>;
}

const CONTENT_OPTIONS: Rules<ContentOptions> = { signal: aSignal, idleTimeout: aDuration, maxBytes: aPositiveNumber };

/** Fetches the bytes of a file, see `Files.content`. */
export async function fileContent(context: HttpContext, id: string, options?: ContentOptions): Promise<FileContent> {
  const { signal, ...limits } = assertOptions("files.content", options, CONTENT_OPTIONS);
  const operation = "retrieveFileContent";
  assertFileCall("The file was not requested:", fileIdIssues(id), context.server, operation);
  const call: Call = {
    operation,
    method: "GET",
    path: `/v1/files/retrieve_content?file_id=${encodeURIComponent(id)}`,
    about: { fileId: id },
    // The length of compressed content is not that of the file.
    headers: { "accept-encoding": "identity" },
    signal,
    streamed: true,
  };
  return retry(context, call, readDelay(context), () => openContent(context, call, limits));
}

async function openContent(context: HttpContext, call: Call, limits: ContentOptions): Promise<FileContent> {
  const { transport, server } = context;
  const { idleTimeout = 30_000, maxBytes = LARGEST_FILE } = limits;
  const { operation, about, signal } = call;
  const reply = await transport(call);
  const body = bodyReader(reply.body, idleTimeout, signal);
  const type = reply.headers.get("content-type") ?? "";
  const length = reply.headers.has("content-encoding") ? null : reply.headers.get("content-length");
  const size = length === null ? undefined : Number(length);

  function broken(words: string, cause?: unknown): ConnectionError {
    body.cancel();
    const message = `${operation}: ${server.baseUrl} ${words}; request the file again`;
    return new ConnectionError(message, { sent: "maybe", operation, server: server.baseUrl, ...about, cause });
  }

  function fail(error: unknown): never {
    if (signal?.aborted) throw error;
    throw error instanceof LateError ? broken(error.message) : broken(brokenConnection(error), error);
  }

  async function* whole(): AsyncGenerator<Bytes, void> {
    const boxes = followBoxes();
    let bytes = 0;
    for (let chunk = await body.read().catch(fail); chunk; chunk = await body.read().catch(fail)) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw broken(`sent more than ${maxBytes} bytes (maxBytes)`);
      boxes.add(chunk);
      yield chunk;
    }
    if (size === undefined ? boxes.isWhole() === false : bytes !== size)
      throw broken(`ended early, after ${bytes}${size === undefined ? "" : ` of ${size}`} bytes`);
  }

  // A refusal that trickles in would never exceed the idle time.
  const begin = () => refusalIn(body, type, reply.status);
  const refusal = await inTime(begin, idleTimeout, signal, "sent no complete reply within").catch(fail);
  if (refusal !== undefined) {
    body.cancel();
    successOf({ ...reply, text: refusal }, call, server);
    throw missingField("bytes", call, server);
  }
  const stream = streamFromGenerator(whole(), body.cancel);
  return { type: type || "application/octet-stream", ...defined({ size }), stream };
}

/** No refusal is longer. Anything longer with HTTP 200 is a file. */
const LONGEST_REFUSAL = 64 * 1024;

/** The text of a refusal, or undefined for a file. Refusals come with HTTP 200, and the vendor declares files as JSON. */
async function refusalIn(body: BodyReader, type: string, status: number): Promise<string | undefined> {
  const isError = status !== 200 || /^text\//i.test(type);
  const textOf = (head: Bytes) => new TextDecoder().decode(head);
  const isFile = (head: Bytes) =>
    head.length > LONGEST_REFUSAL || !(isError || /json/i.test(type) || /^\s*(\{|$)/.test(textOf(head)));
  const head = await body.peek(isFile);
  const text = textOf(head);
  return isError || (!isFile(head) && isReplyOfApi(text, type)) ? text : undefined;
}

/** A file may be JSON too, but it lacks the fields that every reply of this API has. */
function isReplyOfApi(text: string, type: string): boolean {
  const json = jsonFrom(text);
  if (json === undefined) return text === "" || (/json/i.test(type) && /^\s*\{/.test(text));
  return isRecord(json) && ("base_resp" in json || json.type === "error");
}
