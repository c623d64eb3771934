import type { FileReading } from "./byte-reader.js";
import type { ImageHeader } from "./image-header.js";
import { areWhole, type Box, boxAt, boxesIn, contentOfBox, topBoxes } from "./iso-boxes.js";

/** The size of the primary image of an HEIC or HEIF file, before any rotation (ISO/IEC 23008-12). */
export function* heifSides(size: number): FileReading<Pick<ImageHeader, "width" | "height"> | undefined> {
  const boxes = yield* topBoxes(size);
  const meta = boxes.find(({ name }) => name === "meta");
  if (!meta || !areWhole(boxes, size)) return undefined;
  const view = yield* contentOfBox(meta);
  const described = { name: "meta", from: 4, to: view.byteLength };
  const primary = boxAt(view, described, "pitm");
  const all = boxAt(view, described, "iprp");
  const list = all && boxAt(view, all, "ipco");
  if (!primary || !list) return undefined;
  const id = view.getUint8(primary.from) === 0 ? view.getUint16(primary.from + 4) : view.getUint32(primary.from + 4);
  // Tiles, thumbnails and depth maps have sizes as well. Only that of the primary item counts.
  const properties = boxesIn(view, list.from, list.to);
  const sides = boxesIn(view, all.from, all.to)
    .filter(({ name }) => name === "ipma")
    .flatMap((box) => propertiesOf(view, box, id))
    .map((number) => properties[number - 1])
    .find((property) => property?.name === "ispe");
  return sides && { width: view.getUint32(sides.from + 4), height: view.getUint32(sides.from + 8) };
}

/** The numbers of an item's properties, counted from 1. Version and flags tell how many bytes an item and a number have. */
function propertiesOf(view: DataView, { from, to }: Box, item: number): number[] {
  const wideItems = view.getUint8(from) > 0;
  const wideNumbers = view.getUint8(from + 3) % 2 === 1;
  for (let at = from + 8; at + 3 <= to; ) {
    const id = wideItems ? view.getUint32(at) : view.getUint16(at);
    at += wideItems ? 4 : 2;
    const count = view.getUint8(at);
    at += 1;
    // The highest bit says whether a reader must understand the property.
    const numberAt = (index: number) =>
      wideNumbers ? view.getUint16(at + index * 2) & 0x7fff : view.getUint8(at + index) & 0x7f;
    if (id === item) return Array.from({ length: count }, (_, index) => numberAt(index));
    at += count * (wideNumbers ? 2 : 1);
  }
  return [];
}
