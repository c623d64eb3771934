import { MiniMaxError } from "../base/errors.js";
import { isMedia, type Media, type MediaFacts } from "../media/media.js";
import { factsOf } from "../media/media-facts.js";

/** A file that is read while it is sent. `localFile` of `minimax-video/node` makes one from a path. */
export interface LocalFile {
  /** The name of the file, without its folders. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The facts in its header, if it is an image, a video or a sound. */
  readonly facts: MediaFacts | undefined;
  /** Returns all bytes, from the start at each call. A chunk is valid until the next one. */
  open(): Uint8Array | AsyncIterable<Uint8Array>;
}

/** What can be uploaded. Links cannot, because neither the service nor this library fetches them. */
export type UploadSource = Uint8Array | ArrayBuffer | Blob | Media | LocalFile;

/** What is known about a file to upload before it is sent. */
export interface UploadFile extends Pick<LocalFile, "size" | "facts"> {
  readonly name?: string | undefined;
  /** Returns all bytes, from the start at each call; a Blob if the source is one. */
  open(): Blob | Uint8Array | AsyncIterable<Uint8Array>;
}

/** Reads only the header of a source. Returns undefined if the source cannot be uploaded. */
export async function uploadFileFrom(source: unknown): Promise<UploadFile | undefined> {
  if (isMedia(source)) return fromMedia(source);
  const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  if (!(bytes instanceof Uint8Array || bytes instanceof Blob)) return undefined;
  const name = bytes instanceof Blob && "name" in bytes && typeof bytes.name === "string" ? bytes.name : undefined;
  try {
    return { ...(await factsOf(bytes)), name, open: () => bytes };
  } catch (cause) {
    throw new MiniMaxError("The file could not be read, and nothing was sent", { cause });
  }
}

/** A file of `localFile` has `facts`. Images, videos and sounds are their own facts. */
function fromMedia(source: Media | LocalFile): UploadFile {
  const { name, facts } = "facts" in source ? source : { name: undefined, facts: source };
  return { size: source.size, name, facts, open: () => source.open() };
}
