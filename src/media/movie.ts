import { type FileReading, nameAt } from "./byte-reader.js";
import { type Box, boxAt, boxesIn, boxesOfFile, contentOfBox } from "./iso-boxes.js";
import type { VideoFacts } from "./media.js";

/**
 * An MP4 or MOV by its description (`moov`), at its beginning or end. MediaRecorder and some cameras write fragmented files,
 * whose description knows neither length nor frames. The fragments tell the length.
 * @returns undefined if no video track is described, or if the end of the file is missing.
 */
export function* movieIn(size: number, type: VideoFacts["type"]): FileReading<VideoFacts | undefined> {
  const file = yield* boxesOfFile(size, "moov");
  if (!file) return undefined;
  const { view, boxes } = file;
  const tracks = boxesIn(view)
    .filter(({ name }) => name === "trak")
    .map((box) => trackOf(view, box))
    .filter((track) => track !== undefined);
  const video = tracks.find(({ handler }) => handler === "vide");
  if (!video?.width || !video.height) return undefined;
  const header = boxesIn(view).find(({ name }) => name === "mvhd");
  const fragments = boxes.filter(({ name }) => name === "moof");
  const isFragmented = fragments.length > 0;
  const frames = isFragmented ? undefined : video.frames;
  return {
    kind: "video",
    type,
    width: video.width,
    height: video.height,
    // With edits, as players show it.
    seconds: isFragmented ? yield* secondsOfFragments(fragments, tracks) : header && timeOf(view, header).seconds,
    frames,
    frameRate: frames && video.seconds ? frames / video.seconds : undefined,
    videoCodec: video.codec,
    audioCodec: tracks.find(({ handler }) => handler === "soun")?.codec,
  };
}

type Track = NonNullable<ReturnType<typeof trackOf>>;

/** Undefined if the track is not fully described, as in a broken file. */
function trackOf(view: DataView, track: Box) {
  const head = boxAt(view, track, "tkhd");
  const time = boxAt(view, track, "mdia", "mdhd");
  const handlerBox = boxAt(view, track, "mdia", "hdlr");
  const table = boxAt(view, track, "mdia", "minf", "stbl");
  const kinds = table && boxAt(view, table, "stsd");
  // After version, flags and a count. All samples of a video that the service accepts are of one kind.
  const [entry] = kinds ? boxesIn(view, { from: kinds.from + 8, to: kinds.to }) : [];
  if (!head || !time || !handlerBox || !table || !entry) return undefined;
  const sizes = boxAt(view, table, "stsz") ?? boxAt(view, table, "stz2");
  const handler = nameAt(view, handlerBox.from + 8);
  const isVideo = handler === "vide";
  return {
    id: view.getUint32(head.from + (view.getUint8(head.from) === 1 ? 20 : 12)),
    /** "vide", "soun", or another one. */
    handler,
    ...timeOf(view, time),
    frames: sizes && view.getUint32(sizes.from + 8),
    codec: codecOf(entry.name),
    // Pixels as they are coded, before any rotation.
    width: isVideo ? view.getUint16(entry.from + 24) : 0,
    height: isVideo ? view.getUint16(entry.from + 26) : 0,
  };
}

/**
 * Sample entries (ISO/IEC 14496-15). dvh1 and dvhe are Dolby Vision, which is H.265 with additional data. mp4a is AAC, rarely
 * MP3, which is accepted as well; ".mp3" and "ms\0U" are QuickTime's names for MP3.
 */
const CODECS = {
  h264: ["avc1", "avc3"],
  h265: ["hvc1", "hev1", "dvh1", "dvhe"],
  aac: ["mp4a"],
  mp3: [".mp3", "ms\0U"],
};

/** Of a codec that the service does not accept, the name without control characters, which a terminal would obey. */
function codecOf(entry: string): string {
  const [known] = Object.entries(CODECS).find(([, entries]) => entries.includes(entry)) ?? [];
  return known ?? entry.replace(/[^!-~]/g, "?");
}

/**
 * Units of time per second, and the duration, which are at the same place in the movie and in each track. A duration of 0, or of
 * all ones, means unknown.
 */
function timeOf(view: DataView, { from }: Box): { timescale: number; seconds: number | undefined } {
  const isLong = view.getUint8(from) === 1;
  const timescale = view.getUint32(from + (isLong ? 20 : 12));
  const duration = isLong ? Number(view.getBigUint64(from + 24)) : view.getUint32(from + 16);
  const isKnown = timescale > 0 && duration > 0 && duration < (isLong ? 2 ** 64 : 2 ** 32 - 1);
  return { timescale, seconds: isKnown ? duration / timescale : undefined };
}

/** Up to the end of the last fragment. Some files begin before their first one: with frames in the description, or late. */
function* secondsOfFragments(fragments: Box[], tracks: Track[]): FileReading<number | undefined> {
  const [first, last] = [fragments[0], fragments.at(-1)] as [Box, Box];
  const { begin } = timesOf(yield* contentOfBox(first), tracks) ?? {};
  const { end } = timesOf(yield* contentOfBox(last), tracks) ?? {};
  if (begin === undefined || end === undefined) return undefined;
  const seconds = end - (tracks.some(({ handler, frames }) => handler === "vide" && frames) ? 0 : begin);
  return seconds > 0 ? seconds : undefined;
}

/** When a fragment begins and ends, in seconds, by its first track (ISO/IEC 14496-12, 8.8). */
function timesOf(view: DataView, tracks: Track[]): { begin: number; end: number } | undefined {
  const part = boxesIn(view).find(({ name }) => name === "traf");
  const head = part && boxAt(view, part, "tfhd");
  const start = part && boxAt(view, part, "tfdt");
  const track = head && tracks.find(({ id }) => id === view.getUint32(head.from + 4));
  if (!part || !head || !start || !track?.timescale) return undefined;
  const isLong = view.getUint8(start.from) === 1;
  const begin = isLong ? Number(view.getBigUint64(start.from + 4)) : view.getUint32(start.from + 4);
  const flags = view.getUint32(head.from);
  const at = head.from + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
  const sampleDuration = flags & 8 ? view.getUint32(at) : Number.NaN;
  const end = boxesIn(view, part)
    .filter(({ name }) => name === "trun")
    .reduce((sum, run) => sum + durationOf(view, run, sampleDuration), begin);
  return { begin: begin / track.timescale, end: end / track.timescale };
}

/** In units of time. Not a number if neither the samples nor the fragment have a duration. */
function durationOf(view: DataView, { from, to }: Box, sampleDuration: number): number {
  const flags = view.getUint32(from);
  const samples = view.getUint32(from + 4);
  if (!(flags & 0x100)) return samples * sampleDuration;
  // A sample begins with its duration. Size, flags and offset follow if their flags are set.
  const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  const start = from + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  const end = Math.min(to, start + samples * step);
  let duration = 0;
  for (let at = start; at + step <= end; at += step) duration += view.getUint32(at);
  return duration;
}
