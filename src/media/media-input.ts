import type { AudioMedia, ImageMedia, VideoMedia } from "./media.js";
import type { Kind } from "./media-from-bytes.js";

type Bytes = Uint8Array | ArrayBuffer | Blob;

/**
 * An image for a request field. A URL, a data URL or an `mm_file://` id passes as it is; bytes are looked at and kept.
 * They are sent as what they are: the type that a Blob or a file's name claims does not count. A data URL's type must be right.
 * @throws {ValidationError} for bytes that are no whole JPEG, PNG, WebP, HEIC or HEIF. Which of them an API takes, and
 * limits of size, are the check's business.
 */
export function image(source: URL | string): Promise<string>;
export function image(source: Bytes): Promise<ImageMedia>;
export function image(source: Bytes | URL | string): Promise<ImageMedia | string> {
  return from("image", source);
}

/**
 * A video for a request of V2, of the same sources as an image.
 * @throws {ValidationError} for bytes that are no whole MP4 or MOV with a video track.
 */
export function video(source: URL | string): Promise<string>;
export function video(source: Bytes): Promise<VideoMedia>;
export function video(source: Bytes | URL | string): Promise<VideoMedia | string> {
  return from("video", source);
}

/**
 * A sound for a request of V2, of the same sources as an image.
 * @throws {ValidationError} for bytes that are no WAV or MP3.
 */
export function audio(source: URL | string): Promise<string>;
export function audio(source: Bytes): Promise<AudioMedia>;
export function audio(source: Bytes | URL | string): Promise<AudioMedia | string> {
  return from("audio", source);
}

async function from<Wanted extends Kind>(kind: Wanted, source: Bytes | URL | string) {
  if (typeof source === "string") return source;
  if (source instanceof URL) return source.href;
  // Loaded with the first bytes: whoever sends links does not pay for reading headers.
  const { held } = await import("./media-from-bytes.js");
  return held(kind, source);
}
