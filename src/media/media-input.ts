import { lazily } from "../base/lazily.js";
import type { AudioMedia, ImageMedia, Kind, Media, VideoMedia } from "./media.js";
import type { Bytes } from "./media-from-bytes.js";

interface Input<Made extends Media> {
  (source: URL | string): Promise<string>;
  (source: Bytes): Promise<Made>;
  (source: Bytes | URL | string): Promise<Made | string>;
}

// Loaded when the first bytes are passed, because links do not need it.
const reader = lazily(() => import("./media-from-bytes.js"));

/**
 * Prepares an image for a field of a request. Resolves with a URL, a data URL or an `mm_file://` id as it is. The header of bytes
 * decides their type, whatever a Blob declares; the check decides whether an API accepts it. For a file, see `imageFile`.
 * @throws {ValidationError} if the bytes are not a complete JPEG, PNG, WebP, HEIC or HEIF.
 * @function
 */
export const image: Input<ImageMedia> = inputOf("image");

/**
 * Prepares a video for a request of API v2, from the same sources as an image.
 * @throws {ValidationError} if the bytes are not a complete MP4 or MOV with a video track.
 * @function
 */
export const video: Input<VideoMedia> = inputOf("video");

/**
 * Prepares a sound for a request of API v2, from the same sources as an image.
 * @throws {ValidationError} if the bytes are not a WAV or MP3.
 * @function
 */
export const audio: Input<AudioMedia> = inputOf("audio");

function inputOf<Wanted extends Kind>(kind: Wanted) {
  return (async (source: Bytes | URL | string) => {
    const link = source instanceof URL ? source.href : source;
    if (typeof link === "string" && /^(https?|data|mm_file):/i.test(link)) return link;
    const { mediaFromBytes } = await reader();
    return mediaFromBytes(kind, link as Bytes);
    // Links stay links, and bytes become Media.
  }) as Input<Extract<Media, { kind: Wanted }>>;
}
