import { type FileReading, nameAt } from "./byte-reader.js";
import { type Box, boxAt, boxesIn, boxesOfFile } from "./iso-boxes.js";
import type { VideoFacts } from "./media.js";

/** Reads an MP4 or MOV from its description (`moov`). Returns undefined if it has no video track, or if its end is missing. */
export function* movieIn(size: number, type: VideoFacts["type"]): FileReading<VideoFacts | undefined> {
  const { view, boxes = [] } = (yield* boxesOfFile(size, "moov")) ?? {};
  if (!view) return undefined;
  const tracks = boxesIn(view).flatMap((box) => (box.name === "trak" && trackOf(view, box)) || []);
  const video = tracks.find(({ handler }) => handler === "vide");
  if (!video?.width || !video.height) return undefined;
  const header = boxesIn(view).find(({ name }) => name === "mvhd");
  // In the fragmented files of MediaRecorder and some cameras, the description contains neither length nor frames.
  const isFragmented = boxes.some(({ name }) => name === "moof");
  const frames = isFragmented ? undefined : video.frames;
  return {
    kind: "video",
    type,
    width: video.width,
    height: video.height,
    // Includes edits, as players do.
    seconds: header && !isFragmented ? secondsOf(view, header) : undefined,
    frames,
    frameRate: frames && video.seconds ? frames / video.seconds : undefined,
    videoCodec: video.codec,
    audioCodec: tracks.find(({ handler }) => handler === "soun")?.codec,
  };
}

/** Reads a track. Returns undefined if it is not fully described, as in a broken file. */
function trackOf(view: DataView, track: Box) {
  const time = boxAt(view, track, "mdia", "mdhd");
  const handlerBox = boxAt(view, track, "mdia", "hdlr");
  const table = boxAt(view, track, "mdia", "minf", "stbl");
  const kinds = table && boxAt(view, table, "stsd");
  // Skips version, flags and a count. In videos that the service accepts, all samples are of one kind.
  const [entry] = kinds ? boxesIn(view, { from: kinds.from + 8, to: kinds.to }) : [];
  if (!time || !handlerBox || !table || !entry) return undefined;
  const sizes = boxAt(view, table, "stsz") ?? boxAt(view, table, "stz2");
  const handler = nameAt(view, handlerBox.from + 8);
  const isVideo = handler === "vide";
  return {
    handler,
    seconds: secondsOf(view, time),
    frames: sizes && view.getUint32(sizes.from + 8),
    codec: codecOf(entry.name),
    width: isVideo ? view.getUint16(entry.from + 24) : 0,
    height: isVideo ? view.getUint16(entry.from + 26) : 0,
  };
}

/** Sample entries (ISO/IEC 14496-15). Dolby Vision (dvh1, dvhe) is H.265 with more data. mp4a is AAC, or rarely MP3. */
const CODECS = { h264: /^avc[13]$/, h265: /^(hvc1|hev1|dvh1|dvhe)$/, aac: /^mp4a$/, mp3: /^(\.mp3|ms\0U)$/ };

/** The name of a codec. For one that the service does not accept, replaces control characters, which a terminal would obey. */
function codecOf(entry: string): string {
  const [known] = Object.entries(CODECS).find(([, names]) => names.test(entry)) ?? [];
  return known ?? entry.replace(/[^!-~]/g, "?");
}

/** Reads the duration, which has the same position in the movie and in each track. 0, or all ones, means unknown. */
function secondsOf(view: DataView, { from }: Box): number | undefined {
  const isLong = view.getUint8(from) === 1;
  const timescale = view.getUint32(from + (isLong ? 20 : 12));
  const duration = isLong ? Number(view.getBigUint64(from + 24)) : view.getUint32(from + 16);
  const isKnown = timescale > 0 && duration > 0 && duration < (isLong ? 2 ** 64 : 2 ** 32 - 1);
  return isKnown ? duration / timescale : undefined;
}
