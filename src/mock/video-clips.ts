/** The videos of the mock: small real MP4s, one for each size and aspect ratio. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { cells } from "../generated/offers.js";
import { modeOf } from "../kinds/mode.js";
import { readNow } from "../media/byte-reader.js";
import type { ImageFacts, MediaFacts } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";
import { dataUrlOf } from "../media/read-data-url.js";
import type { JsonObject } from "./mock-request.js";

/** A clip: the name of its file in clips/, without .gz. Made by make.sh. */
export interface Clip {
  name: string;
  /** How much of the file plays. Default: all of it. */
  seconds?: number;
  /** Only for MiniMax-H3. */
  aspect?: Aspect;
  /** The name of another file of the same resolution and length. */
  other: string;
}

/** The clip for a valid create of V1. Omitted options take the model's defaults; templates give 768P and 6 s. */
export function hailuoClip(body: JsonObject): Clip {
  const defaults = cells.minimax[modeOf(body)]?.[String(body.model)];
  const resolution = String(body.resolution ?? defaults?.resolution ?? ("template_id" in body ? "768P" : "720P"));
  const duration = Number(body.duration ?? defaults?.duration ?? 6);
  const frame = imageSizeIn(body.first_frame_image ?? body.last_frame_image);
  const portrait = frame !== undefined && frame.height > frame.width;
  const named = (orientation: string) => `${resolution}-${duration}s-${orientation}.mp4`;
  const [name, other] = [named("landscape"), named("portrait")];
  return portrait ? { name: other, other: name } : { name, other };
}

/** What the bytes of a file are; undefined if they are in none of the formats that V2 takes. */
export function mediaIn(bytes: Buffer): MediaFacts | undefined {
  return readNow(factsIn(bytes.length), ({ from, to }) => bytes.subarray(from, to));
}

/** The size of the image in a data URL; undefined for links, and if its header cannot be read. */
export function imageSizeIn(value: unknown): Pick<ImageFacts, "width" | "height"> | undefined {
  const url = dataUrlOf(value, /^data:(image\/[\w.+-]+);base64,/i);
  const facts = url && readNow(factsIn(url.size), (span) => url.bytes(span));
  return facts?.kind === "image" ? { width: facts.width, height: facts.height } : undefined;
}

/** The aspect ratios that a video of MiniMax-H3 can have, as `ratio` names them. */
const ASPECTS = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"] as const;
export type Aspect = (typeof ASPECTS)[number];

/** The clip of a resolution and aspect ratio, as long as MiniMax-H3 makes a video of this duration. */
export function h3Clip(resolution: string, aspect: Aspect, duration: number): Clip {
  const named = (one: Aspect) => `H3-${resolution}-${one.replace(":", "x")}.mp4`;
  const other = named(aspect === "16:9" ? "1:1" : "16:9");
  // The model makes 5 + 17 n frames, 24 per second: 4 s measured as 4.458 s, 6 s as 6.583 s.
  const frames = 5 + 17 * Math.ceil((24 * duration - 5) / 17);
  return { name: named(aspect), other, aspect, seconds: frames / 24 };
}

/** The aspect ratio that a `ratio` names, or else the one closest to that of a picture; 16:9 if its size is unknown. */
export function aspectOf(ratio: string, { width = 16, height = 9 }: { width?: number; height?: number } = {}): Aspect {
  const named = ASPECTS.find((aspect) => aspect === ratio);
  if (named) return named;
  const distance = (aspect: Aspect) => {
    const [across = 1, up = 1] = aspect.split(":").map(Number);
    return Math.abs(Math.log((width * up) / (height * across)));
  };
  return ASPECTS.reduce((best, aspect) => (distance(aspect) < distance(best) ? aspect : best));
}

/** What is in the file of a clip. */
export async function clipContent({ name, seconds }: Pick<Clip, "name" | "seconds">): Promise<FileContent> {
  const file = gunzipSync(await readFile(new URL(`../../src/mock/clips/${name}.gz`, import.meta.url)));
  return contentOf(seconds === undefined ? file : shortenedClip(file, seconds), name);
}

/** What is in a file: its bytes, the ETag of an object store (strong, quoted, and their MD5), and what the log calls it. */
export function contentOf(bytes: Buffer, note: string) {
  return { bytes, etag: `"${createHash("md5").update(bytes).digest("hex").toUpperCase()}"`, note };
}
export type FileContent = ReturnType<typeof contentOf>;

/** Where the length of a movie, of a track and of its edit is, in bytes after the name of the box. */
const LENGTHS = { mvhd: 20, tkhd: 24, elst: 12 };

/**
 * A copy of one of our MP4s that plays for so many seconds, by what its headers and edit lists say. The media after that stay in
 * the file, but players, browsers and ffmpeg do not show them.
 */
export function shortenedClip(mp4: Buffer, seconds: number): Buffer {
  const copy = Buffer.from(mp4);
  const headers = copy.subarray(0, copy.indexOf("mdat"));
  const unitsPerSecond = headers.readUInt32BE(headers.indexOf("mvhd") + 16);
  for (const [box, place] of Object.entries(LENGTHS))
    for (let at = headers.indexOf(box); at >= 0; at = headers.indexOf(box, at + 1))
      headers.writeUInt32BE(Math.round(seconds * unitsPerSecond), at + place);
  return copy;
}
