/** What the bytes of an upload are, and whether V2 can use them as an input. Pure. */
import { limitsV2, type MediaLimits } from "../generated/offers-v2.js";
import { type Size, sizeOf } from "./picture.js";

/** What can be told of an image, a video or a sound from its headers. */
export interface Media {
  kind: "image" | "video" | "audio";
  /** As `x-limits` names it. */
  format: string;
  size?: Size | undefined;
  seconds?: number | undefined;
}

/** What bytes are, whatever their name says; undefined for none of the formats that V2 takes. */
export function mediaIn(bytes: Buffer): Media | undefined {
  const text = (from: number, to: number) => bytes.toString("latin1", from, to);
  if (text(1, 4) === "PNG") return { kind: "image", format: "png", size: sizeOf(bytes) };
  if (text(0, 3) === "\xff\xd8\xff") return { kind: "image", format: "jpeg", size: sizeOf(bytes) };
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return { kind: "image", format: "webp", size: sizeOf(bytes) };
  if (text(0, 4) === "RIFF" && text(8, 12) === "WAVE")
    return { kind: "audio", format: "wav", seconds: waveSeconds(bytes) };
  // A tag, or a frame of layer III. How long it plays cannot be told without reading it all.
  if (text(0, 3) === "ID3" || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2))
    return { kind: "audio", format: "mp3" };
  if (text(4, 8) !== "ftyp") return undefined;
  const brand = text(8, 12);
  if (/^(he[iv]|mif1|msf1)/.test(brand)) return { kind: "image", format: "heic", size: sizeOf(bytes) };
  return { kind: "video", format: brand === "qt  " ? "mov" : "mp4", ...movie(bytes) };
}

function waveSeconds(bytes: Buffer): number | undefined {
  const [format, data] = [bytes.indexOf("fmt "), bytes.indexOf("data")];
  if (format < 0 || data < 0 || data + 8 > bytes.length || format + 20 > bytes.length) return undefined;
  return bytes.readUInt32LE(data + 4) / bytes.readUInt32LE(format + 16);
}

/** Length and size as the movie header and the first track with a picture have them, in boxes of 32 bits. */
function movie(bytes: Buffer): Pick<Media, "size" | "seconds"> {
  const header = bytes.indexOf("mvhd") + 4;
  if (header < 4 || header + 20 > bytes.length || bytes[header] !== 0) return {};
  const seconds = bytes.readUInt32BE(header + 16) / bytes.readUInt32BE(header + 12);
  for (let at = bytes.indexOf("tkhd"); at >= 0 && at + 88 <= bytes.length; at = bytes.indexOf("tkhd", at + 1)) {
    const size = { width: bytes.readUInt16BE(at + 80), height: bytes.readUInt16BE(at + 84) };
    if (size.width > 0) return { seconds, size };
  }
  return { seconds };
}

const limits = { image: limitsV2.ImageUrl, video: limitsV2.VideoUrl, audio: limitsV2.AudioUrl };
const MEGABYTE = 1024 * 1024;

/** Why V2 cannot use an upload; undefined when it can. What its headers do not tell is let pass, as are codecs and frame rates. */
export function unfitness(media: Media | undefined, bytes: number): string | undefined {
  const formats = Object.values(limits).flatMap((limit) => limit.formats ?? []);
  if (!media) return `the file is none of ${formats.join(", ")}`;
  const { kind, size, seconds } = media;
  // All three have limits of bytes; the rest is absent where it does not apply.
  const limit: MediaLimits = limits[kind];
  const {
    maxBytes = 0,
    minSide = 0,
    maxSide = 0,
    minAspect = 0,
    maxAspect = 0,
    minSeconds = 0,
    maxSeconds = 0,
  } = limit;
  if (bytes > maxBytes) return `the ${kind} is larger than ${maxBytes / MEGABYTE} MB`;
  if (seconds !== undefined && !(seconds >= minSeconds && seconds <= maxSeconds + TOLERANCE))
    return `the ${kind} must last ${minSeconds} to ${maxSeconds} seconds`;
  if (!size) return undefined;
  const { width, height } = size;
  if (Math.min(width, height) < minSide) return `the ${kind} is smaller than ${minSide} x ${minSide} pixels`;
  if (Math.max(width, height) > maxSide) return `the ${kind} is larger than ${maxSide} x ${maxSide} pixels`;
  const aspect = width / height;
  if (aspect < minAspect || aspect > maxAspect)
    return `width / height of the ${kind} must be ${minAspect} to ${maxAspect}`;
  return undefined;
}

// A video of 15 seconds from MiniMax-H3 lasts 15.083.
const TOLERANCE = 0.1;
