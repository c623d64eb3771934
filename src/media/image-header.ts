import { type FileReading, look } from "./byte-reader.js";
import type { ImageFacts } from "./media.js";

/** The header of a JPEG, PNG or WebP. `width` and `height` are in pixels, before any EXIF rotation. */
export interface ImageHeader {
  readonly type: "jpeg" | "png" | "webp";
  readonly width: number;
  readonly height: number;
}

/**
 * The first bytes that are enough for nearly all images: 128 KiB. PNG needs 33 and WebP 30. In a JPEG, the size follows the
 * metadata: up to 64 KiB of EXIF, XMP, a preview and an RGB colour profile. Only the profiles of printing presses (500 kB and
 * more) are larger.
 */
export const HEADER_BYTES = 128 * 1024;

/** Pixels of a side, at most: the maximum of JPEG. PNG and WebP could declare more, but nobody sends that. */
const LONGEST_SIDE = 65_535;

/**
 * The type and size of an image, from its first bytes. Never throws.
 * @param size the bytes of the whole file, to detect a truncated one. Default: `bytes.length`.
 * @returns undefined unless it is a JPEG, PNG or WebP, and if the header is broken, truncated or absurd (a side of 0 or above
 * 65,535). Pixels are not read. If `bytes` is only a part of the file, undefined may also mean that it is not enough.
 */
export function headerOf(bytes: Uint8Array, size: number = bytes.length): ImageHeader | undefined {
  // DataView would throw for detached memory, which has no bytes.
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = jpegHeader(view, size) ?? pngHeader(view, size) ?? webpHeader(view, size);
  return header && isSide(header.width) && isSide(header.height) ? header : undefined;
}

/** Whether an image can have a side of so many pixels. */
export function isSide(pixels: number): boolean {
  return pixels >= 1 && pixels <= LONGEST_SIDE;
}

/** Walks the segments up to the frame, which contains the size. Each step goes forward (ITU-T T.81, annex B). */
function jpegHeader(view: DataView, size: number): ImageHeader | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff)
      at += 1; // a fill byte
    else if (isFrame(marker)) return jpegFrame(view, size, at);
    else if (isTable(marker))
      at += 2 + view.getUint16(at + 2); // a length below 2 leads to its own bytes, which are no marker
    else return undefined;
  }
  return undefined;
}

/** SOF0 to SOF15, except DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !(marker === 0xc4 || marker === 0xc8 || marker === 0xcc);
}

/** What may precede the frame: DHT, DAC, DQT, DRI, APP0 to APP15, COM. */
function isTable(marker: number): boolean {
  return [0xc4, 0xcc, 0xdb, 0xdd, 0xfe].includes(marker) || (marker >= 0xe0 && marker <= 0xef);
}

function jpegFrame(view: DataView, size: number, at: number): ImageHeader | undefined {
  const end = at + 2 + view.getUint16(at + 2);
  // A scan must follow. Its marker is checked if it has been read.
  if (end < at + 10 || end > view.byteLength || !(end + 2 <= size)) return undefined;
  if (end < view.byteLength && view.getUint8(end) !== 0xff) return undefined;
  const precision = view.getUint8(at + 4);
  const components = view.getUint8(at + 9);
  // Baseline has 8 bits, extended kinds 12. No viewer shows the 16 of lossless scans.
  if (precision !== 8 && !(precision === 12 && view.getUint8(at + 1) !== 0xc0)) return undefined;
  if (components < 1 || components > 4 || end !== at + 10 + 3 * components) return undefined;
  return { type: "jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
}

/** Bit depths that each colour type allows (PNG, 11.2.1). */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

function pngHeader(view: DataView, size: number): ImageHeader | undefined {
  // 33 bytes hold signature and IHDR; the length and type of an IDAT must be able to follow.
  if (view.byteLength < 33 || !(size >= 41)) return undefined;
  const signed = view.getUint32(0) === 0x89504e47 && view.getUint32(4) === 0x0d0a1a0a;
  if (!signed || view.getUint32(8) !== 13 || nameAt(view, 12) !== "IHDR") return undefined;
  if (view.getUint32(29) !== crc32(view, 12, 29)) return undefined;
  const depths = DEPTHS[view.getUint8(25)];
  const known = view.getUint8(26) === 0 && view.getUint8(27) === 0 && view.getUint8(28) <= 1;
  if (!known || !depths?.includes(view.getUint8(24))) return undefined;
  return { type: "png", width: view.getUint32(16), height: view.getUint32(20) };
}

/** Bit by bit: a table would not pay for 17 bytes. */
function crc32(view: DataView, start: number, end: number): number {
  let crc = -1;
  for (let at = start; at < end; at += 1) {
    crc ^= view.getUint8(at);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** RFC 9649. A missing byte of padding and reserved bits are accepted, as by every WebP reader. */
function webpHeader(view: DataView, size: number): ImageHeader | undefined {
  if (view.byteLength < 25 || nameAt(view, 0) !== "RIFF" || nameAt(view, 8) !== "WEBP") return undefined;
  const end = 8 + view.getUint32(4, true);
  const length = view.getUint32(16, true);
  if (20 + length > end || !(end <= size)) return undefined;
  const chunk = nameAt(view, 12);
  if (chunk === "VP8L") return length < 5 ? undefined : losslessSizes(view);
  if (view.byteLength < 30 || length < 10) return undefined;
  if (chunk === "VP8 ") return lossySizes(view);
  // VP8X has no pixels, so at least the header of another chunk must follow.
  return chunk === "VP8X" && length === 10 && end >= 38 ? extendedSizes(view) : undefined;
}

/** Signature 0x2f, then 14 bits of width - 1, 14 of height - 1, one for alpha, three of version, which is 0. */
function losslessSizes(view: DataView): ImageHeader | undefined {
  const bits = view.getUint32(21, true);
  if (view.getUint8(20) !== 0x2f || bits >>> 29 !== 0) return undefined;
  return { type: "webp", width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** A key frame (its lowest bit is 0) with its start code, then 14 bits of each side below 2 of scaling (RFC 6386, 9.1). */
function lossySizes(view: DataView): ImageHeader | undefined {
  if (view.getUint8(20) % 2 || view.getUint16(23) !== 0x9d01 || view.getUint8(25) !== 0x2a) return undefined;
  return { type: "webp", width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/** Four bytes of flags and reserved bits, which readers must ignore (RFC 9649), then 24 bits of each side - 1. */
function extendedSizes(view: DataView): ImageHeader | undefined {
  // Read with the byte before or as the upper three of four, as there is no getUint24.
  const width = (view.getUint32(23, true) >>> 8) + 1;
  const height = (view.getUint32(26, true) >>> 8) + 1;
  return { type: "webp", width, height };
}

/** Four letters, one a byte. */
export function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
}

/** Bytes to read: usually enough, nearly always enough, enough for the profiles of printing presses, more than any image needs. */
const HEADS = [4096, HEADER_BYTES, 16 * HEADER_BYTES, 256 * HEADER_BYTES];

/** The facts of a JPEG, PNG or WebP, which every API accepts. Of any other file, little is read. */
export function* pictureIn(size: number): FileReading<ImageFacts | undefined> {
  for (const most of HEADS) {
    const view = yield* look(0, most);
    if (!mayBePicture(view)) return undefined;
    const header = headerOf(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), size);
    if (header) return { kind: "image", type: `image/${header.type}`, width: header.width, height: header.height };
  }
  return undefined;
}

/** By the first bytes. */
function mayBePicture(view: DataView): boolean {
  if (view.byteLength < 12) return false;
  return view.getUint16(0) === 0xffd8 || nameAt(view, 0) === "\x89PNG" || nameAt(view, 8) === "WEBP";
}
