import { type FileReading, type Head, look, nameAt, type Part, partsIn, readNow, type Span } from "./byte-reader.js";

/** A box of an MP4, MOV or HEIF file (ISO/IEC 14496-12). */
export type Box = Part;

/** The most bytes of a box to read. The description of fifteen seconds has a hundredth of that. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Reads the head of a box (section 4.2). A size of 1 means that 64 bits follow, 0 that the box ends with its container. */
function boxHead(view: DataView): Head | undefined {
  const short = view.getUint32(0) || Number.POSITIVE_INFINITY;
  const [head, size] = short === 1 ? [16, Number(view.getBigUint64(8))] : [8, short];
  return size < head ? undefined : { name: nameAt(view, 4), head, length: size - head };
}

/** Reads the outermost boxes of a whole file, and the content of the one with this name, which describes it (`moov`, `meta`). */
export function* boxesOfFile(size: number, name: string): FileReading<{ boxes: Box[]; view: DataView } | undefined> {
  const boxes = yield* partsIn({ from: 0, to: size }, boxHead);
  const described = boxes.find((box) => box.name === name);
  const needed = boxes.filter((box) => /^(moov|moof|meta|mdat)$/.test(box.name));
  const isWhole = needed.every(({ to }) => to <= size) && needed.some((box) => box.name === "mdat");
  if (!described || !isWhole) return undefined;
  return { boxes, view: yield* look(described.from, Math.min(described.to, described.from + MOST_BYTES)) };
}

/** The boxes inside another, or in all of `view`. None extends beyond its container. */
export function boxesIn(view: DataView, outer: Span = { from: 0, to: view.byteLength }): Box[] {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const boxes = readNow(partsIn(outer, boxHead), ({ from, to }) => bytes.subarray(from, to));
  return boxes.map((box) => ({ ...box, to: Math.min(outer.to, box.to) }));
}

/** Finds the first box with a name inside another, and so on inwards: `boxAt(view, track, "mdia", "minf")`. */
export function boxAt(view: DataView, outer: Box, ...names: string[]): Box | undefined {
  const inside = (box: Box | undefined, name: string) => box && boxesIn(view, box).find((inner) => inner.name === name);
  return names.reduce<Box | undefined>(inside, outer);
}

/** The first boxes of a movie or an image. QuickTime needs no `ftyp`, but its first box is small, unlike text with such a word. */
const FIRST = /^(ftyp|moov|mdat|wide|free|skip|pnot)$/;

/** Follows the boxes of an MP4 as its bytes arrive, to detect a truncated file whatever length its host names. */
export function followBoxes() {
  const head = new DataView(new ArrayBuffer(16));
  const seen = new Set<string>();
  /** How many bytes of the current head have arrived, and how many of the current box are still missing. */
  let known = 0;
  let left = 0;
  let isMovie: boolean | undefined;
  const hasContent = () => seen.has("meta") || (seen.has("moov") && seen.has("mdat"));

  function add(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && isMovie !== false; ) {
      const skipped = Math.min(left, chunk.length - at);
      left -= skipped;
      at += skipped;
      if (at === chunk.length) return;
      head.setUint8(known++, chunk[at++] ?? 0);
      if (known < 8 || (head.getUint32(0) === 1 && known < 16)) continue;
      const { name, length } = boxHead(head) ?? { name: "", length: 0 };
      isMovie = name !== "" && (isMovie || (FIRST.test(name) && head.getUint8(0) <= 8));
      // After everything that a movie needs, bytes that do not name a box are padding.
      left = hasContent() && !/^[ -~]{4}$/.test(name) ? Number.POSITIVE_INFINITY : length;
      seen.add(name);
      known = 0;
    }
  }

  /** Whether all necessary boxes have arrived and a box ends where the bytes end. Undefined if the bytes are not an MP4. */
  function isWhole(): boolean | undefined {
    if (!isMovie) return undefined;
    const isPadding = new Uint8Array(head.buffer, 0, known).every((byte) => byte === 0);
    return hasContent() && isPadding && (left === 0 || left === Number.POSITIVE_INFINITY);
  }

  return { add, isWhole };
}
