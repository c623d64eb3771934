import { type FileReading, look, nameAt } from "./byte-reader.js";
import type { AudioFacts } from "./media.js";

/** The most chunks before the sound. Real files have a few. */
const MOST_CHUNKS = 1000;
/** Formats with samples of a fixed size: PCM, floating point, A-law, µ-law, and the extensible format for several channels. */
const EVEN = [1, 3, 6, 7, 0xfffe];

/**
 * Reads a WAV after its first twelve bytes. RF64, the variant for more than 4 GB, differs only in files too large to be sent.
 * @returns undefined if there is no sound.
 */
export function* wavIn(size: number): FileReading<AudioFacts | undefined> {
  let bytesPerSecond: number | undefined;
  for (let at = 12, chunks = 0; at + 8 <= size && chunks < MOST_CHUNKS; chunks += 1) {
    const view = yield* look(at, at + 24);
    const name = nameAt(view, 0);
    const length = view.getUint32(4, true);
    // The rate declared by packed formats is often wrong.
    if (name === "fmt " && EVEN.includes(view.getUint16(8, true)))
      bytesPerSecond = view.getUint32(12, true) * view.getUint16(20, true);
    if (name === "data") {
      // 0 and the largest number mean that the length was unknown when the header was written.
      const bytes = Math.min(length || size, size - at - 8);
      return { kind: "audio", type: "audio/wav", seconds: bytesPerSecond ? bytes / bytesPerSecond : undefined };
    }
    at += 8 + length + (length % 2);
  }
  return undefined;
}
