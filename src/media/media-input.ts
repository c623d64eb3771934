import { lazily } from "../base/lazily.js";
import type { AudioMedia, ImageMedia, Kind, Media, VideoMedia } from "./media.js";

type Bytes = Uint8Array | ArrayBuffer | Blob;

/** Media of one kind, from bytes; a link stays a link. */
interface Input<Made extends Media> {
  (source: URL | string): Promise<string>;
  (source: Bytes): Promise<Made>;
  (source: Bytes | URL | string): Promise<Made | string>;
}

// Loaded with the first bytes: sending links does not need it.
const reader = lazily(() => import("./media-from-bytes.js"));

/**
 * An image for a field of a request. A URL, a data URL or an `mm_file://` id is used as it is; for a file, see `imageFile`. For
 * bytes, the header is read and decides the type, whatever a Blob declares. The type of a data URL must be correct.
 * @throws {ValidationError} if the bytes are not a whole JPEG, PNG, WebP, HEIC or HEIF. The check decides which of them an API
 * accepts, and how large they may be.
 * @function
 */
export const image: Input<ImageMedia> = inputOf("image");

/**
 * A video for a request of API v2, from the same sources as an image.
 * @throws {ValidationError} if the bytes are not a whole MP4 or MOV with a video track.
 * @function
 */
export const video: Input<VideoMedia> = inputOf("video");

/**
 * A sound for a request of API v2, from the same sources as an image.
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
    // A link gives a link, and bytes give Media.
  }) as Input<Extract<Media, { kind: Wanted }>>;
}
