import { type FileReading, look } from "./byte-reader.js";
import { nameAt } from "./image-header.js";

/** A box of an MP4, MOV or HEIF file (ISO/IEC 14496-12): its name, and where its content is. */
export interface Box {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Boxes that are read side by side, at most: an hour of fragments has fewer, and a hostile file may have millions. */
export const MOST_BOXES = 10_000;
/** Bytes of a box that are read, at most. What describes fifteen seconds has a hundredth of them. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Section 4.2: a size of 32 bits and a name. A size of 1 means that 64 bits follow, 0 that the box ends with the file. */
function headAt(view: DataView, at: number): { name: string; head: number; length: number } {
  const length = view.getUint32(at);
  const name = nameAt(view, at + 4);
  if (length !== 1) return { name, head: 8, length: length || Number.POSITIVE_INFINITY };
  return { name, head: 16, length: view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12) };
}

/** The outermost boxes of a file. If it was cut off, the last one extends beyond its end. */
export function* topBoxes(size: number): FileReading<Box[]> {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= size && boxes.length < MOST_BOXES; ) {
    const { name, head, length } = headAt(yield* look(at, at + 16), 0);
    if (length < head) break;
    boxes.push({ name, from: at + head, to: length === Number.POSITIVE_INFINITY ? size : at + length });
    at += length;
  }
  return boxes;
}

/** Whether the content (`mdat`) is there and nothing that belongs to it was cut off. Anything may follow it. */
export function areWhole(boxes: Box[], size: number): boolean {
  const needed = boxes.filter(({ name }) => /^(moov|moof|meta|mdat)$/.test(name));
  return needed.every(({ to }) => to <= size) && needed.some(({ name }) => name === "mdat");
}

/** The content of a box, or its beginning if it is absurdly long. */
export function contentOfBox({ from, to }: Box): FileReading<DataView> {
  return look(from, Math.min(to, from + MOST_BYTES));
}

/** The boxes in a part of `view`, none of them larger than that part. */
export function boxesIn(view: DataView, from = 0, to: number = view.byteLength): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to && boxes.length < MOST_BOXES; ) {
    const { name, head, length } = headAt(view, at);
    if (length < head) break;
    boxes.push({ name, from: at + head, to: Math.min(to, at + length) });
    at += length;
  }
  return boxes;
}

/** The first box of a name in another, and so on inwards: `boxAt(view, track, "mdia", "minf")`. */
export function boxAt(view: DataView, outer: Box, ...names: string[]): Box | undefined {
  return names.reduce<Box | undefined>(
    (box, name) => box && boxesIn(view, box.from, box.to).find((inner) => inner.name === name),
    outer,
  );
}

/** Follows the boxes of an MP4 while its bytes pass. They tell its end if the host names no length. */
export interface BoxFollower {
  add(chunk: Uint8Array): void;
  /** Whether a box ends where the bytes end; undefined if they are not an MP4. */
  isWhole(): boolean | undefined;
}

export function followBoxes(): BoxFollower {
  const head = new DataView(new ArrayBuffer(16));
  /** Bytes of the current head, bytes that have passed, and where the current box ends. */
  let known = 0;
  let at = 0;
  let end = 0;
  let isMovie: boolean | undefined;

  function endOfHead(): void {
    if (head.getUint32(0) === 1 && known < 16) return;
    const { name, length } = headAt(head, 0);
    isMovie ??= name === "ftyp";
    if (length < known) isMovie = false;
    end = at - known + length;
    known = 0;
  }

  return {
    add(chunk) {
      for (let from = 0; from < chunk.length && isMovie !== false; ) {
        const skipped = Math.min(end - at, chunk.length - from);
        if (skipped > 0) [at, from] = [at + skipped, from + skipped];
        else {
          head.setUint8(known++, chunk[from++] ?? 0);
          // An incomplete head counts as outside of any box.
          at = end = at + 1;
          if (known >= 8) endOfHead();
        }
      }
    },
    isWhole: () => (isMovie ? known === 0 && (at === end || end === Number.POSITIVE_INFINITY) : undefined),
  };
}
