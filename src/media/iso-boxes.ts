import { look, type Reading } from "./byte-reader.js";
import { nameAt } from "./image-header.js";

/** A box of an MP4, MOV or HEIF file: its name, and where its content is. */
export interface Box {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** So many boxes we look at, side by side: an hour of fragments has fewer, and a hostile file may have millions. */
export const MOST_BOXES = 10_000;
/** So many bytes of one box we read. What describes fifteen seconds has a hundredth of them. */
const MOST_BYTES = 16 * 1024 * 1024;

/** ISO/IEC 14496-12, 4.2: a size of 32 bits and a name; 1 means that 64 bits follow, 0 that it goes on to the end. */
function headAt(view: DataView, at: number): { name: string; head: number; length: number } {
  const length = view.getUint32(at);
  const name = nameAt(view, at + 4);
  if (length !== 1) return { name, head: 8, length: length || Number.POSITIVE_INFINITY };
  return { name, head: 16, length: view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12) };
}

/** The outermost boxes of a file. The last may claim more bytes than there are: then it was cut off. */
export function* topBoxes(size: number): Reading<Box[]> {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= size && boxes.length < MOST_BOXES; ) {
    const { name, head, length } = headAt(yield* look(at, at + 16), 0);
    if (length < head) break;
    boxes.push({ name, from: at + head, to: length === Number.POSITIVE_INFINITY ? size : at + length });
    at += length;
  }
  return boxes;
}

/** Whether the pictures are there (`mdat`), and nothing that belongs to them was cut off. What follows may be of no kind at all. */
export function areWhole(boxes: Box[], size: number): boolean {
  const needed = boxes.filter(({ name }) => /^(moov|moof|meta|mdat)$/.test(name));
  return needed.every(({ to }) => to <= size) && needed.some(({ name }) => name === "mdat");
}

/** The content of a box, or its beginning where it is absurdly long. */
export function contentOf({ from, to }: Box): Reading<DataView> {
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
