import { look, type Reading } from "./byte-reader.js";
import { HEADER_BYTES, headerOf, nameAt } from "./image-header.js";
import type { ImageFacts } from "./media.js";

/** Bytes that usually suffice, that nearly always do, that a printing press's profiles need, and more than any image has. */
const HEADS = [4096, HEADER_BYTES, 16 * HEADER_BYTES, 256 * HEADER_BYTES];

/** What a file is if it is a JPEG, PNG or WebP: the pictures that every API takes. Of anything else little is read. */
export function* pictureIn(size: number): Reading<ImageFacts | undefined> {
  for (const most of HEADS) {
    const view = yield* look(0, most);
    if (!mayBePicture(view)) return undefined;
    const header = headerOf(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), size);
    if (header) return { kind: "image", type: `image/${header.type}`, width: header.width, height: header.height };
  }
  return undefined;
}

/** By what each begins with. */
function mayBePicture(view: DataView): boolean {
  if (view.byteLength < 12) return false;
  return view.getUint16(0) === 0xffd8 || nameAt(view, 0) === "\x89PNG" || nameAt(view, 8) === "WEBP";
}
