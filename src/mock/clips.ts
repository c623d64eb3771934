/** The videos that the mock has: small real MP4s, one for each size and shape. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { cells } from "../generated/offers.js";
import { shortened } from "./length.js";
import { isPortrait } from "./picture.js";
import { type JsonObject, modeOf } from "./request.js";

/** A clip: the name of its file and the size of its picture in pixels. */
export interface Clip {
  name: string;
  width: number;
  height: number;
  /** How much of the file is played. Absent where all of it is. */
  seconds?: number;
  /** The name of another file, of the same resolution and length. */
  other: string;
}

// Sizes as measured on the service (768P, 1080P, 720P; 768P portrait too); 512P is our choice, nobody has published it.
const landscape: Record<string, [width: number, height: number]> = {
  "512P": [912, 512],
  "720P": [1280, 720],
  "768P": [1366, 768],
  "1080P": [1920, 1080],
};
const PORTRAIT_768P = [768, 1364] as const;

/** The clip that a valid create of V1 asks for. What it leaves out takes the model's own default; templates give 768P, 6 s. */
export function clipFor(body: JsonObject): Clip {
  const mode = modeOf(body);
  const defaults = cells.minimax[mode]?.[String(body.model)];
  const resolution = String(body.resolution ?? defaults?.resolution ?? ("template_id" in body ? "768P" : "720P"));
  const duration = Number(body.duration ?? defaults?.duration ?? 6);
  const portrait = isPortrait(body.first_frame_image ?? body.last_frame_image);
  const size = landscape[resolution];
  if (!size) throw new Error(`The mock has no clip for ${resolution}: make one and add it to src/mock/clips.ts.`);
  const [width, height] = !portrait ? size : resolution === "768P" ? PORTRAIT_768P : [size[1], size[0]];
  const named = (orientation: string) => `${resolution}-${duration}s-${orientation}.mp4`;
  const [name, other] = [named("landscape"), named("portrait")];
  return { ...(portrait ? { name: other, other: name } : { name, other }), width, height };
}

/** The bytes of a clip and their ETag; every file is read once in a process, and each length of it made once. */
export function bytesOf({ name, seconds }: Pick<Clip, "name" | "seconds">): Promise<ClipBytes> {
  const key = `${name} ${seconds ?? ""}`;
  const known = loaded.get(key);
  if (known) return known;
  // Seen from dist/mock as from src/mock: the package ships the clips at one place.
  const reading = readFile(new URL(`../../src/mock/clips/${name}`, import.meta.url)).then((file) =>
    clipBytes(seconds === undefined ? file : shortened(file, seconds)),
  );
  loaded.set(key, reading);
  return reading;
}

/** Bytes as an object store keeps them: with an ETag that is quoted, strong, and their MD5. */
export function clipBytes(bytes: Buffer): ClipBytes {
  return { bytes, etag: `"${createHash("md5").update(bytes).digest("hex").toUpperCase()}"` };
}

/** A file in memory. */
export interface ClipBytes {
  bytes: Buffer;
  etag: string;
}

const loaded = new Map<string, Promise<ClipBytes>>();
