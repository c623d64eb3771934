import { type FileReading, type Head, look, nameAt, partsIn } from "./byte-reader.js";
import type { AudioFacts } from "./media.js";

/** Reads the head of a chunk of a RIFF file (WAV, WebP). */
export function riffHead(view: DataView): Head {
  const length = view.getUint32(4, true);
  return { name: nameAt(view, 0), head: 8, length, behind: length % 2 };
}

/** Formats with samples of a fixed size: PCM, floating point, A-law, µ-law, and the extensible format for several channels. */
const EVEN = [1, 3, 6, 7, 0xfffe];

/** Reads a WAV. RF64, the variant for more than 4 GB, differs only in files too large to be sent. */
export function* wavIn(size: number): FileReading<AudioFacts | undefined> {
  const chunks = yield* partsIn({ from: 12, to: size }, riffHead);
  const [format, data] = ["fmt ", "data"].map((name) => chunks.find((chunk) => chunk.name === name));
  if (!data) return undefined;
  const view = format && (yield* look(format.from, format.from + 16));
  // The rate declared by packed formats is often wrong.
  const isEven = view && EVEN.includes(view.getUint16(0, true));
  const bytesPerSecond = isEven ? view.getUint32(4, true) * view.getUint16(12, true) : 0;
  // 0 and the largest number mean that the length was unknown when the header was written.
  const bytes = Math.min(data.to - data.from || size, size - data.from);
  return { kind: "audio", type: "audio/wav", seconds: bytesPerSecond ? bytes / bytesPerSecond : undefined };
}

/** The most frames to count: at least 24 seconds. The length of a longer file is estimated. */
const MOST_FRAMES = 1024;
/** The most bytes between the tags and the first frame. Some encoders leave a gap. */
const SEARCHED = 4096;
/** The longest frame has 1441 bytes: 320 kbit/s at 32 kHz, padded. */
const LONGEST_FRAME = 1441;

/** Reads an MP3. Returns undefined unless three frames of the same form follow each other. */
export function* mp3In(size: number): FileReading<AudioFacts | undefined> {
  const tags = yield* partsIn({ from: 0, to: size }, tagHead);
  const from = tags.at(-1)?.to ?? 0;
  const view = yield* look(from, from + SEARCHED + 3 * LONGEST_FRAME);
  const first = firstFrame(view);
  if (!first) return undefined;
  // Many encoders begin with a silent frame that contains this name, at a position that depends on version and channels.
  const isSilent = [13, 21, 36].some((offset) => /^(Xing|Info|VBRI)$/.test(nameAt(view, first.at + offset)));
  const seconds = yield* secondsFrom(from + first.at + (isSilent ? first.length : 0), size, first);
  return { kind: "audio", type: "audio/mpeg", seconds };
}

/** Reads the head of a tag before the sound (ID3v2.4, 3.1), whose length has seven bits per byte. A footer is skipped like a gap. */
function tagHead(view: DataView): Head | undefined {
  if (view.getUint32(0) >>> 8 !== 0x494433) return undefined;
  const length = [6, 7, 8, 9].reduce((sum, byte) => sum * 128 + (view.getUint8(byte) & 0x7f), 0);
  return { name: "ID3", head: 10, length };
}

const KILOBITS = {
  1: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES = [44_100, 48_000, 32_000];

/** Reads the header of a layer III frame (ISO/IEC 11172-3, 2.4.1.3): MPEG-1, MPEG-2, or "2.5" with eleven bits of sync. */
function frameAt(view: DataView, at: number) {
  if (at + 4 > view.byteLength) return undefined;
  const bits = view.getUint32(at);
  const version = (bits >>> 19) & 3;
  const isLayer3 = bits >>> 21 === 0x7ff && ((bits >>> 17) & 3) === 1 && version !== 1;
  const kilobits = KILOBITS[version === 3 ? 1 : 2][((bits >>> 12) & 15) - 1];
  const fullRate = SAMPLE_RATES[(bits >>> 10) & 3];
  if (!isLayer3 || kilobits === undefined || fullRate === undefined) return undefined;
  // MPEG-2 has half the rate, and "2.5" a quarter.
  const sampleRate = version === 3 ? fullRate : version === 2 ? fullRate / 2 : fullRate / 4;
  const samples = version === 3 ? 1152 : 576;
  const length = Math.floor((samples * kilobits * 125) / sampleRate) + ((bits >>> 9) & 1);
  // Version, layer and sampling rate, which are the same for all frames of a file.
  const form = (bits >>> 10) & 0x783;
  return { at, length, form, samples, sampleRate };
}

type Frame = NonNullable<ReturnType<typeof frameAt>>;

/** Finds the first of three consecutive frames. The bits of a single one often occur by chance. */
function firstFrame(view: DataView): Frame | undefined {
  for (let start = 0; start < SEARCHED && start + 4 <= view.byteLength; start += 1) {
    const first = frameAt(view, start);
    const second = first && frameAt(view, start + first.length);
    const third = second && frameAt(view, second.at + second.length);
    if (third && second.form === first.form && third.form === first.form) return first;
  }
  return undefined;
}

/** Counts the frames up to the end or a tag, because not all encoders write how many there are. Undefined if they break off. */
function* secondsFrom(start: number, size: number, first: Frame): FileReading<number | undefined> {
  let at = start;
  let frames = 0;
  for (; frames < MOST_FRAMES && at + 4 <= size; frames += 1) {
    const view = yield* look(at, at + 4);
    const frame = frameAt(view, 0);
    if (frame?.form !== first.form) {
      const isTag = /^(TAG|APET|LYRI|ID3)/.test(nameAt(view, 0));
      if (!isTag && size - at > LONGEST_FRAME) return undefined;
      break;
    }
    at += frame.length;
  }
  const all = frames === MOST_FRAMES ? (frames * (size - start)) / (at - start) : frames;
  return (all * first.samples) / first.sampleRate;
}
