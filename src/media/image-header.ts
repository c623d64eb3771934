import { type FileReading, look, nameAt } from "./byte-reader.js";
import { type Box, boxAt, boxesIn, boxesOfFile } from "./iso-boxes.js";
import type { ImageFacts } from "./media.js";

/** Pixels, before any rotation. */
export type Sides = Pick<ImageFacts, "width" | "height">;

/** Segments of a JPEG that are read, at most. Depth maps and panoramas take hundreds. */
const MOST_SEGMENTS = 10_000;

/** The size of a JPEG is in its frame (SOF), which follows the metadata (ITU-T T.81, annex B). */
export function* jpegSides(size: number): FileReading<Sides | undefined> {
  for (let at = 2, segments = 0; at < size && segments < MOST_SEGMENTS; segments += 1) {
    const view = yield* look(at, at + 9);
    const marker = view.getUint16(0);
    // SOF0 to SOF15, except DHT, JPG and DAC, which have the same first digit.
    const isFrame = marker >> 4 === 0xffc && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { width: view.getUint16(7), height: view.getUint16(5) };
    if (marker < 0xffc0) return undefined;
    // A fill byte, or a segment.
    at += marker === 0xffff ? 1 : 2 + view.getUint16(2);
  }
  return undefined;
}

/** PNG, 11.2.1. */
export function* pngSides(): FileReading<Sides | undefined> {
  const view = yield* look(0, 24);
  const isWhole = view.getUint32(4) === 0x0d0a1a0a && nameAt(view, 12) === "IHDR";
  return isWhole ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
}

/** RFC 9649, and RFC 6386 (9.1) for the lossy kind. */
export function* webpSides(size: number): FileReading<Sides | undefined> {
  const view = yield* look(0, 30);
  if (8 + view.getUint32(4, true) > size) return undefined;
  switch (nameAt(view, 12)) {
    case "VP8 ":
      // 14 bits each, below 2 of scaling.
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case "VP8L": {
      // 14 bits each, less 1.
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      // 24 bits each, less 1: the upper three bytes of four, as there is no getUint24.
      return { width: (view.getUint32(23, true) >>> 8) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
    default:
      return undefined;
  }
}

/** The size of the primary image of an HEIC or HEIF (ISO/IEC 23008-12). Tiles, thumbnails and depth maps have sizes as well. */
export function* heifSides(size: number): FileReading<Sides | undefined> {
  const file = yield* boxesOfFile(size, "meta");
  if (!file) return undefined;
  const { view } = file;
  // Version and flags precede the boxes.
  const meta = { name: "meta", from: 4, to: view.byteLength };
  const primary = boxAt(view, meta, "pitm");
  const list = boxAt(view, meta, "iprp", "ipco");
  const links = boxAt(view, meta, "iprp", "ipma");
  if (!primary || !list || !links) return undefined;
  const id = view.getUint8(primary.from) === 0 ? view.getUint16(primary.from + 4) : view.getUint32(primary.from + 4);
  const properties = boxesIn(view, list);
  const sides = propertiesOf(view, links, id)
    .map((number) => properties[number - 1])
    .find((property) => property?.name === "ispe");
  return sides && { width: view.getUint32(sides.from + 4), height: view.getUint32(sides.from + 8) };
}

/** The numbers of an item's properties, counted from 1. Version and flags tell how many bytes an item and a number have. */
function propertiesOf(view: DataView, { from, to }: Box, item: number): number[] {
  const wideItems = view.getUint8(from) > 0;
  const bytes = view.getUint8(from + 3) % 2 === 1 ? 2 : 1;
  for (let at = from + 8; at + 3 <= to; ) {
    const id = wideItems ? view.getUint32(at) : view.getUint16(at);
    at += wideItems ? 4 : 2;
    const count = view.getUint8(at);
    at += 1;
    // The highest bit says whether a reader must understand the property.
    const numberAt = (at: number) => (bytes === 2 ? view.getUint16(at) & 0x7fff : view.getUint8(at) & 0x7f);
    if (id === item) return Array.from({ length: count }, (_, index) => numberAt(at + index * bytes));
    at += count * bytes;
  }
  return [];
}
