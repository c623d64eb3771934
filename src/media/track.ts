import { nameAt } from "./image-header.js";
import { type Box, boxAt, boxesIn } from "./iso-boxes.js";

/** One track of an MP4 or MOV, as far as it was described when the file was begun; fragments may add to it. */
export interface Track {
  readonly id: number;
  /** "vide", "soun", or something of no concern here. */
  readonly handler: string;
  /** Units of time a second. */
  readonly timescale: number;
  /** In those units; undefined where the file does not tell. */
  readonly duration: number | undefined;
  /** Frames of a video. */
  readonly samples: number;
  readonly codec: string;
  /** Pixels of a video as it is coded, before any turn. */
  readonly width: number;
  readonly height: number;
}

/** Tracks that say what they are; others, as those of a broken file, are passed over. */
export function tracksIn(view: DataView): Track[] {
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
  // Behind version, flags and a count; all samples of what a service takes are of one kind.
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

/** Timescale and duration, which the movie and each track begin with alike. */
export function timeOf(view: DataView, { from }: Box): Pick<Track, "timescale" | "duration"> {
  if (view.getUint8(from) !== 1) return { timescale: view.getUint32(from + 12), duration: known(view, from + 16) };
  const [high, low] = [known(view, from + 24), view.getUint32(from + 28)];
  return { timescale: view.getUint32(from + 20), duration: high === undefined ? undefined : high * 2 ** 32 + low };
}

/** All ones mean that nobody knew. */
function known(view: DataView, at: number): number | undefined {
  const value = view.getUint32(at);
  return value === 0xffffffff ? undefined : value;
}

function entryOf(view: DataView, entry: Box, handler: string): Pick<Track, "codec" | "width" | "height"> {
  if (handler !== "vide") return { codec: soundOf(view, entry), width: 0, height: 0 };
  const codec = PICTURES[entry.name] ?? printable(entry.name);
  return { codec, width: view.getUint16(entry.from + 24), height: view.getUint16(entry.from + 26) };
}

/** Names of sample entries (ISO/IEC 14496-15); dvh1 and dvhe are Dolby Vision, which is H.265 with more beside it. */
const PICTURES: Readonly<Record<string, string>> = {
  avc1: "h264",
  avc3: "h264",
  hvc1: "h265",
  hev1: "h265",
  dvh1: "h265",
  dvhe: "h265",
};

/** MP3 under the names that QuickTime has for it; mp4a is told by what is in its esds. */
const SOUNDS: Readonly<Record<string, string>> = { ".mp3": "mp3", "ms\0U": "mp3" };
/** Object types of an esds: the AACs of MPEG-2 and MPEG-4, the layers of MPEG-1 and MPEG-2 (ISO/IEC 14496-1, table 5). */
const OBJECTS: Readonly<Record<number, string>> = {
  64: "aac",
  102: "aac",
  103: "aac",
  104: "aac",
  105: "mp3",
  107: "mp3",
};
/** Bytes before the boxes of a sound's entry, by its version, which only QuickTime raises. */
const PLAIN = [28, 44, 64];

function soundOf(view: DataView, entry: Box): string {
  if (entry.name !== "mp4a") return SOUNDS[entry.name] ?? printable(entry.name);
  const inner = { ...entry, from: entry.from + (PLAIN[view.getUint16(entry.from + 8)] ?? 28) };
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

/** A tag, then a length in one to four bytes of seven bits each, of which all but the last have the eighth set. */
function descriptorAt(view: DataView, at: number): { tag: number; from: number } {
  let from = at + 1;
  while (from < at + 4 && view.getUint8(from) & 0x80) from += 1;
  return { tag: view.getUint8(at), from: from + 1 };
}

/** Letters that may be shown: a terminal must not obey the name of a codec. */
function printable(name: string): string {
  return name.replace(/[^!-~]/g, "?");
}
