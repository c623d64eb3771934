import { isRecord } from "../base/record.js";

/** The facts in the header of an image. */
export interface ImageFacts {
  readonly kind: "image";
  /** The type of the bytes, whatever the file is called. */
  readonly type: "image/jpeg" | "image/png" | "image/webp" | "image/heic" | "image/heif";
  /** Pixels of the image as shown: after the quarter turn that its EXIF may request. */
  readonly width: number;
  /** Pixels of the image as shown, like `width`. */
  readonly height: number;
  /** Whether the end of a JPEG or PNG is missing, so that the file may be cut off. */
  readonly isCut?: true;
}

/** The facts in the header of a video. A fact is undefined if the file does not contain it. */
export interface VideoFacts {
  readonly kind: "video";
  /** The type of the bytes, whatever the file is called. */
  readonly type: "video/mp4" | "video/quicktime";
  /** Pixels, before any rotation. */
  readonly width: number;
  /** Pixels, before any rotation. */
  readonly height: number;
  /** The duration. Undefined for fragmented files, like `frames` and `frameRate`. */
  readonly seconds: number | undefined;
  /** The number of pictures. */
  readonly frames: number | undefined;
  /** Frames per second, on average. */
  readonly frameRate: number | undefined;
  /** "h264", "h265", or the four letters in the file. */
  readonly videoCodec: string;
  /** "aac" (for any `mp4a`, which may be MP3), "mp3", or the letters in the file. Undefined if there is no sound. */
  readonly audioCodec: string | undefined;
}

/** The facts in the header of a sound. */
export interface AudioFacts {
  readonly kind: "audio";
  /** The type of the bytes, whatever the file is called. */
  readonly type: "audio/wav" | "audio/mpeg";
  /** The duration. Undefined if the header does not contain it. */
  readonly seconds: number | undefined;
}

/** The facts in the header of an image, a video or a sound, by its `kind`. */
export type MediaFacts = ImageFacts | VideoFacts | AudioFacts;
export type Kind = MediaFacts["kind"];

/** Bytes for a field of a request that takes a data URL. They are encoded while they are sent. */
interface Held {
  /** Bytes before encoding. Base64 turns three bytes into four. */
  readonly size: number;
  /** Returns all bytes, from the start at each call. A chunk is valid until the next one. */
  open(): Uint8Array | AsyncIterable<Uint8Array>;
  /** Returns the data URL, for plain JSON. Sending does not need it. */
  toJSON(): string;
}

/** An image to send, made by `image` or `imageFile`. */
export interface ImageMedia extends ImageFacts, Held {}
/** A video to send, made by `video` or `videoFile`. */
export interface VideoMedia extends VideoFacts, Held {}
/** A sound to send, made by `audio` or `audioFile`. */
export interface AudioMedia extends AudioFacts, Held {}
/** An image, a video or a sound to send. */
export type Media = ImageMedia | VideoMedia | AudioMedia;

export function isMedia(value: unknown): value is Media {
  return isRecord(value) && typeof value.open === "function" && typeof value.size === "number";
}

/** The length of this many bytes in base64. */
export function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

const ALPHABET = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PADDING = "=".charCodeAt(0);

/** Encodes bytes in base64 without making a string. */
export function base64(bytes: Uint8Array): Uint8Array {
  const target = new Uint8Array(base64Length(bytes.length));
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    // A byte beyond the end is undefined, which counts as 0 here.
    const triple = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    target[to++] = ALPHABET[triple >> 18] as number;
    target[to++] = ALPHABET[(triple >> 12) & 63] as number;
    target[to++] = ALPHABET[(triple >> 6) & 63] as number;
    target[to++] = ALPHABET[triple & 63] as number;
  }
  const left = bytes.length % 3;
  return left ? target.fill(PADDING, to - 3 + left, to) : target;
}
