import { type FileReading, look, nameAt } from "./byte-reader.js";
import { type Box, boxAt, boxesIn, boxesOfFile } from "./iso-boxes.js";
import type { ImageFacts } from "./media.js";

/** Pixels; of a JPEG, PNG and WebP before any turn. */
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
  const all = boxesIn(view, list);
  const properties = propertiesOf(view, links, id).map((number) => all[number - 1]);
  const sides = properties.find((property) => property?.name === "ispe");
  // Quarter turns. An HEIF is turned by this, and not by its EXIF.
  const turn = properties.find((property) => property?.name === "irot");
  const [first, second] = turn && view.getUint8(turn.from) % 2 === 1 ? [8, 4] : [4, 8];
  return sides && { width: view.getUint32(sides.from + first), height: view.getUint32(sides.from + second) };
}

/** The first and the last bytes in which an image is searched, for what may stand at different places. */
const EDGE = 16 * 1024;

/**
 * Whether EXIF turns an image by a quarter, and whether its end is missing: the last `marks[1]`, behind the last `marks[0]`. Some
 * programs put data of their own behind the end, so what is not found may yet be further inside.
 */
export function* edgesOf(size: number, marks?: [begin: string, end: string]) {
  const head = yield* textOf(0, EDGE);
  const tail = yield* textOf(Math.max(0, size - EDGE), size);
  const [begin = 0, end = 1] = marks?.map((mark) => tail.text.lastIndexOf(mark)) ?? [];
  return { isTurned: turnIn(head) ?? turnIn(tail) ?? false, isCut: end <= begin };
}

/** Bytes, also as text with a character for each. */
function* textOf(from: number, to: number): FileReading<{ text: string; view: DataView }> {
  const view = yield* look(from, to);
  return { text: new TextDecoder("latin1").decode(view), view };
}

/** In a JPEG, PNG or WebP, with the names of its chunks. A TIFF header and its first directory follow (TIFF 6.0, section 2). */
const EXIF = /(?:Exif\0\0|eXIf|EXIF.{4})(?=(II\*\0|MM\0\*).{4})/s;

/** Whether the orientation is one of 5 to 8; undefined if there is no EXIF. */
function turnIn({ text, view }: { text: string; view: DataView }): boolean | undefined {
  const found = EXIF.exec(text);
  if (!found) return undefined;
  const isLittle = found[1] === "II*\0";
  const start = found.index + found[0].length;
  const first = start + view.getUint32(start + 4, isLittle) + 2;
  const entries = first <= view.byteLength ? view.getUint16(first - 2, isLittle) : 0;
  for (let at = first; at + 12 <= view.byteLength && at < first + 12 * entries; at += 12)
    if (view.getUint16(at, isLittle) === 0x112) return [5, 6, 7, 8].includes(view.getUint16(at + 8, isLittle));
  return false;
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
