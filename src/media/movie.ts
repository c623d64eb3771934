import type { FileReading } from "./byte-reader.js";
import { nameAt } from "./image-header.js";
import { areWhole, type Box, boxAt, boxesIn, contentOfBox, MOST_BOXES, topBoxes } from "./iso-boxes.js";
import type { VideoFacts } from "./media.js";

/**
 * An MP4 or MOV by its description (`moov`), at its beginning or end, and by its fragments if it has any.
 * @returns undefined if no video track is described, or if the end of the file is missing.
 */
export function* movieIn(size: number, type: VideoFacts["type"]): FileReading<VideoFacts | undefined> {
  const boxes = yield* topBoxes(size);
  const movie = boxes.find(({ name }) => name === "moov");
  if (!movie || !areWhole(boxes, size)) return undefined;
  const view = yield* contentOfBox(movie);
  const fragments = boxes.filter(({ name }) => name === "moof");
  const parts = yield* partsIn(fragments, view);
  const tracks = tracksIn(view).map((track) => {
    const { samples, duration } = parts.get(track.id) ?? { samples: 0, duration: 0 };
    return { ...track, samples: track.samples + samples, duration: (track.duration ?? 0) + duration };
  });
  const video = tracks.find(({ handler }) => handler === "vide");
  if (!video?.width || !video.height) return undefined;
  const seconds = fragments.length ? longestOf(tracks) : lengthFrom(view);
  const complete = boxes.length < MOST_BOXES;
  return {
    kind: "video",
    type,
    width: video.width,
    height: video.height,
    seconds: complete ? seconds : undefined,
    frames: complete ? video.samples : undefined,
    frameRate: rateOf(video),
    videoCodec: video.codec,
    audioCodec: tracks.find(({ handler }) => handler === "soun")?.codec,
  };
}

/** The length of the whole, including edits, as players show it. */
function lengthFrom(view: DataView): number | undefined {
  const head = boxesIn(view).find(({ name }) => name === "mvhd");
  return head && secondsOf(timeOf(view, head));
}

function longestOf(tracks: Track[]): number | undefined {
  const seconds = tracks.map((track) => secondsOf(track)).filter((known) => known !== undefined);
  return seconds.length ? Math.max(...seconds) : undefined;
}

/** A length of zero was not known when it was written. */
function secondsOf({ timescale, duration }: Pick<Track, "timescale" | "duration">): number | undefined {
  return timescale && duration ? duration / timescale : undefined;
}

/** Frames a second on average. */
function rateOf(video: Track): number | undefined {
  const seconds = secondsOf(video);
  return seconds && video.samples ? video.samples / seconds : undefined;
}

/** A track, as described at the beginning of the file. Fragments may add to it. */
interface Track {
  readonly id: number;
  /** "vide", "soun", or another one. */
  readonly handler: string;
  /** Units of time per second. */
  readonly timescale: number;
  /** In those units; undefined if the file does not tell. */
  readonly duration: number | undefined;
  /** Frames of a video. */
  readonly samples: number;
  readonly codec: string;
  /** Pixels of a video as it is coded, before any rotation. */
  readonly width: number;
  readonly height: number;
}

/** The tracks that are fully described. Others, as in a broken file, are skipped. */
function tracksIn(view: DataView): Track[] {
  return boxesIn(view)
    .filter(({ name }) => name === "trak")
    .map((box) => trackOf(view, box))
    .filter((track) => track !== undefined);
}

function trackOf(view: DataView, track: Box): Track | undefined {
  const head = boxAt(view, track, "tkhd");
  const time = boxAt(view, track, "mdia", "mdhd");
  const handler = boxAt(view, track, "mdia", "hdlr");
  const table = boxAt(view, track, "mdia", "minf", "stbl");
  const described = table && boxAt(view, table, "stsd");
  // After version, flags and a count. All samples of a video that the service accepts are of one kind.
  const [entry] = described ? boxesIn(view, described.from + 8, described.to) : [];
  if (!head || !time || !handler || !table || !entry) return undefined;
  const sizes = boxAt(view, table, "stsz") ?? boxAt(view, table, "stz2");
  return {
    id: view.getUint32(head.from + (view.getUint8(head.from) === 1 ? 20 : 12)),
    handler: nameAt(view, handler.from + 8),
    ...timeOf(view, time),
    samples: sizes ? view.getUint32(sizes.from + 8) : 0,
    ...entryOf(view, entry, nameAt(view, handler.from + 8)),
  };
}

/** Timescale and duration, which are at the same place in the movie and in each track. */
function timeOf(view: DataView, { from }: Box): Pick<Track, "timescale" | "duration"> {
  if (view.getUint8(from) !== 1) return { timescale: view.getUint32(from + 12), duration: knownAt(view, from + 16) };
  const [high, low] = [knownAt(view, from + 24), view.getUint32(from + 28)];
  return { timescale: view.getUint32(from + 20), duration: high === undefined ? undefined : high * 2 ** 32 + low };
}

/** All ones mean unknown. */
function knownAt(view: DataView, at: number): number | undefined {
  const value = view.getUint32(at);
  return value === 0xffffffff ? undefined : value;
}

function entryOf(view: DataView, entry: Box, handler: string): Pick<Track, "codec" | "width" | "height"> {
  if (handler !== "vide") return { codec: soundOf(view, entry), width: 0, height: 0 };
  const codec = VIDEO_CODECS[entry.name] ?? printable(entry.name);
  return { codec, width: view.getUint16(entry.from + 24), height: view.getUint16(entry.from + 26) };
}

/** Sample entries (ISO/IEC 14496-15). dvh1 and dvhe are Dolby Vision, which is H.265 with additional data. */
const VIDEO_CODECS: Readonly<Record<string, string>> = {
  avc1: "h264",
  avc3: "h264",
  hvc1: "h265",
  hev1: "h265",
  dvh1: "h265",
  dvhe: "h265",
};

/** QuickTime's names for MP3. For mp4a, the esds tells the codec. */
const AUDIO_CODECS: Readonly<Record<string, string>> = { ".mp3": "mp3", "ms\0U": "mp3" };
/** Object types of an esds: the AACs of MPEG-2 and MPEG-4, the layers of MPEG-1 and MPEG-2 (ISO/IEC 14496-1, table 5). */
const OBJECTS: Readonly<Record<number, string>> = {
  64: "aac",
  102: "aac",
  103: "aac",
  104: "aac",
  105: "mp3",
  107: "mp3",
};
/** Bytes before the boxes of a sound's entry, by its version; only QuickTime has versions above 0. */
const ENTRY_BYTES = [28, 44, 64];

function soundOf(view: DataView, entry: Box): string {
  if (entry.name !== "mp4a") return AUDIO_CODECS[entry.name] ?? printable(entry.name);
  const inner = { ...entry, from: entry.from + (ENTRY_BYTES[view.getUint16(entry.from + 8)] ?? 28) };
  const esds = boxAt(view, inner, "esds") ?? boxAt(view, inner, "wave", "esds");
  const object = esds && objectOf(view, esds);
  return object === undefined ? "mp4a" : (OBJECTS[object] ?? `mp4a.${object.toString(16)}`);
}

/** The object type in an esds: the first byte of descriptor 4, which lies in descriptor 3 (ISO/IEC 14496-1, 7.2.6). */
function objectOf(view: DataView, { from }: Box): number | undefined {
  const stream = descriptorAt(view, from + 4);
  if (stream.tag !== 3) return undefined;
  const flags = view.getUint8(stream.from + 2);
  const behindUrl = flags & 0x40 ? 1 + view.getUint8(stream.from + (flags & 0x80 ? 5 : 3)) : 0;
  const config = descriptorAt(view, stream.from + 3 + (flags & 0x80 ? 2 : 0) + behindUrl + (flags & 0x20 ? 2 : 0));
  return config.tag === 4 ? view.getUint8(config.from) : undefined;
}

/** A tag, then a length of one to four bytes. All but the last byte have the highest bit set. */
function descriptorAt(view: DataView, at: number): { tag: number; from: number } {
  let from = at + 1;
  while (from < at + 4 && view.getUint8(from) & 0x80) from += 1;
  return { tag: view.getUint8(at), from: from + 1 };
}

/** The name without control characters, which a terminal would obey. */
function printable(name: string): string {
  return name.replace(/[^!-~]/g, "?");
}

/** What fragments add to a track. */
interface Part {
  samples: number;
  /** In the track's units of time. */
  duration: number;
}

/**
 * What the fragments (`moof`) of a file add to its tracks. Cameras and MediaRecorder write fragmented files, whose description
 * contains no length (ISO/IEC 14496-12, 8.8).
 */
function* partsIn(fragments: Box[], movie: DataView): FileReading<Map<number, Part>> {
  const defaults = defaultsIn(movie);
  const parts = new Map<number, Part>();
  for (const fragment of fragments) {
    const view = yield* contentOfBox(fragment);
    for (const box of boxesIn(view)) {
      const head = box.name === "traf" ? boxAt(view, box, "tfhd") : undefined;
      if (head) addRuns(view, box, head, defaults, parts);
    }
  }
  return parts;
}

/** The duration of a sample of each track, unless its fragment says otherwise. */
function defaultsIn(movie: DataView): Map<number, number> {
  return new Map(
    boxesIn(movie)
      .filter(({ name }) => name === "mvex")
      .flatMap(({ from, to }) => boxesIn(movie, from, to))
      .filter(({ name }) => name === "trex")
      .map(({ from }) => [movie.getUint32(from + 4), movie.getUint32(from + 12)]),
  );
}

function addRuns(view: DataView, fragment: Box, head: Box, defaults: Map<number, number>, parts: Map<number, Part>) {
  const flags = view.getUint32(head.from);
  const id = view.getUint32(head.from + 4);
  const at = head.from + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
  const each = flags & 8 ? view.getUint32(at) : (defaults.get(id) ?? 0);
  const part = parts.get(id) ?? { samples: 0, duration: 0 };
  for (const run of boxesIn(view, fragment.from, fragment.to)) {
    if (run.name !== "trun") continue;
    const samples = view.getUint32(run.from + 4);
    part.samples += samples;
    part.duration += durationOf(view, run) ?? samples * each;
  }
  parts.set(id, part);
}

/** Undefined if the samples of a run have no durations of their own. */
function durationOf(view: DataView, { from, to }: Box): number | undefined {
  const flags = view.getUint32(from);
  if (!(flags & 0x100)) return undefined;
  // A sample begins with its duration. Size, flags and offset follow if their flags are set.
  const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  const start = from + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  const end = Math.min(to, start + view.getUint32(from + 4) * step);
  let duration = 0;
  for (let at = start; at + step <= end; at += step) duration += view.getUint32(at);
  return duration;
}
