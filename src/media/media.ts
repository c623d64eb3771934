import { ValidationError } from "../errors.js";
import { isRecord } from "../record.js";
import { headerOf, type ImageHeader } from "./header.js";

/** An image whose bytes are at hand, for a request field; made by `image` or `imageFile`, encoded while it is sent. */
export interface Media {
  /** What the bytes are, not what a name says. */
  readonly type: `image/${ImageHeader["type"]}`;
  /** Bytes, before base64 makes four of three. */
  readonly size: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** All the bytes, or a way through them from the start, each call anew; a piece is good until the next one. */
  open(): Uint8Array | AsyncIterable<Uint8Array>;
  /** The whole as a data URL, for whoever wants plain JSON; sending does not need it. */
  toJSON(): string;
}

/**
 * Media from its first bytes, its size, and ways to all its bytes: `open` for sending, `all` for JSON.
 * @throws {ValidationError} when the first bytes are no header of a JPEG, PNG or WebP.
 */
export function mediaFrom(head: Uint8Array, size: number, all: () => Uint8Array, open: Media["open"] = all): Media {
  const header = headerOf(head, size);
  if (!header) {
    const message = "must be a whole JPEG, PNG or WebP image";
    throw new ValidationError("This image cannot be sent", [
      { path: "image", rule: "imageFormat", severity: "error", message },
    ]);
  }
  const { width, height } = header;
  const type = `image/${header.type}` as const;
  const toJSON = () => `data:${type};base64,${new TextDecoder().decode(base64(all()))}`;
  return { type, size, width, height, open, toJSON };
}

export function isMedia(value: unknown): value is Media {
  return isRecord(value) && typeof value.open === "function" && typeof value.size === "number";
}

/** How many bytes base64 makes of so many. */
export function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
let pairs: Uint16Array | undefined;

/** Base64 as bytes, written to `target`: two letters at a time from a table of all pairs, no string in between. */
export function base64(bytes: Uint8Array, target = new Uint8Array(base64Length(bytes.length))): Uint8Array {
  pairs ??= Uint16Array.from({ length: 4096 }, (_, pair) => letter(pair >> 6) | (letter(pair & 63) << 8));
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const whole = bytes.length - (bytes.length % 3);
  let to = 0;
  for (let at = 0; at < whole; at += 3, to += 4) {
    // In range: `at` ends before the last whole triple does.
    const triple = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    view.setUint16(to, pairs[triple >> 12] as number, true);
    view.setUint16(to + 2, pairs[triple & 4095] as number, true);
  }
  const left = bytes.length - whole;
  if (left) {
    const triple = ((bytes[whole] as number) << 16) | ((bytes[whole + 1] ?? 0) << 8);
    view.setUint16(to, pairs[triple >> 12] as number, true);
    target[to + 2] = left === 2 ? letter((triple >> 6) & 63) : 61;
    target[to + 3] = 61;
  }
  return target;
}

function letter(index: number): number {
  return ALPHABET.charCodeAt(index);
}
