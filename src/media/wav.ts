import { type FileReading, look } from "./byte-reader.js";
import { nameAt } from "./image-header.js";
import type { AudioFacts } from "./media.js";

/** Chunks before the sound, at most. Real files have a few. */
const MOST_CHUNKS = 1000;
/** A size that was not known when it was written, or that is in `ds64` because it does not fit. */
const OPEN = 0xffffffff;
/** Formats with samples of a fixed size: PCM, floating point, A-law, µ-law, and the extensible ones of several channels. */
const EVEN = [1, 3, 6, 7, 0xfffe];

/**
 * A WAV, or its variant for more than 4 GB (RF64, EBU Tech 3306), after its first twelve bytes.
 * @returns undefined if the format or the sound is missing.
 */
export function* wavIn(size: number): FileReading<AudioFacts | undefined> {
  let format: DataView | undefined;
  let long: number | undefined;
  let samples: number | undefined;
  for (let at = 12, chunks = 0; at + 8 <= size && chunks < MOST_CHUNKS; chunks += 1) {
    const view = yield* look(at, at + 24);
    const name = nameAt(view, 0);
    const length = view.getUint32(4, true);
    if (name === "fmt ") format = view;
    if (name === "fact") samples = view.getUint32(8, true);
    if (name === "ds64") long = view.getUint32(16, true) + view.getUint32(20, true) * 2 ** 32;
    if (name === "data") {
      const told = length === OPEN ? long : length || undefined;
      const bytes = Math.min(told ?? Number.POSITIVE_INFINITY, size - at - 8);
      return format && { kind: "audio", type: "audio/wav", seconds: secondsOf(format, bytes, samples) };
    }
    at += 8 + length + (length % 2);
  }
  return undefined;
}

/** For packed formats, the bytes per second are often wrong, so the number of samples in `fact` counts. */
function secondsOf(format: DataView, bytes: number, samples: number | undefined): number | undefined {
  const sampleRate = format.getUint32(12, true);
  const isEven = EVEN.includes(format.getUint16(8, true));
  if (!isEven && samples && sampleRate) return samples / sampleRate;
  const bytesPerSecond = isEven ? sampleRate * format.getUint16(20, true) : format.getUint32(16, true);
  return bytesPerSecond ? bytes / bytesPerSecond : undefined;
}
