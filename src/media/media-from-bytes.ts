import { ValidationError } from "../base/errors.js";
import { inWindows, readLater, type Span } from "./byte-reader.js";
import { pictureIn } from "./image-header.js";
import { type AudioMedia, base64, type ImageMedia, type MediaFacts, type VideoMedia } from "./media.js";

interface Kinds {
  image: ImageMedia;
  video: VideoMedia;
  audio: AudioMedia;
}
export type Kind = keyof Kinds;

/** The accepted files, in words. */
const ACCEPTED: Record<Kind, string> = {
  image: "a whole JPEG, PNG, WebP, HEIC or HEIF image",
  video: "a whole MP4 or MOV video",
  audio: "a whole WAV or MP3 sound",
};

/**
 * Media from its facts, its size, and its bytes: `open` for sending, `all` for JSON.
 * @throws {ValidationError} if the file is not of this kind.
 */
export function mediaFrom<Wanted extends Kind>(
  kind: Wanted,
  facts: MediaFacts | undefined,
  size: number,
  all: () => Uint8Array,
  open: Kinds[Kind]["open"] = all,
): Kinds[Wanted] {
  if (facts?.kind !== kind) {
    const message = `must be ${ACCEPTED[kind]}${facts ? `; this is ${facts.type}` : ""}`;
    throw new ValidationError(`This ${kind} cannot be sent`, [
      { path: kind, rule: `${kind}Format`, severity: "error", message },
    ]);
  }
  const toJSON = () => `data:${facts.type};base64,${new TextDecoder().decode(base64(all()))}`;
  // The compiler does not know that these are the facts of this kind.
  return { ...facts, size, open, toJSON } as Kinds[Wanted];
}

/** Media from bytes in memory, or from a Blob, which is read completely only if its header is of this kind. */
export async function mediaFromBytes<Wanted extends Kind>(
  kind: Wanted,
  source: Uint8Array | ArrayBuffer | Blob,
): Promise<Kinds[Wanted]> {
  if (source instanceof Blob) {
    const read = async (part: Blob) => new Uint8Array(await part.arrayBuffer());
    const facts = await factsOf(source.size, ({ from, to }) => read(source.slice(from, to)));
    const bytes = facts?.kind === kind ? await read(source) : new Uint8Array();
    return mediaFrom(kind, facts, source.size, () => bytes);
  }
  const bytes = new Uint8Array(source);
  const facts = await factsOf(bytes.length, async ({ from, to }) => bytes.subarray(from, to));
  return mediaFrom(kind, facts, bytes.length, () => bytes);
}

/** The code that reads videos and sounds is loaded only if the file is no JPEG, PNG or WebP. */
async function factsOf(size: number, read: (span: Span) => Promise<Uint8Array>): Promise<MediaFacts | undefined> {
  const picture = await readLater(inWindows(pictureIn(size), size), read);
  if (picture) return picture;
  const { factsIn } = await import("./media-facts.js");
  return readLater(factsIn(size), read);
}
