import { MiniMaxError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import { readLater, type Span } from "../media/byte-reader.js";
import { isMedia, type Media, type MediaFacts } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";

/** A file that is read while it is sent; `localFile` of `minimax-video/node` gives one for a path. */
export interface LocalFile {
  /** Without its folders. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** What its header tells, if it is an image, a video or a sound. */
  readonly facts: MediaFacts | undefined;
  /** All the bytes, or a way through them from the start, each call anew; a piece is good until the next one. */
  open(): Uint8Array | AsyncIterable<Uint8Array>;
}

/** What can be uploaded. A link cannot: the service fetches none for this, and neither does this library. */
export type UploadSource = Uint8Array | ArrayBuffer | Blob | Media | LocalFile;

/** A source as far as it is known before it is sent. */
export interface Looked {
  readonly size: number;
  readonly name: string | undefined;
  readonly facts: MediaFacts | undefined;
  /** As a Blob where it is one; else its bytes, from the start each time. */
  open(): Blob | Uint8Array | AsyncIterable<Uint8Array>;
}

/** Looks at a source, and reads no more of it than its header; undefined for what cannot be uploaded. */
export async function lookedAt(source: unknown): Promise<Looked | undefined> {
  if (source instanceof Blob) return lookedAtBlob(source);
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
    const facts = await factsOf(bytes.length, async ({ from, to }) => bytes.subarray(from, to));
    return { size: bytes.length, name: undefined, facts, open: () => bytes };
  }
  if (isMedia(source)) return { size: source.size, name: undefined, ...aboutMedia(source) };
  return undefined;
}

function isLocal(source: object): source is LocalFile {
  return isRecord(source) && typeof source.name === "string" && "facts" in source;
}

function aboutMedia(source: Media | LocalFile): Pick<Looked, "facts" | "open"> & { name?: string } {
  const open = () => source.open();
  return isLocal(source) ? { facts: source.facts, name: source.name, open } : { facts: source, open };
}

async function lookedAtBlob(blob: Blob): Promise<Looked> {
  const name = "name" in blob && typeof blob.name === "string" ? blob.name : undefined;
  try {
    const facts = await factsOf(
      blob.size,
      async ({ from, to }) => new Uint8Array(await blob.slice(from, to).arrayBuffer()),
    );
    return { size: blob.size, name, facts, open: () => blob };
  } catch (cause) {
    throw new MiniMaxError("The file could not be read: nothing was sent", { cause });
  }
}

function factsOf(size: number, read: (span: Span) => Promise<Uint8Array>): Promise<MediaFacts | undefined> {
  return readLater(factsIn(size), read);
}
