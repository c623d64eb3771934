/** Handmade videos and HEIC images: nested boxes (ISO/IEC 14496-12) with valid headers. */
import type { VideoFacts } from "../../src/media/media.js";

/** The facts of a video that every API accepts. */
export const USUAL: VideoFacts = {
  kind: "video",
  type: "video/mp4",
  width: 1280,
  height: 720,
  seconds: 5,
  frames: 120,
  frameRate: 24,
  videoCodec: "h264",
  audioCodec: "aac",
};

type Part = Buffer | string;

export function box(name: string, ...parts: Part[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
  return Buffer.concat([u32(8 + content.length), Buffer.from(name, "latin1"), content]);
}

export const u16 = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
export const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer).swap32();
export const zeros = (length: number) => Buffer.alloc(length);
const byte = (...values: number[]) => Buffer.from(values);

export interface Movie {
  brand?: string;
  width?: number;
  height?: number;
  frames?: number;
  frameRate?: number;
  /** The duration in the moov box. Default: that of its frames. */
  seconds?: number;
  codec?: string;
  /** The name of the audio entry. Default: "mp4a", which is AAC. */
  sound?: string | undefined;
  /** Bytes of the whole file, if it is more than the headers. */
  size?: number;
  /** Whether the moov box comes after the frames. */
  last?: boolean;
  /** Whether boxes with times have version 1, with 64-bit times. */
  wide?: boolean;
  more?: Buffer[];
}

/** A video of five seconds by default. */
export function movie({ brand = "isom", size = 0, last = false, ...options }: Movie = {}): Buffer {
  const type = brand ? box("ftyp", brand, u32(512), brand, "mp41") : zeros(0);
  const described = moov(options);
  const rest = Math.max(0, size - type.length - described.length - 8);
  const frames = box("mdat", Buffer.alloc(rest, "frames "));
  return Buffer.concat(last ? [type, frames, described] : [type, described, frames]);
}

export function moov(options: Movie = {}): Buffer {
  const { frames = 120, frameRate = 24, seconds = frames / frameRate, wide = false, more = [] } = options;
  const { sound = "sound" in options ? undefined : "mp4a" } = options;
  const heard = sound === undefined ? [] : [track(2, "soun", box(sound, zeros(28)), 215, 44_100, seconds, wide)];
  return box(
    "moov",
    timed("mvhd", 1000, seconds * 1000, wide, zeros(80)),
    track(1, "vide", pictureEntry(options), frames, Math.round(frameRate * 1000), frames / frameRate, wide),
    ...heard,
    ...more,
  );
}

/** A box with version, flags, two dates, a timescale and a length. */
function timed(name: string, timescale: number, duration: number, wide: boolean, rest: Buffer = zeros(4)): Buffer {
  const long = u32(Math.floor(duration / 2 ** 32), Math.round(duration) % 2 ** 32);
  return wide
    ? box(name, u32(0x01000000), zeros(16), u32(timescale), long, rest)
    : box(name, u32(0), zeros(8), u32(timescale, Math.round(duration)), rest);
}

export function track(
  id: number,
  handler: string,
  entry: Buffer,
  samples: number,
  timescale: number,
  seconds: number,
  wide = false,
): Buffer {
  const table = box(
    "stbl",
    box("stsd", u32(0, 1), entry),
    box("stts", u32(0, 1, samples, 1)),
    box("stsz", u32(0, 1, samples)),
  );
  return box(
    "trak",
    wide
      ? box("tkhd", u32(0x01000003), zeros(16), u32(id), zeros(72))
      : box("tkhd", u32(3), zeros(8), u32(id), zeros(68)),
    box(
      "mdia",
      timed("mdhd", timescale, seconds * timescale, wide),
      box("hdlr", u32(0, 0), handler, zeros(12), "by hand\0"),
      box("minf", box(handler === "vide" ? "vmhd" : "smhd", zeros(8)), table),
    ),
  );
}

function pictureEntry({ codec = "avc1", width = 640, height = 360 }: Movie): Buffer {
  return box(codec, zeros(24), u16(width, height), zeros(50), box("avcC", zeros(7)));
}

/** A tiled HEIC with a thumbnail. */
export function heic({
  width = 4032,
  height = 3024,
  brands = ["heic", "mif1", "heic"],
  wide = false,
  size = 0,
} = {}): Buffer {
  const sides = (one: number, other: number) => box("ispe", u32(0, one, other));
  const id = wide ? u32 : u16;
  const numbers = (...list: number[]) => (wide ? u16(...list) : byte(...list));
  const associated = box(
    "ipma",
    u32(wide ? 0x01000001 : 0, 3),
    Buffer.concat([id(1), byte(2), numbers(1, 2)]),
    Buffer.concat([id(50), byte(1), numbers(4)]),
    // The highest bit: a reader must understand these properties.
    Buffer.concat([id(49), byte(2), numbers(...[1, 3].map((number) => number | (wide ? 0x8000 : 0x80)))]),
  );
  const properties = box("ipco", box("hvcC", zeros(23)), sides(512, 512), sides(width, height), sides(320, 240));
  const meta = box(
    "meta",
    u32(0),
    box("hdlr", u32(0, 0), "pict", zeros(13)),
    box("pitm", u32(wide ? 0x01000000 : 0), id(49)),
    box("iprp", properties, associated),
  );
  const type = box("ftyp", brands[0] ?? "", u32(0), ...brands.slice(1));
  return Buffer.concat([type, meta, box("mdat", zeros(Math.max(0, size - type.length - meta.length - 8)))]);
}

const EBML = [0x1a, 0x45, 0xdf, 0xa3];
/** Bytes that begin like a WebM. Each part differs from the others. */
export const webm = (length: number) =>
  Buffer.from(Array.from({ length }, (_, index) => EBML[index] ?? (index * 7919) % 251));
