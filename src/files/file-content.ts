import { after } from "../base/clock.js";
import { ConnectionError, withFacts } from "../base/errors.js";
import { onAbort } from "../base/on-abort.js";
import { aDuration, aPositiveNumber, aSignal, assertOptions, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import { streamFromGenerator } from "../base/stream-from-generator.js";
import type { CallOptions } from "../base/task.js";
import { type Bytes, idleTimeout, LARGEST_FILE } from "../http/idle-timeout.js";
import { codeIn } from "../http/network-errors.js";
import { missingField, successOf } from "../http/parse-response.js";
import { readDelay, retry } from "../http/retry.js";
import type { Call, HttpContext, Reply } from "../http/transport.js";
import { followBoxes } from "../media/iso-boxes.js";
import { assertFileCall, fileIdIssues } from "./file-issues.js";

export interface ContentOptions extends CallOptions {
  /** Milliseconds without a byte after which the connection counts as broken. Default 30,000. */
  idleTimeout?: number | undefined;
  /** Bytes after which the stream errors, because no file of this service is that large. Default 1 GiB. */
  maxBytes?: number | undefined;
}

/** The content of a file, while it arrives. */
export interface FileContent {
  /** The type that the service names; "application/octet-stream" says nothing. */
  readonly type: string;
  /** Bytes, if the service names a length. */
  readonly size?: number;
  /**
   * Read or cancel it, once: `new Response(content.stream).blob()`. The caller's `signal` ends it as well. It errors with a
   * ConnectionError if the bytes do not arrive completely.
   */
  readonly stream: ReadableStream<Bytes>;
}

const CONTENT_OPTIONS: Rules<ContentOptions> = { signal: aSignal, idleTimeout: aDuration, maxBytes: aPositiveNumber };

/** The bytes of a file, see `Files.content`. */
export async function fileContent(
  context: HttpContext,
  fileId: string,
  options: ContentOptions = {},
): Promise<FileContent> {
  const {
    signal,
    idleTimeout = 30_000,
    maxBytes = LARGEST_FILE,
  } = assertOptions("files.content", options, CONTENT_OPTIONS);
  const operation = "retrieveFileContent";
  assertFileCall("The file was not requested:", fileIdIssues(fileId ?? ""), context.server, operation);
  const call: Call = {
    operation,
    method: "GET",
    path: `/v1/files/retrieve_content?file_id=${fileId}`,
    // The length of compressed content says nothing.
    headers: { "accept-encoding": "identity" },
    signal,
    streamed: true,
  };
  try {
    return await retry(context, call, readDelay(context), () =>
      openContent(context, call, { fileId, milliseconds: idleTimeout, maxBytes }),
    );
  } catch (error) {
    throw withFacts(error, { fileId });
  }
}

type BrokenContent = (words: string, cause?: unknown) => ConnectionError;

async function openContent(
  { transport, server }: HttpContext,
  call: Call,
  { fileId, milliseconds, maxBytes }: { fileId: string; milliseconds: number; maxBytes: number },
): Promise<FileContent> {
  const reply = await transport(call);
  const broken: BrokenContent = (words, cause) => {
    const message = `${call.operation}: ${server.baseUrl} ${words}; request the file again`;
    const facts = { operation: call.operation, server: server.baseUrl, fileId, cause };
    return new ConnectionError(message, { sent: "maybe", ...facts });
  };
  const body = readerOf(reply, call.signal, milliseconds, broken);
  // A refusal that trickles in is never idle.
  const timer = after(milliseconds, () => body.end(broken(`sent no complete reply within ${milliseconds / 1000} s`)));
  try {
    const start = await beginningOf(reply, body, call, server);
    const length = reply.headers.get("content-length");
    const size = length === null || reply.headers.has("content-encoding") ? undefined : Number(length);
    return {
      type: reply.headers.get("content-type") || "application/octet-stream",
      ...(size === undefined ? {} : { size }),
      stream: streamFromGenerator(complete(start, body, { size, maxBytes }, broken), body.end),
    };
  } catch (error) {
    body.end();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface BodyReader {
  /** The next bytes; undefined at the end. */
  read(): Promise<Bytes | undefined>;
  end(reason?: unknown): void;
}

/** Reads a body that ends when its caller aborts, and fails if nothing arrives while somebody reads. */
function readerOf(
  reply: Reply,
  signal: AbortSignal | undefined,
  milliseconds: number,
  broken: BrokenContent,
): BodyReader {
  const reader = reply.body?.getReader();
  let off = () => {};
  const steps = idleTimeout(milliseconds, broken, (reason) => {
    off();
    reader?.cancel(reason).catch(() => {});
  });
  off = onAbort(signal, steps.end);
  return {
    end: steps.end,
    async read() {
      try {
        const value = (await steps.run(async () => reader?.read()))?.value;
        if (!value) off();
        return value;
      } catch (cause) {
        if (steps.ended) throw cause;
        off();
        const code = codeIn(cause);
        throw broken(`broke off${code ? ` (${code})` : ""}`, cause);
      }
    },
  };
}

/** What has been read and what follows. It fails if the end comes too early. */
async function* complete(
  start: Bytes[],
  body: BodyReader,
  { size, maxBytes }: { size: number | undefined; maxBytes: number },
  broken: BrokenContent,
): AsyncGenerator<Bytes, void> {
  const boxes = followBoxes();
  let bytes = 0;
  for (let chunk = start.shift() ?? (await body.read()); chunk; chunk = start.shift() ?? (await body.read())) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      body.end();
      throw broken(`sent more than ${maxBytes} bytes (maxBytes)`);
    }
    boxes.add(chunk);
    yield chunk;
  }
  const isCut = size === undefined && boxes.isWhole() === false;
  if (isCut || (size !== undefined && bytes !== size))
    throw broken(`ended early, after ${bytes} of ${size ?? "more"} bytes`);
}

/** No refusal is longer. Anything longer that comes under HTTP 200 is a file. */
const LONGEST_REFUSAL = 64 * 1024;

/**
 * The first chunks of a file, as soon as it is clear that they are not a refusal. The type proves nothing: refusals come under
 * HTTP 200, and the vendor's page declares the bytes of a file as JSON.
 * @throws {ApiError} for a refusal, and for a page, a text or an empty body.
 */
async function beginningOf(
  reply: Reply,
  body: BodyReader,
  call: Call,
  server: HttpContext["server"],
): Promise<Bytes[]> {
  const type = reply.headers.get("content-type") ?? "";
  const isNotFile = reply.status !== 200 || /^text\//i.test(type);
  const first = await body.read();
  const start = first ? [first] : [];
  const mayBeJson = /json/i.test(type) || /^\s*\{/.test(textIn(start));
  if (first && !isNotFile && !mayBeJson) return start;
  const isShort = await readShort(body, start);
  const text = textIn(start);
  if (isNotFile || (isShort && isReplyOfApi(text, type))) {
    successOf({ ...reply, text }, call, server);
    throw missingField("bytes", call, server);
  }
  return start;
}

/** Whether the body ends soon. What is read to find out is added to `start`. */
async function readShort(body: BodyReader, start: Bytes[]): Promise<boolean> {
  for (let read = start[0]?.length ?? 0; read <= LONGEST_REFUSAL; read += start.at(-1)?.length ?? 0) {
    const next = await body.read();
    if (!next) return true;
    start.push(next);
  }
  return false;
}

/** A file may be JSON as well, but it has none of the fields that every reply of this API has. */
function isReplyOfApi(text: string, type: string): boolean {
  if (text === "") return true;
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) && ("base_resp" in json || json.type === "error");
  } catch {
    return /json/i.test(type) && /^\s*\{/.test(text);
  }
}

function textIn(chunks: Bytes[]): string {
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
}
