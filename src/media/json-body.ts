import { streamFromGenerator } from "../base/stream-from-generator.js";
import { base64, base64Length, isMedia, type Media } from "./media.js";

/** A request body: JSON text, or a function that makes the content each time it is sent. */
export type Body = string | (() => Content);
/** What `fetch` sends. `length`: bytes, if the content is a stream. */
export interface Content {
  content: Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>;
  length?: number;
}

/**
 * The same bytes as `JSON.stringify(request)`, without making a string of a file: base64 and its prefix need no escaping, so
 * the JSON around the files is made first, and they are inserted while it is sent.
 */
export function bodyOf(request: object): Body {
  const images: Media[] = [];
  // The request cannot contain it, because it is new for each call.
  const mark = `image ${Math.random()}`;
  const plain = withoutMedia(request, (image) => {
    images.push(image);
    return mark;
  });
  const text = JSON.stringify(plain);
  if (images.length === 0) return text;
  const encoder = new TextEncoder();
  const parts = text.split(mark).flatMap((gap, index) => {
    const image = images[index];
    return image ? [encoder.encode(`${gap}data:${image.type};base64,`), image] : [encoder.encode(gap)];
  });
  const length = parts.reduce((sum, part) => sum + (isMedia(part) ? base64Length(part.size) : part.length), 0);
  const inMemory = images.every((image) => image.open() instanceof Uint8Array);
  return () =>
    inMemory ? { content: joined(parts, length) } : { content: streamFromGenerator(encoded(parts)), length };
}

/** A copy with each Media replaced. Without any, the object itself. */
export function withoutMedia(value: unknown, by: (image: Media) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isMedia(value)) return by(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutMedia(item, by));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const other = withoutMedia(item, by);
    if (other === item) continue;
    copy ??= { ...value };
    copy[key] = other;
  }
  return copy ?? value;
}

type Part = Uint8Array | Media;

/** Everything is in memory: one buffer, written once. */
function joined(parts: Part[], length: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (isMedia(part)) {
      const end = at + base64Length(part.size);
      base64(part.open() as Uint8Array, body.subarray(at, end));
      at = end;
    } else {
      body.set(part, at);
      at += part.length;
    }
  }
  return body;
}

async function* encoded(parts: Part[]): AsyncGenerator<Uint8Array, void> {
  for (const part of parts) {
    if (!isMedia(part)) {
      yield part;
      continue;
    }
    const opened = part.open();
    let left: Uint8Array = new Uint8Array();
    for await (const chunk of opened instanceof Uint8Array ? [opened] : opened) {
      // Base64 encodes three bytes at a time. The rest waits for the next chunk.
      const bytes = left.length ? concatenated(left, chunk) : chunk;
      const whole = bytes.length - (bytes.length % 3);
      if (whole) yield base64(bytes.subarray(0, whole));
      left = bytes.slice(whole);
    }
    if (left.length) yield base64(left);
  }
}

function concatenated(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
