import { type FileReading, inWindows, look, nameAt, readLater } from "./byte-reader.js";
import { edgesOf, heifSides, jpegSides, pngSides, type Sides, webpSides } from "./image-header.js";
import type { ImageFacts, MediaFacts } from "./media.js";
import { movieIn } from "./movie.js";
import { mp3In } from "./mp3.js";
import { wavIn } from "./wav.js";

/**
 * The facts in the header of a JPEG, PNG, WebP, HEIC, HEIF, MP4, MOV, WAV or MP3. Never throws, and reads little, whatever the
 * bytes.
 * @returns undefined for any other file, and if the header is broken or cut off.
 */
export function* factsIn(size: number): FileReading<MediaFacts | undefined> {
  try {
    return yield* inWindows(byFirstBytes(size), size);
  } catch (error) {
    // The header refers to bytes outside of its own, or of the file, for which DataView throws.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The facts and the size of what is in memory, or of a Blob, of which only the header is read. */
export async function factsOf(source: Uint8Array | Blob): Promise<{ facts: MediaFacts | undefined; size: number }> {
  const size = source instanceof Blob ? source.size : source.length;
  const facts = await readLater(factsIn(size), async ({ from, to }) =>
    source instanceof Blob ? new Uint8Array(await source.slice(from, to).arrayBuffer()) : source.subarray(from, to),
  );
  return { facts, size };
}

function* byFirstBytes(size: number): FileReading<MediaFacts | undefined> {
  const start = yield* look(0, 12);
  const [first, second, third] = [nameAt(start, 0), nameAt(start, 4), nameAt(start, 8)];
  // A scan ends behind its beginning; so does that of a preview in the metadata, before the scan.
  if (first.startsWith("\xff\xd8"))
    return imageOf("image/jpeg", yield* jpegSides(size), yield* edgesOf(size, ["\xff\xda", "\xff\xd9"]));
  if (first === "\x89PNG") return imageOf("image/png", yield* pngSides(), yield* edgesOf(size, ["IHDR", "IEND"]));
  if (first === "RIFF" && third === "WEBP") return imageOf("image/webp", yield* webpSides(size), yield* edgesOf(size));
  if (/^(RIFF|RF64)$/.test(first) && third === "WAVE") return yield* wavIn(size);
  if (second === "ftyp") return yield* byBrands(start.getUint32(0), size);
  // QuickTime's own files had no brands for ten years.
  if (/^(moov|mdat|wide|free|skip|pnot)$/.test(second)) return yield* movieIn(size, "video/quicktime");
  return yield* mp3In(size);
}

function imageOf(
  type: ImageFacts["type"],
  sides: Sides | undefined,
  { isTurned = false, isCut = false } = {},
): ImageFacts | undefined {
  if (!sides?.width || !sides.height) return undefined;
  const shown = isTurned ? { width: sides.height, height: sides.width } : sides;
  return { kind: "image", type, ...shown, ...(isCut && { isCut }) };
}

/** Brands of images and image sequences: H.265, AV1, any codec (ISO/IEC 23008-12, annex B; AVIF 1.1). */
const HEIC = /^he(ic|ix|im|is|vc|vx|vm|vs)$/;
const AVIF = /^avi[fs]$/;
const HEIF = /^m[is]f[12]$/;
const MOST_BRANDS = 64;

/** The first box contains the brands of the file, in four letters each. */
function* byBrands(length: number, size: number): FileReading<MediaFacts | undefined> {
  const view = yield* look(8, Math.min(length, 8 + 4 * MOST_BRANDS));
  const brands = Array.from({ length: view.byteLength >> 2 }, (_, index) => nameAt(view, index * 4));
  if (brands.some((brand) => HEIC.test(brand))) return imageOf("image/heic", yield* heifSides(size));
  if (brands.some((brand) => AVIF.test(brand))) return undefined;
  if (brands.some((brand) => HEIF.test(brand))) return imageOf("image/heif", yield* heifSides(size));
  return yield* movieIn(size, brands[0] === "qt  " ? "video/quicktime" : "video/mp4");
}
