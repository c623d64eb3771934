import { after } from "../base/clock.js";
import { ConnectionError, withFacts } from "../base/errors.js";
import { aDuration, aPositiveNumber, assertOptions, type Rules } from "../base/options.js";
import type { CallOptions } from "../base/task.js";
import { LARGEST_FILE } from "../download/download.js";
import { afterRead, repeated } from "../http/retry.js";
import { pulled } from "../http/stream-from-generator.js";
import type { Call } from "../http/transport.js";
import { followBoxes } from "../media/box-follower.js";
import type { Engine } from "../tasks/engine.js";
import { assertNone, idIssues } from "./file-issues.js";
import { type Bytes, type Flow, flowOf } from "./flow.js";
import { beginningOf } from "./refusal.js";
import { CALL_OPTIONS } from "./retrieve-file.js";

export interface ContentOptions extends CallOptions {
  /** Milliseconds without a byte after which the connection counts as cut. Default 30,000. */
  idleTimeout?: number | undefined;
  /** Bytes after which the stream errors, because no file of this service is that large. Default 1 GiB. */
  maxBytes?: number | undefined;
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

const CONTENT_OPTIONS: Rules<ContentOptions> = { ...CALL_OPTIONS, idleTimeout: aDuration, maxBytes: aPositiveNumber };

const OPERATION = "retrieveFileContent";

/** The bytes of a file, see `Files.content`. */
export async function contentOfFile(
  engine: Engine,
  fileId: string,
  options: ContentOptions = {},
): Promise<FileContent> {
  assertOptions("files.content", options, CONTENT_OPTIONS);
  const { signal, idleTimeout = 30_000, maxBytes = LARGEST_FILE } = options;
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
    return await repeated(engine, call, afterRead(engine), () =>
      opened(engine, call, { fileId, idleTimeout, maxBytes }),
    );
  } catch (error) {
    throw withFacts(error, { fileId });
  }
}

async function opened(
  { exchange, server }: Engine,
  call: Call,
  { fileId, idleTimeout, maxBytes }: { fileId: string; idleTimeout: number; maxBytes: number },
): Promise<FileContent> {
  const reply = await exchange(call);
  const broken = (words: string, cause?: unknown) => {
    const message = `${call.operation}: ${server.baseUrl} ${words}; ask for the file again`;
    return new ConnectionError(message, {
      sent: "maybe",
      operation: call.operation,
      server: server.baseUrl,
      fileId,
      cause,
    });
  };
  const flow = flowOf(reply.body, { signal: call.signal, idleTimeout, broken });
  // A refusal that comes drop by drop is never idle.
  const timer = after(idleTimeout, () => flow.end(broken(`sent no whole answer within ${idleTimeout / 1000} s`)));
  const start = await beginningOf(reply, flow, call, server)
    .catch((error) => {
      flow.end();
      throw error;
    })
    .finally(() => clearTimeout(timer));
  const length = reply.headers.get("content-length");
  const size = length === null || reply.headers.has("content-encoding") ? undefined : Number(length);
  const content = checked(start, flow, { size, maxBytes }, broken);
  return {
    type: reply.headers.get("content-type") || "application/octet-stream",
    ...(size === undefined ? {} : { size }),
    stream: pulled(content, flow.end),
  };
}

/** What was read and what is to come, up to an end that is one. */
async function* checked(
  start: Bytes[],
  flow: Flow,
  { size, maxBytes }: { size: number | undefined; maxBytes: number },
  broken: (words: string) => ConnectionError,
): AsyncGenerator<Bytes, void> {
  const boxes = followBoxes();
  let bytes = 0;
  for (let chunk = start.shift() ?? (await flow.read()); chunk; chunk = start.shift() ?? (await flow.read())) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      flow.end();
      throw broken(`sent more than ${maxBytes} bytes (maxBytes)`);
    }
    boxes.add(chunk);
    yield chunk;
  }
  const isCut = size === undefined && boxes.isWhole() === false;
  if (isCut || (size !== undefined && bytes !== size)) throw broken(`ended after ${bytes} of ${size ?? "more"} bytes`);
}
