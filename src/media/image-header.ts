import { type FileReading, type Head, look, nameAt, partsIn } from "./byte-reader.js";
import { type Box, boxAt, boxesIn, boxesOfFile } from "./iso-boxes.js";
import type { ImageFacts } from "./media.js";
import { riffHead } from "./sound.js";

/** The sides in pixels before any rotation, the position of the EXIF (a TIFF), and whether the end is missing. */
type ImageHeader = Pick<ImageFacts, "width" | "height"> & { exif?: number | undefined; isCut?: boolean };
/** Returns undefined if the size cannot be read. */
export type HeaderReading = FileReading<ImageHeader | undefined>;

/** Reads the size of a JPEG from its frame (SOF), which follows the metadata (ITU-T T.81, annex B). */
export function* jpegHeader(size: number): HeaderReading {
  const segments = yield* partsIn({ from: 2, to: size }, jpegHead);
  const frame = segments.find(({ name }) => name === "SOF");
  if (!frame) return undefined;
  const exif = segments.find(({ name, from }) => name === "Exif" && from < frame.from);
  const view = yield* look(frame.from, frame.from + 5);
  const isCut = yield* isCutScan(frame.from, size);
  return { width: view.getUint16(3), height: view.getUint16(1), exif: exif && exif.from + 6, isCut };
}

function jpegHead(view: DataView): Head | undefined {
  const marker = view.getUint16(0);
  if (marker < 0xffc0) return undefined;
  // A fill byte.
  if (marker === 0xffff) return { name: "", head: 1, length: 0 };
  // SOF0 to SOF15, except DHT, JPG and DAC, which have the same first digit.
  const isFrame = marker >> 4 === 0xffc && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
  const name = marker === 0xffe1 ? nameAt(view, 4) : "";
  return { name: isFrame ? "SOF" : name, head: 4, length: view.getUint16(2) - 2 };
}

/** How many of the last bytes of a JPEG to read. Some programs put more than that after its end. */
const TAIL = 16 * 1024;
/** A marker that cannot occur in or between scans: the end, or a sign of bytes after it. */
const NO_SCAN = /\xff[^\0\xc4\xd0-\xd7\xda\xdb\xdd\xff]/;

function* isCutScan(from: number, size: number): FileReading<boolean> {
  const start = Math.max(from, size - TAIL);
  const text = new TextDecoder("latin1").decode(yield* look(start, size));
  const isScan = start === from || text.includes("\xff");
  return isScan && !NO_SCAN.test(text);
}

/** Reads the size of a PNG (specification, 11.2.1). */
export function* pngHeader(size: number): HeaderReading {
  const view = yield* look(0, 24);
  if (view.getUint32(4) !== 0x0d0a1a0a || nameAt(view, 12) !== "IHDR") return undefined;
  const chunks = yield* partsIn({ from: 8, to: size }, pngHead);
  const [exif, end] = ["eXIf", "IEND"].map((name) => chunks.find((chunk) => chunk.name === name));
  const isCut = !end && (chunks.at(-1)?.to ?? 0) + 12 > size;
  return { width: view.getUint32(16), height: view.getUint32(20), exif: exif?.from, isCut };
}

function pngHead(view: DataView): Head | undefined {
  const name = nameAt(view, 4);
  return /^[a-z]{4}$/i.test(name) ? { name, head: 8, length: view.getUint32(0), behind: 4 } : undefined;
}

/** Reads the size of a WebP (RFC 9649, and RFC 6386, 9.1, for the lossy kind). */
export function* webpHeader(size: number): HeaderReading {
  const view = yield* look(0, 30);
  const end = 8 + view.getUint32(4, true);
  if (end > size) return undefined;
  const form = nameAt(view, 12);
  // 14 bits each, below 2 of scaling.
  if (form === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  // 14 bits each, less 1.
  const bits = view.getUint32(21, true);
  if (form === "VP8L") return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  if (form !== "VP8X") return undefined;
  // 24 bits each, less 1: the upper three bytes of four, as there is no getUint24.
  const sides = { width: (view.getUint32(23, true) >>> 8) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
  const chunks = yield* partsIn({ from: 12, to: end }, riffHead);
  const exif = chunks.find(({ name, from }) => name === "EXIF" && from + 8 <= end);
  if (!exif) return sides;
  // Some programs repeat the name, as in a JPEG.
  const isRepeated = nameAt(yield* look(exif.from, exif.from + 4), 0) === "Exif";
  return { ...sides, exif: exif.from + (isRepeated ? 6 : 0) };
}

/** Whether the orientation is one of 5 to 8, in the first directory (TIFF 6.0, section 2). A broken one counts as no rotation. */
export function* isTurned(exif: number): FileReading<boolean> {
  const head = yield* look(exif, exif + 8);
  if (head.byteLength < 8) return false;
  const isLittle = head.getUint16(0) === 0x4949;
  const from = exif + head.getUint32(4, isLittle);
  const count = yield* look(from, from + 2);
  const length = count.byteLength < 2 ? 0 : 12 * count.getUint16(0, isLittle);
  const entries = yield* look(from + 2, from + 2 + length);
  for (let at = 0; at + 12 <= entries.byteLength; at += 12)
    if (entries.getUint16(at, isLittle) === 0x112) return [5, 6, 7, 8].includes(entries.getUint16(at + 8, isLittle));
  return false;
}

/** Reads the size of the primary image of an HEIC or HEIF (ISO/IEC 23008-12). Tiles, thumbnails and depth maps have sizes too. */
export function* heifHeader(size: number): HeaderReading {
  const { view } = (yield* boxesOfFile(size, "meta")) ?? {};
  if (!view) return undefined;
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

/** The numbers of an item's properties, counted from 1. Version and flags determine how many bytes an item and a number have. */
function propertiesOf(view: DataView, { from, to }: Box, item: number): number[] {
  const isWide = view.getUint8(from) > 0;
  const bytes = view.getUint8(from + 3) % 2 === 1 ? 2 : 1;
  // The highest bit says whether a reader must understand the property.
  const numberAt = (at: number) => (bytes === 2 ? view.getUint16(at) & 0x7fff : view.getUint8(at) & 0x7f);
  for (let at = from + 8; at + 3 <= to; ) {
    const id = isWide ? view.getUint32(at) : view.getUint16(at);
    const first = at + (isWide ? 5 : 3);
    const count = view.getUint8(first - 1);
    if (id === item) return Array.from({ length: count }, (_, index) => numberAt(first + index * bytes));
    at = first + count * bytes;
  }
  return [];
}
