/** The videos of the mock: small real MP4s, one for each size and aspect ratio. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { cells } from "../generated/offers.js";
import { modeOf } from "../kinds/mode.js";
import { readNow } from "../media/byte-reader.js";
import { dataUrlOf } from "../media/data-url.js";
import { type Box, boxAt, boxesIn } from "../media/iso-boxes.js";
import type { ImageFacts } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";
import type { JsonObject } from "./mock-request.js";

/** A clip: the name of its file and the size of its picture in pixels. */
export interface Clip {
  name: string;
  width: number;
  height: number;
  /** How much of the file plays. Default: all of it. */
  seconds?: number;
  /** Only of MiniMax-H3. */
  aspect?: Aspect;
  /** The name of another file of the same resolution and length. */
  other: string;
}

type Size = readonly [width: number, height: number];

// Measured on the service: 720P, 768P (portrait too) and 1080P. Nobody has published 512P; its size is our choice.
const HAILUO_SIZES: Record<string, Size> = {
  "512P": [912, 512],
  "720P": [1280, 720],
  "768P": [1366, 768],
  "1080P": [1920, 1080],
};
const PORTRAIT_768P = [768, 1364] as const;

/** The clip for a valid create of V1. Omitted options take the model's defaults; templates give 768P and 6 s. */
export function hailuoClip(body: JsonObject): Clip {
  const defaults = cells.minimax[modeOf(body)]?.[String(body.model)];
  const resolution = String(body.resolution ?? defaults?.resolution ?? ("template_id" in body ? "768P" : "720P"));
  const duration = Number(body.duration ?? defaults?.duration ?? 6);
  const frame = imageSizeIn(body.first_frame_image ?? body.last_frame_image);
  const portrait = frame !== undefined && frame.height > frame.width;
  const size = HAILUO_SIZES[resolution];
  if (!size) throw new Error(`The mock has no clip for ${resolution}: make one and add it to video-clips.ts.`);
  const [width, height] = !portrait ? size : resolution === "768P" ? PORTRAIT_768P : [size[1], size[0]];
  const named = (orientation: string) => `${resolution}-${duration}s-${orientation}.mp4`;
  const [name, other] = [named("landscape"), named("portrait")];
  return { ...(portrait ? { name: other, other: name } : { name, other }), width, height };
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

// 768P is what MiniMax-H3's weights make: 16:9 and 9:16 measured on the service, the rest from code that runs the weights. Sides
// are divisible by 32, the short one is 768, and there are at most 1344 x 768 pixels, for which 21:9 is less high. Nobody has
// published 480P and 2K; the same rules with short sides of 480 and 1440 are our choice. In the order of ASPECTS.
const H3_SIZES: Record<string, readonly string[]> = {
  "480P": ["960x416", "832x480", "640x480", "480x480", "480x640", "480x832"],
  "768P": ["1536x672", "1344x768", "1024x768", "768x768", "768x1024", "768x1344"],
  "2K": ["2880x1280", "2560x1440", "1920x1440", "1440x1440", "1440x1920", "1440x2560"],
};

/** The clip of a resolution and aspect ratio, as long as MiniMax-H3 makes a video of this duration. */
export function h3Clip(resolution: string, aspect: Aspect, duration: number): Clip {
  const size = H3_SIZES[resolution]?.[ASPECTS.indexOf(aspect)];
  if (!size) throw new Error(`The mock has no clip for ${resolution}: make some and add them to video-clips.ts.`);
  const [width = 0, height = 0] = size.split("x").map(Number);
  const named = (one: Aspect) => `H3-${resolution}-${one.replace(":", "x")}.mp4`;
  const other = named(aspect === "16:9" ? "1:1" : "16:9");
  return { name: named(aspect), other, width, height, aspect, seconds: h3Frames(duration) / 24 };
}

/** The model makes 5 + 17 n frames, 24 per second: 4 s measured as 4.458 s, 6 s as 6.583 s. */
function h3Frames(duration: number): number {
  return 5 + 17 * Math.ceil((24 * duration - 5) / 17);
}

/** Whether a `ratio` names an aspect ratio. `adaptive`, an empty text and an absent field do not. */
export function isAspect(ratio: unknown): ratio is Aspect {
  return ASPECTS.some((aspect) => aspect === ratio);
}

/** The aspect ratio closest to that of a picture. */
export function nearestAspect({ width, height }: { width: number; height: number }): Aspect {
  const distance = (aspect: Aspect) => {
    const [across = 1, up = 1] = aspect.split(":").map(Number);
    return Math.abs(Math.log((width * up) / (height * across)));
  };
  return ASPECTS.reduce((best, aspect) => (distance(aspect) < distance(best) ? aspect : best));
}

/** What is in a file: its bytes, its ETag, and what the log calls it. */
export interface FileContent {
  bytes: Buffer;
  etag: string;
  note: string;
}

/** The content of a clip. */
export async function clipContent({ name, seconds }: Pick<Clip, "name" | "seconds">): Promise<FileContent> {
  // The path is the same from dist/mock and from src/mock.
  const file = await readFile(new URL(`../../src/mock/clips/${name}`, import.meta.url));
  return contentOf(seconds === undefined ? file : shortenedClip(file, seconds), name);
}

/** Bytes with the ETag of an object store: strong, quoted, and their MD5. */
export function contentOf(bytes: Buffer, note: string): FileContent {
  return { bytes, etag: `"${createHash("md5").update(bytes).digest("hex").toUpperCase()}"`, note };
}

/**
 * A copy of an MP4 that plays for so many seconds, by what its movie header, track headers and edit lists say. The media after
 * that stay in the file, but players, browsers and ffmpeg do not show them. Each track must have an edit list of one entry, and
 * all these boxes must be of version 0, which ffmpeg writes for short files.
 * @throws if the file has no movie header.
 */
export function shortenedClip(mp4: Buffer, seconds: number): Buffer {
  const copy = Buffer.from(mp4);
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  const movie = boxesIn(view).find(({ name }) => name === "moov");
  const header = movie && boxAt(view, movie, "mvhd");
  if (!movie || !header) throw new Error("This MP4 has no movie header.");
  const duration = Math.round(seconds * view.getUint32(header.from + 12));
  const write = (box: Box | undefined, at: number) => box && view.setUint32(box.from + at, duration);
  write(header, 16);
  for (const track of boxesIn(view, movie).filter(({ name }) => name === "trak")) {
    write(boxAt(view, track, "tkhd"), 20);
    // Behind the version and the count: the length of the first entry.
    write(boxAt(view, track, "edts", "elst"), 8);
  }
  return copy;
}
