import { followBoxes } from "../download/boxes.js";
import type { Engine } from "../engine/engine.js";
import type { Call, Reply } from "../engine/exchange.js";
import type { CallOptions } from "../engine/files.js";
import { otherShape, successOf } from "../engine/reply.js";
import { afterRead, repeated } from "../engine/send.js";
import { ConnectionError, withFacts } from "../errors.js";
import { isRecord } from "../record.js";
import type { Server } from "../server.js";
import { assertNone, idIssues } from "./fitness.js";
import { type Bytes, type Flow, flowOf } from "./flow.js";

export interface ContentOptions extends CallOptions {
  /** Milliseconds without a byte after which the connection counts as cut. Default 30,000. */
  idleTimeout?: number | undefined;
}

/** The bytes of a file on their way. */
export interface FileContent {
  /** As the service calls it; "application/octet-stream" says nothing. */
  readonly type: string;
  /** Bytes, where the service tells. */
  readonly size?: number;
  /**
   * To be read or cancelled, once: `new Response(content.stream).blob()`. The caller's `signal` ends it, too. It errors with a
   * ConnectionError when the bytes do not come to their end.
   */
  readonly stream: ReadableStream<Bytes>;
}

const OPERATION = "retrieveFileContent";
/** No refusal is longer. What is, and comes under HTTP 200, is a file, whatever it looks like. */
const LONGEST_REFUSAL = 64 * 1024;

/** The bytes of a file, see `Files.content`. */
export async function contentOfFile(
  engine: Engine,
  fileId: string,
  { signal, idleTimeout = 30_000 }: ContentOptions = {},
): Promise<FileContent> {
  assertNone("No file was asked for:", idIssues(fileId ?? ""), engine.server, OPERATION);
  const call: Call = {
    operation: OPERATION,
    method: "GET",
    path: `/v1/files/retrieve_content?file_id=${fileId}`,
    // The length of what was compressed says nothing.
    headers: { "accept-encoding": "identity" },
    signal,
    streamed: true,
  };
  try {
    return await repeated(engine, call, afterRead(engine), () => opened(engine, call, idleTimeout));
  } catch (error) {
    throw withFacts(error, { fileId });
  }
}

async function opened({ exchange, server }: Engine, call: Call, idleTimeout: number): Promise<FileContent> {
  const reply = await exchange(call);
  const flow = flowOf(reply.body, {
    signal: call.signal,
    idleTimeout,
    broken: (words, cause) => broken(call, server, words, cause),
  });
  const type = reply.headers.get("content-type") ?? "";
  const start: Bytes[] = [];
  try {
    if (await isWords(reply, type, flow, start)) assertFile(reply, type, textOf(start), call, server);
  } catch (error) {
    flow.end();
    throw error;
  }
  const length = reply.headers.get("content-length");
  const size = length === null || reply.headers.has("content-encoding") ? undefined : Number(length);
  const content = checked(start, flow, size, (words) => broken(call, server, words));
  return {
    type: type || "application/octet-stream",
    ...(size === undefined ? {} : { size }),
    stream: streamed(content, flow),
  };
}

/** Whether what comes is short and may be words instead of a file. Reads as much of it as that takes. */
async function isWords({ status }: Reply, type: string, flow: Flow, start: Bytes[]): Promise<boolean> {
  const first = await flow.read();
  if (!first) return true;
  start.push(first);
  if (status === 200 && !/^text\/|json/i.test(type) && !/^\s*\{/.test(textOf(start))) return false;
  for (let read = first.length; read <= LONGEST_REFUSAL; ) {
    const next = await flow.read();
    if (!next) return true;
    start.push(next);
    read += next.length;
  }
  return status !== 200 || /^text\//i.test(type);
}

/** @throws {ApiError} for a refusal, and for what is no file of this API: a page, a text, nothing at all. */
function assertFile(reply: Reply, type: string, text: string, call: Call, server: Server): void {
  const json = parsed(text);
  const isText =
    reply.status !== 200 ||
    /^text\//i.test(type) ||
    text === "" ||
    (json === undefined && /json/i.test(type) && /^\s*\{/.test(text));
  // A file may be of JSON, too; what every answer of this API has is not in it.
  const isAnswer = isRecord(json) && ("base_resp" in json || json.type === "error");
  if (!isText && !isAnswer) return;
  successOf({ ...reply, text }, call, server);
  throw otherShape("bytes", call, server);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(chunks: Bytes[]): string {
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
}

/** What was read and what is to come, up to an end that is one. */
async function* checked(
  start: Bytes[],
  flow: Flow,
  size: number | undefined,
  broken: (words: string) => ConnectionError,
): AsyncGenerator<Bytes, void> {
  const boxes = followBoxes();
  let bytes = 0;
  for (let chunk = start.shift() ?? (await flow.read()); chunk; chunk = start.shift() ?? (await flow.read())) {
    bytes += chunk.length;
    boxes.add(chunk);
    yield chunk;
  }
  const isCut = size === undefined && boxes.isWhole() === false;
  if (isCut || (size !== undefined && bytes !== size)) throw broken(`ended after ${bytes} of ${size ?? "more"} bytes`);
}

/** Pulled, never pushed. */
function streamed(content: AsyncGenerator<Bytes, void>, flow: Flow): ReadableStream<Bytes> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await content.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => flow.end(reason),
    },
    { highWaterMark: 0 },
  );
}

function broken({ operation }: Call, { baseUrl }: Server, words: string, cause?: unknown): ConnectionError {
  const message = `${operation}: ${baseUrl} ${words}; ask for the file again`;
  return new ConnectionError(message, { sent: "maybe", operation, server: baseUrl, cause });
}
