import { MiniMaxError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import { readLater, type Span } from "../media/byte-reader.js";
import { isMedia, type Media, type MediaFacts } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";

/** A file that is read while it is sent. `localFile` of `minimax-video/node` makes one from a path. */
export interface LocalFile {
  /** Without its folders. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** What its header says, if it is an image, a video or a sound. */
  readonly facts: MediaFacts | undefined;
  /** All bytes, from the start with each call. A chunk is valid until the next one. */
  open(): Uint8Array | AsyncIterable<Uint8Array>;
}

/** What can be uploaded. Links cannot: neither the service nor this library fetches them. */
export type UploadSource = Uint8Array | ArrayBuffer | Blob | Media | LocalFile;

/** A file to upload, as far as it is known before it is sent. */
export interface UploadFile {
  readonly size: number;
  readonly name?: string | undefined;
  readonly facts: MediaFacts | undefined;
  /** All bytes, from the start with each call; a Blob if the source is one. */
  open(): Blob | Uint8Array | AsyncIterable<Uint8Array>;
}

/** Reads no more of a source than its header. Undefined if it cannot be uploaded. */
export async function uploadFileFrom(source: unknown): Promise<UploadFile | undefined> {
  if (source instanceof Blob) return fromBlob(source);
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
    const facts = await readLater(factsIn(bytes.length), async ({ from, to }) => bytes.subarray(from, to));
    return { size: bytes.length, facts, open: () => bytes };
  }
  if (!isMedia(source)) return undefined;
  const { size } = source;
  const open = () => source.open();
  return isLocalFile(source) ? { size, name: source.name, facts: source.facts, open } : { size, facts: source, open };
}

function isLocalFile(source: object): source is LocalFile {
  return isRecord(source) && typeof source.name === "string" && "facts" in source;
}

async function fromBlob(blob: Blob): Promise<UploadFile> {
  const name = "name" in blob && typeof blob.name === "string" ? blob.name : undefined;
  try {
    const read = async ({ from, to }: Span) => new Uint8Array(await blob.slice(from, to).arrayBuffer());
    return { size: blob.size, name, facts: await readLater(factsIn(blob.size), read), open: () => blob };
  } catch (cause) {
    throw new MiniMaxError("The file could not be read, and nothing was sent", { cause });
  }
}
