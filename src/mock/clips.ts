/** Which finished video belongs to a request: small real MP4s, one for each resolution, duration and orientation. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { cells } from "../generated/offers.js";
import { isPortrait } from "./orientation.js";
import { type JsonObject, modeOf } from "./request.js";

/** A clip: the name of its file and the size of its picture in pixels. */
export interface Clip {
  name: string;
  width: number;
  height: number;
}

// Sizes as measured on the service (768P, 1080P, 720P; 768P portrait too); 512P is our choice, nobody has published it.
const landscape: Record<string, [width: number, height: number]> = {
  "512P": [912, 512],
  "720P": [1280, 720],
  "768P": [1366, 768],
  "1080P": [1920, 1080],
};
const PORTRAIT_768P = [768, 1364] as const;

/** The clip that a valid create asks for. What a request leaves out takes the model's own default; templates give 768P, 6 s. */
export function clipFor(body: JsonObject): Clip {
  const mode = modeOf(body);
  const defaults = cells.minimax[mode]?.[String(body.model)];
  const resolution = String(body.resolution ?? defaults?.resolution ?? ("template_id" in body ? "768P" : "720P"));
  const duration = Number(body.duration ?? defaults?.duration ?? 6);
  const portrait = isPortrait(body.first_frame_image ?? body.last_frame_image);
  const size = landscape[resolution];
  if (!size) throw new Error(`The mock has no clip for ${resolution}: make one and add it to src/mock/clips.ts.`);
  const [width, height] = !portrait ? size : resolution === "768P" ? PORTRAIT_768P : [size[1], size[0]];
  return { name: `${resolution}-${duration}s-${portrait ? "portrait" : "landscape"}.mp4`, width, height };
}

/** A clip of the same resolution and length that is another file: it stands where the other one lies. */
export function otherClip({ name, width, height }: Clip): Clip {
  const turned = name.includes("portrait") ? ["portrait", "landscape"] : ["landscape", "portrait"];
  return { name: name.replace(turned[0] as string, turned[1] as string), width: height, height: width };
}

/** The bytes of a clip and their ETag; every file is read once in a process. */
export function bytesOf({ name }: Clip): Promise<ClipBytes> {
  const known = loaded.get(name);
  if (known) return known;
  // Seen from dist/mock as from src/mock: the package ships the clips at one place.
  const reading = readFile(new URL(`../../src/mock/clips/${name}`, import.meta.url)).then((bytes) => ({
    bytes,
    etag: `"${createHash("md5").update(bytes).digest("hex").toUpperCase()}"`,
  }));
  loaded.set(name, reading);
  return reading;
}

/** A clip in memory. The ETag is quoted, strong, and the MD5 of the bytes, as object stores give it. */
export interface ClipBytes {
  bytes: Buffer;
  etag: string;
}

const loaded = new Map<string, Promise<ClipBytes>>();
