import { type FileReading, look } from "./byte-reader.js";
import { nameAt } from "./image-header.js";
import type { AudioFacts } from "./media.js";

/** Frames that are counted one by one: more than half a minute. A longer file is estimated. */
const MOST_FRAMES = 4096;
/** Tags before the sound, at most. Nearly all files have one. */
const MOST_TAGS = 8;
/** Bytes between the tags and the first frame, at most: some encoders leave a gap. */
const SEARCHED = 4096;
/** The longest frame has 1441 bytes: 320 kbit/s at 32 kHz, padded. */
const LONGEST_FRAME = 1441;

/**
 * An MP3, after its tags. Its length is in its first frame (Xing, Info or VBRI), else the frames are counted.
 * @returns undefined unless three frames of the same form follow each other.
 */
export function* mp3In(size: number): FileReading<AudioFacts | undefined> {
  const behind = yield* behindTags(size);
  const view = yield* look(behind, behind + SEARCHED + 3 * LONGEST_FRAME);
  const start = startOf(view);
  const first = start === undefined ? undefined : frameAt(view, start);
  if (start === undefined || !first) return undefined;
  const told = framesTold(view, start, first);
  const seconds =
    told === undefined ? yield* counted(behind + start, size, first) : (told * first.samples) / first.sampleRate;
  return { kind: "audio", type: "audio/mpeg", seconds };
}

/** ID3v2 (2.4, 3.1): the length of a tag has seven bits per byte, and excludes its header and footer of ten bytes each. */
function* behindTags(size: number): FileReading<number> {
  let at = 0;
  for (let tags = 0; at + 10 <= size && tags < MOST_TAGS; tags += 1) {
    const view = yield* look(at, at + 10);
    if (view.getUint32(0) >>> 8 !== 0x494433) break;
    const length = [6, 7, 8, 9].reduce((sum, byte) => sum * 128 + (view.getUint8(byte) & 0x7f), 0);
    at += 10 + length + (view.getUint8(5) & 0x10 ? 10 : 0);
  }
  return at;
}

interface Frame {
  /** Version, layer and sampling rate, which are the same for all frames of a file. */
  readonly form: number;
  /** Bytes. */
  readonly length: number;
  readonly samples: number;
  readonly sampleRate: number;
  readonly isMono: boolean;
}

const KILOBITS = {
  1: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES = [44_100, 48_000, 32_000];

/** The header of a frame of layer III (ISO/IEC 11172-3, 2.4.1.3): MPEG-1, MPEG-2, or "2.5" with eleven bits of sync. */
function frameAt(view: DataView, at: number): Frame | undefined {
  if (at + 4 > view.byteLength) return undefined;
  const bits = view.getUint32(at);
  const version = (bits >>> 19) & 3;
  const isLayer3 = bits >>> 21 === 0x7ff && ((bits >>> 17) & 3) === 1 && version !== 1;
  const kilobits = KILOBITS[version === 3 ? 1 : 2][((bits >>> 12) & 15) - 1];
  const fullRate = SAMPLE_RATES[(bits >>> 10) & 3];
  if (!isLayer3 || kilobits === undefined || fullRate === undefined) return undefined;
  const sampleRate = version === 3 ? fullRate : version === 2 ? fullRate / 2 : fullRate / 4;
  const samples = version === 3 ? 1152 : 576;
  const length = Math.floor(((samples / 8) * kilobits * 1000) / sampleRate) + ((bits >>> 9) & 1);
  return { form: (bits >>> 10) & 0x783, length, samples, sampleRate, isMono: ((bits >>> 6) & 3) === 3 };
}

/** Where the first of three frames begins. The bits of a single one often occur by chance. */
function startOf(view: DataView): number | undefined {
  for (let start = 0; start < SEARCHED && start + 4 <= view.byteLength; start += 1) {
    const first = frameAt(view, start);
    const second = first && frameAt(view, start + first.length);
    const third = second && frameAt(view, start + first.length + second.length);
    if (second?.form === first?.form && third && third.form === first?.form) return start;
  }
  return undefined;
}

/** The number of frames that follow, which encoders write into the first, silent frame. */
function framesTold(view: DataView, start: number, { samples, isMono }: Frame): number | undefined {
  const sideInfo = samples === 1152 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const xing = start + 4 + sideInfo;
  if (xing + 12 <= view.byteLength && /^(Xing|Info)$/.test(nameAt(view, xing)) && view.getUint8(xing + 7) & 1)
    return view.getUint32(xing + 8);
  const vbri = start + 36;
  return vbri + 18 <= view.byteLength && nameAt(view, vbri) === "VBRI" ? view.getUint32(vbri + 14) : undefined;
}

/** Seconds, counted frame by frame up to the end or a tag. Undefined if the sound breaks off earlier. */
function* counted(start: number, size: number, { form, samples, sampleRate }: Frame): FileReading<number | undefined> {
  let at = start;
  let frames = 0;
  while (frames < MOST_FRAMES && at + 4 <= size) {
    const view = yield* look(at, at + 8);
    const frame = frameAt(view, 0);
    if (frame?.form !== form) {
      if (size - at > LONGEST_FRAME && !isTag(view)) return undefined;
      break;
    }
    at += frame.length;
    frames += 1;
  }
  const all = frames === MOST_FRAMES ? (frames * (size - start)) / (at - start) : frames;
  return (all * samples) / sampleRate;
}

/** ID3v1, APEv2, Lyrics3 or another ID3v2. */
function isTag(view: DataView): boolean {
  return /^(TAG|APET|LYRI|ID3)/.test(nameAt(view, 0));
}
