import { lazily } from "../base/lazily.js";
import type { AudioMedia, ImageMedia, Kind, VideoMedia } from "./media.js";

type Bytes = Uint8Array | ArrayBuffer | Blob;

/**
 * An image for a field of a request. A URL, a data URL or an `mm_file://` id is used as it is; for a file, see `imageFile`. For
 * bytes, the header is read and decides the type, whatever a Blob declares. The type of a data URL must be correct.
 * @throws {ValidationError} if the bytes are not a whole JPEG, PNG, WebP, HEIC or HEIF. The check decides which of them an API
 * accepts, and how large they may be.
 */
export function image(source: URL | string): Promise<string>;
export function image(source: Bytes): Promise<ImageMedia>;
export function image(source: Bytes | URL | string): Promise<ImageMedia | string> {
  return from("image", source);
}

/**
 * A video for a request of API v2, from the same sources as an image.
 * @throws {ValidationError} if the bytes are not a whole MP4 or MOV with a video track.
 */
export function video(source: URL | string): Promise<string>;
export function video(source: Bytes): Promise<VideoMedia>;
export function video(source: Bytes | URL | string): Promise<VideoMedia | string> {
  return from("video", source);
}

/**
 * A sound for a request of API v2, from the same sources as an image.
 * @throws {ValidationError} if the bytes are not a WAV or MP3.
 */
export function audio(source: URL | string): Promise<string>;
export function audio(source: Bytes): Promise<AudioMedia>;
export function audio(source: Bytes | URL | string): Promise<AudioMedia | string> {
  return from("audio", source);
}

// Loaded with the first bytes: sending links does not need it.
const reader = lazily(() => import("./media-from-bytes.js"));

async function from<Wanted extends Kind>(kind: Wanted, source: Bytes | URL | string) {
  const link = source instanceof URL ? source.href : source;
  if (typeof link === "string" && /^(https?|data|mm_file):/i.test(link)) return link;
  const { mediaFromBytes } = await reader();
  return mediaFromBytes(kind, link as Bytes);
}
