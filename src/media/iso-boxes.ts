import { type FileReading, look, nameAt, type Span } from "./byte-reader.js";

/** A box of an MP4, MOV or HEIF file (ISO/IEC 14496-12): its name, and the position of its content. */
export interface Box extends Span {
  readonly name: string;
}

/** The most boxes to read on one level. An hour of fragments has fewer; a hostile file may have millions. */
const MOST_BOXES = 10_000;
/** The most bytes of a box to read. The description of fifteen seconds has a hundredth of that. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Reads the head of a box (section 4.2): a size of 32 bits and a name. A size of 1 means that 64 bits follow, 0 that the box ends
 * with the file.
 */
function headAt(view: DataView, at: number): { name: string; head: number; length: number } {
  const length = view.getUint32(at);
  const name = nameAt(view, at + 4);
  if (length === 1) return { name, head: 16, length: Number(view.getBigUint64(at + 8)) };
  return { name, head: 8, length: length || Number.POSITIVE_INFINITY };
}

/**
 * Reads the outermost boxes of a file, and the content of the one that describes it (`moov` or `meta`), or only the beginning of
 * an absurdly long one.
 * @returns undefined if that box is missing, or if the content (`mdat`) or its description was cut off.
 */
export function* boxesOfFile(size: number, name: string): FileReading<{ boxes: Box[]; view: DataView } | undefined> {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= size && boxes.length < MOST_BOXES; ) {
    const { name, head, length } = headAt(yield* look(at, at + 16), 0);
    if (length < head) break;
    boxes.push({ name, from: at + head, to: length === Number.POSITIVE_INFINITY ? size : at + length });
    at += length;
  }
  const described = boxes.find((box) => box.name === name);
  const needed = boxes.filter((box) => /^(moov|moof|meta|mdat)$/.test(box.name));
  const isWhole = needed.every(({ to }) => to <= size) && needed.some((box) => box.name === "mdat");
  if (!described || !isWhole) return undefined;
  return { boxes, view: yield* look(described.from, Math.min(described.to, described.from + MOST_BYTES)) };
}

/** The boxes inside another, or in all of `view`. None extends beyond its container. */
export function boxesIn(view: DataView, outer = { from: 0, to: view.byteLength }): Box[] {
  const boxes: Box[] = [];
  for (let at = outer.from; at + 8 <= outer.to && boxes.length < MOST_BOXES; ) {
    const { name, head, length } = headAt(view, at);
    if (length < head) break;
    boxes.push({ name, from: at + head, to: Math.min(outer.to, at + length) });
    at += length;
  }
  return boxes;
}

/** Finds the first box with a name inside another, and so on inwards: `boxAt(view, track, "mdia", "minf")`. */
export function boxAt(view: DataView, outer: Box, ...names: string[]): Box | undefined {
  const inside = (box: Box | undefined, name: string) => box && boxesIn(view, box).find((inner) => inner.name === name);
  return names.reduce<Box | undefined>(inside, outer);
}

/**
 * The first boxes of a movie or an image. QuickTime needs no `ftyp`, but its first box is small, unlike text with one of these
 * words.
 */
const FIRST = /^(ftyp|moov|mdat|wide|free|skip|pnot)$/;

/**
 * Follows the boxes of an MP4 as its bytes arrive, to detect a truncated file whatever length its host names. `isWhole` returns
 * whether all necessary boxes have arrived and a box ends where the bytes end, or undefined if the bytes are not an MP4.
 */
export function followBoxes() {
  const head = new DataView(new ArrayBuffer(16));
  const seen = new Set<string>();
  /** How many bytes of the current head have arrived, and how many of the current box are still missing. */
  let known = 0;
  let left = 0;
  let isMovie: boolean | undefined;

  function add(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && isMovie !== false; ) {
      const skipped = Math.min(left, chunk.length - at);
      left -= skipped;
      at += skipped;
      if (at === chunk.length) return;
      head.setUint8(known++, chunk[at++] ?? 0);
      if (known < 8 || (head.getUint32(0) === 1 && known < 16)) continue;
      const { name, length } = headAt(head, 0);
      isMovie = (isMovie || (FIRST.test(name) && head.getUint8(0) <= 8)) && length >= known;
      // After everything that a movie needs, bytes that do not name a box are padding.
      left = hasContent() && !/^[ -~]{4}$/.test(name) ? Number.POSITIVE_INFINITY : length - known;
      seen.add(name);
      known = 0;
    }
  }

  function hasContent(): boolean {
    return seen.has("meta") || (seen.has("moov") && seen.has("mdat"));
  }

  function isWhole(): boolean | undefined {
    if (!isMovie) return undefined;
    const isPadding = new Uint8Array(head.buffer, 0, known).every((byte) => byte === 0);
    return hasContent() && isPadding && (left === 0 || left === Number.POSITIVE_INFINITY);
  }

  return { add, isWhole };
}
