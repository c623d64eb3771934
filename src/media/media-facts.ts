import { type FileReading, inWindows, look, nameAt, readLater } from "./byte-reader.js";
import { type HeaderReading, heifHeader, isTurned, jpegHeader, pngHeader, webpHeader } from "./image-header.js";
import type { ImageFacts, MediaFacts } from "./media.js";
import { movieIn } from "./movie.js";
import { mp3In, wavIn } from "./sound.js";

/** Reads the facts in the header of a file. Reads little, and never throws: a broken or unknown header gives undefined. */
export function* factsIn(size: number): FileReading<MediaFacts | undefined> {
  try {
    return yield* inWindows(byFirstBytes(size), size);
  } catch (error) {
    // DataView throws if the header refers to bytes outside itself or the file.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Returns the facts and the size of bytes or a Blob. */
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
  if (first.startsWith("\xff\xd8")) return yield* imageOf("image/jpeg", jpegHeader(size));
  if (first === "\x89PNG") return yield* imageOf("image/png", pngHeader(size));
  if (first === "RIFF" && third === "WEBP") return yield* imageOf("image/webp", webpHeader(size));
  if (/^(RIFF|RF64)$/.test(first) && third === "WAVE") return yield* wavIn(size);
  if (second === "ftyp") return yield* byBrands(start.getUint32(0), size);
  // For ten years, QuickTime's own files had no brands.
  if (/^(moov|mdat|wide|free|skip|pnot)$/.test(second)) return yield* movieIn(size, "video/quicktime");
  return yield* mp3In(size);
}

function* imageOf(type: ImageFacts["type"], reading: HeaderReading): FileReading<ImageFacts | undefined> {
  const { width, height, exif, isCut = false } = (yield* reading) ?? {};
  if (!width || !height) return undefined;
  const sides = exif !== undefined && (yield* isTurned(exif)) ? { width: height, height: width } : { width, height };
  return { kind: "image", type, ...sides, ...(isCut && { isCut }) };
}

/** Brands of images and image sequences: H.265, AV1, any codec (ISO/IEC 23008-12, annex B; AVIF 1.1). */
const HEIC = /^he(ic|ix|im|is|vc|vx|vm|vs)$/;
const AVIF = /^avi[fs]$/;
const HEIF = /^m[is]f[12]$/;
const MOST_BRANDS = 64;

function* byBrands(length: number, size: number): FileReading<MediaFacts | undefined> {
  const view = yield* look(8, Math.min(length, 8 + 4 * MOST_BRANDS));
  const brands = Array.from({ length: view.byteLength >> 2 }, (_, index) => nameAt(view, index * 4));
  if (brands.some((brand) => HEIC.test(brand))) return yield* imageOf("image/heic", heifHeader(size));
  if (brands.some((brand) => AVIF.test(brand))) return undefined;
  if (brands.some((brand) => HEIF.test(brand))) return yield* imageOf("image/heif", heifHeader(size));
  return yield* movieIn(size, brands[0] === "qt  " ? "video/quicktime" : "video/mp4");
}
