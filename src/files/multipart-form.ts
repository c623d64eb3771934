import { type Body, streamOf } from "../media/json-body.js";
import type { Looked } from "./upload-source.js";

export interface Progress {
  /** Bytes of the file that were handed to the connection. */
  bytes: number;
  total: number;
}

export interface FormOptions {
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Whether a body may be a stream. Default: outside of browsers and workers. */
  streams?: boolean;
}

/** A form as a body that is made anew each time it is sent. */
export interface Form {
  /** Its content type, with the boundary. */
  readonly type: string;
  readonly body: Body;
  /** What the source threw while it was read, if it did: to whoever sends, the connection broke. */
  readonly fault: { readonly cause: unknown } | undefined;
}

/**
 * The form of an upload. Written by hand, because FormData takes Blobs alone, and fetch seconds for large ones. Its file is read
 * while it is sent.
 */
export function formOf(purpose: string, filename: string, file: Looked, options: FormOptions = {}): Form {
  const { onProgress, streams = isServer() } = options;
  const { size } = file;
  // Nobody can have put it into the file: it is new for each call.
  const boundary = `form-${[Math.random(), Math.random()].map((number) => number.toString(36).slice(2)).join("-")}`;
  const part = (about: string) => `--${boundary}\r\nContent-Disposition: form-data; ${about}\r\n`;
  const type = file.facts?.type ?? "application/octet-stream";
  const head = encoder.encode(
    `${part('name="purpose"')}\r\n${purpose}\r\n${part(`name="file"; filename="${quoted(filename)}"`)}Content-Type: ${type}\r\n\r\n`,
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  let fault: Form["fault"];

  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    yield head;
    let bytes = 0;
    try {
      for await (const piece of piecesOf(file)) {
        yield piece;
        bytes += piece.length;
        onProgress?.({ bytes, total: size });
      }
    } catch (cause) {
      fault = { cause };
      throw cause;
    }
    yield tail;
  }

  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body() {
      const content = file.open();
      if (!streams && (content instanceof Blob || content instanceof Uint8Array))
        // No file of this size shares its memory with another thread.
        return { content: new Blob([head, content as Blob | Uint8Array<ArrayBuffer>, tail]) };
      return { content: streamOf(pieces()), length: head.length + size + tail.length };
    },
    get fault() {
      return fault;
    },
  };
}

const encoder = new TextEncoder();

/** As browsers and fetch write a file's name. */
function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Node, Deno, Bun. Browsers take a stream over HTTP/2 only, or not at all; workers not with a length. A Blob does there. */
function isServer(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}

/** Bytes handed over at a time, of what is in memory: small enough for progress to be seen. */
const STEP = 256 * 1024;

async function* piecesOf(file: Looked): AsyncGenerator<Uint8Array, void> {
  const content = file.open();
  if (content instanceof Blob) return yield* readThrough(content.stream());
  if (content instanceof Uint8Array) {
    for (let at = 0; at < content.length; at += STEP) yield content.subarray(at, at + STEP);
    return;
  }
  // A piece is good until the next one only, and fetch takes its time.
  for await (const piece of content) yield piece.slice();
}

/** By hand: not every runtime can iterate over a stream. */
async function* readThrough(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
