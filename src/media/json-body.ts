import { isOfFields } from "../base/record.js";
import { streamFromGenerator } from "../base/stream-from-generator.js";
import { base64, base64Length, isMedia, type Media } from "./media.js";

/** A request body: JSON text, or a function that makes the content each time it is sent. */
export type Body = string | (() => Content);
/** What `fetch` sends. */
export interface Content {
  content: string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>;
  /** Bytes, if the content is a stream. */
  length?: number;
  /** What the source threw while it was read, which `fetch` reports as a broken connection. */
  fault?: { readonly cause: unknown };
}

/** Content that is read while it is sent. */
export function streamed(chunks: AsyncIterable<Uint8Array>, length: number): Content {
  const fail = (cause: unknown): never => {
    content.fault = { cause };
    throw cause;
  };
  async function* watched() {
    try {
      yield* chunks;
    } catch (cause) {
      fail(cause);
    }
  }
  // HACK: node-fetch and other replacements without web streams send `String(body)`. Remove it when they are gone.
  const refuse = () => fail(new Error("this fetch cannot send streams, so pass bytes in memory"));
  const content: Content = { content: Object.assign(streamFromGenerator(watched()), { toString: refuse }), length };
  return content;
}

/** Makes the bytes of `JSON.stringify(request)`, but inserts the files while it is sent: base64 needs no escaping. */
export function bodyOf(request: object): Body {
  const files: Media[] = [];
  // The request cannot contain this mark, because it is new for each call.
  const mark = `file ${Math.random()}`;
  const plain = withoutMedia(request, (file) => {
    files.push(file);
    return mark;
  });
  const text = JSON.stringify(plain);
  if (files.length === 0) return text;
  const encoder = new TextEncoder();
  const parts = text.split(mark).flatMap((gap, index): Part[] => {
    const file = files[index];
    return file ? [encoder.encode(`${gap}data:${file.type};base64,`), file] : [encoder.encode(gap)];
  });
  const length = parts.reduce((sum, part) => sum + (isMedia(part) ? base64Length(part.size) : part.length), 0);
  const inMemory = files.every((file) => file.open() instanceof Uint8Array);
  return () => (inMemory ? { content: joined(parts, length) } : streamed(encoded(parts), length));
}

/** Copies a value with each Media replaced. Values that are not plain, such as bytes passed by mistake, are not copied. */
export function withoutMedia(value: unknown, by: (file: Media) => unknown): unknown {
  if (isMedia(value)) return by(value);
  if (Array.isArray(value)) return value.map((item) => withoutMedia(item, by));
  if (!isOfFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutMedia(item, by)]));
}

type Part = Uint8Array | Media;

function joined(parts: Part[], length: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    const bytes = isMedia(part) ? base64(part.open() as Uint8Array) : part;
    body.set(bytes, at);
    at += bytes.length;
  }
  return body;
}

async function* encoded(parts: Part[]): AsyncGenerator<Uint8Array, void> {
  for (const part of parts) {
    if (isMedia(part)) yield* inBase64(part.open());
    else yield part;
  }
}

async function* inBase64(opened: ReturnType<Media["open"]>): AsyncGenerator<Uint8Array, void> {
  // Base64 encodes three bytes at a time. The remainder waits for the next chunk.
  let rest = new Uint8Array();
  for await (const chunk of opened instanceof Uint8Array ? [opened] : opened) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const whole = bytes.length - (bytes.length % 3);
    if (whole) yield base64(bytes.subarray(0, whole));
    rest = bytes.subarray(whole);
  }
  if (rest.length) yield base64(rest);
}
