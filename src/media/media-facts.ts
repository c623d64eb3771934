import { type FileReading, inWindows, look } from "./byte-reader.js";
import { heifSides } from "./heif.js";
import { isSide, nameAt, pictureIn } from "./image-header.js";
import type { ImageFacts, MediaFacts } from "./media.js";
import { movieIn } from "./movie.js";
import { mp3In } from "./mp3.js";
import { wavIn } from "./wav.js";

/**
 * The facts in the header of a JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3. Never throws, and reads little, whatever the
 * bytes.
 * @returns undefined for any other file, and if the header is broken or cut off.
 */
export function factsIn(size: number): FileReading<MediaFacts | undefined> {
  return inWindows(guarded(size), size);
}

function* guarded(size: number): FileReading<MediaFacts | undefined> {
  try {
    return (yield* pictureIn(size)) ?? (yield* readerOf(yield* look(0, 12), size));
  } catch (error) {
    // The header refers to bytes outside of its own, for which DataView throws.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function* readerOf(start: DataView, size: number): FileReading<MediaFacts | undefined> {
  if (start.byteLength < 12) return undefined;
  const [first, second, third] = [nameAt(start, 0), nameAt(start, 4), nameAt(start, 8)];
  if (/^(RIFF|RF64|BW64)$/.test(first) && third === "WAVE") return yield* wavIn(size);
  if (second === "ftyp") return yield* byBrands(start.getUint32(0), size);
  // QuickTime's own files had no brands for ten years.
  if (/^(moov|mdat|wide|free|skip|pnot)$/.test(second)) return yield* movieIn(size, "video/quicktime");
  return yield* mp3In(size);
}

/** The first box contains the brands of the file, in four letters each. */
function* byBrands(length: number, size: number): FileReading<MediaFacts | undefined> {
  const view = yield* look(8, Math.min(length, 8 + 4 * MOST_BRANDS));
  const brands = Array.from({ length: view.byteLength >> 2 }, (_, index) => nameAt(view, index * 4));
  if (brands.some((brand) => HEIC.test(brand))) return yield* stillIn(size, "image/heic");
  if (brands.some((brand) => HEIF.test(brand)))
    return brands.some((brand) => AVIF.test(brand)) ? undefined : yield* stillIn(size, "image/heif");
  return yield* movieIn(size, brands[0] === "qt  " ? "video/quicktime" : "video/mp4");
}

const MOST_BRANDS = 64;
/** Brands of images and image sequences: H.265, any codec, AV1 (ISO/IEC 23008-12, annex B; AVIF 1.1). */
const HEIC = /^he(ic|ix|im|is|vc|vx|vm|vs)$/;
const HEIF = /^m[is]f[12]$/;
const AVIF = /^avi[fs]$/;

function* stillIn(size: number, type: ImageFacts["type"]): FileReading<ImageFacts | undefined> {
  const sides = yield* heifSides(size);
  return sides && isSide(sides.width) && isSide(sides.height) ? { kind: "image", type, ...sides } : undefined;
}
