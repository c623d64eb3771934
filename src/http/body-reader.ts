import { type Deadline, inTime } from "../base/deadline.js";
import { callSafely } from "../base/errors.js";
import { onAbort } from "../base/on-abort.js";
import { streamFromGenerator } from "../base/stream-from-generator.js";

export type Bytes = Uint8Array<ArrayBuffer>;

/** The default limit of a file, in bytes. No file of this service is that large. */
export const LARGEST_FILE = 1024 ** 3;

/** Awaits the response of a `fetch`. A response that arrives after the deadline is cancelled. */
export async function responseOf(sending: Promise<Response>, deadline: Deadline): Promise<Response> {
  try {
    return await deadline.race(sending);
  } catch (error) {
    if (deadline.signal.aborted) sending.then(({ body }) => discard(body)).catch(() => {});
    throw error;
  }
}

/**
 * A body as a web stream. That of a custom `fetch` may be a stream of Node (node-fetch). Undefined for a body that is not a stream.
 */
export function streamOf(body: unknown): ReadableStream<Bytes> | undefined {
  const { getReader, [Symbol.asyncIterator]: chunks } = Object(body);
  if (getReader) return body as ReadableStream<Bytes>;
  return chunks && streamFromGenerator(chunks.call(body), () => Object(body).destroy?.());
}

/** Closes the connection of a body that nobody reads. */
export function discard(body: unknown): void {
  callSafely(() => streamOf(body)?.cancel());
}

export interface BodyReader {
  /** Resolves with the next bytes, or undefined at the end. Rejects if nothing arrives in time; cancel the reader then. */
  read(): Promise<Bytes | undefined>;
  /** Resolves with the first bytes, as many as `isEnough` asks for, or all. `read` returns them again. */
  peek(isEnough: (head: Bytes) => boolean): Promise<Bytes>;
  cancel(reason?: unknown): void;
}

/** Reads a body. The caller's signal cancels it, even between two reads. */
export function bodyReader(body: unknown, milliseconds: number, signal?: AbortSignal): BodyReader {
  const reader = streamOf(body)?.getReader();
  let off = () => {};
  const cancel = (reason?: unknown) => {
    off();
    reader?.cancel(reason).catch(() => {});
  };
  off = onAbort(signal, cancel);
  const peeked: Bytes[] = [];
  const next = async () => {
    const chunk = await inTime(async () => reader?.read(), milliseconds, signal);
    if (!chunk?.value) off();
    return chunk?.value;
  };
  return {
    cancel,
    read: async () => peeked.shift() ?? next(),
    async peek(isEnough) {
      for (;;) {
        const bytes = new Uint8Array(await new Blob(peeked).arrayBuffer());
        // Joined, so that the next round does not go through thousands of small chunks again.
        if (peeked.length > 1) peeked.splice(0, Infinity, bytes);
        const chunk = isEnough(bytes) ? undefined : await next();
        if (!chunk) return bytes;
        peeked.push(chunk);
      }
    },
  };
}
