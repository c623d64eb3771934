import { runtime } from "../base/environment.js";
import { callUser, MiniMaxError } from "../base/errors.js";
import { type Content, streamed } from "../media/json-body.js";
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

/** How much of a file has been uploaded. */
export interface UploadProgress {
  /** Bytes of the file that have been handed to the connection. */
  bytes: number;
  /** Bytes of the whole file. */
  total: number;
}

/** Makes a form that is read while it is sent. FormData accepts only Blobs, and `fetch` takes seconds to encode large ones. */
export function formOf(
  purpose: string,
  filename: string,
  file: UploadFile,
  onProgress?: (now: UploadProgress) => void,
) {
  // The file cannot contain this boundary, because it is new for each call.
  const boundary = `form-${[Math.random(), Math.random()].map((number) => number.toString(36).slice(2)).join("-")}`;
  const part = (about: string) => `--${boundary}\r\nContent-Disposition: form-data; ${about}\r\n`;
  // As browsers and fetch do.
  const name = filename.replace(/["\r\n]/g, encodeURIComponent);
  const type = file.facts?.type ?? "application/octet-stream";
  const before = `${part('name="purpose"')}\r\n${purpose}\r\n${part(`name="file"; filename="${name}"`)}Content-Type: ${type}\r\n\r\n`;
  const head = new TextEncoder().encode(before);
  const tail = new TextEncoder().encode(`\r\n--${boundary}--\r\n`);

  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield head;
    let bytes = 0;
    for await (const chunk of chunksOf(file.open())) {
      yield chunk;
      bytes += chunk.length;
      if (onProgress) callUser("onProgress", () => onProgress({ bytes, total: file.size }), {});
    }
    yield tail;
  }

  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body(): Content {
      const content = file.open();
      // Browsers accept a stream only over HTTP/2, if at all, and workers only without a length.
      if (runtime() === "other" && (content instanceof Blob || content instanceof Uint8Array))
        // The bytes are not in memory that is shared with another thread.
        return { content: new Blob([head, content as Blob | Uint8Array<ArrayBuffer>, tail]) };
      return streamed(chunks(), head.length + file.size + tail.length);
    },
  };
}

const STEP = 256 * 1024;

async function* chunksOf(content: ReturnType<UploadFile["open"]>): AsyncGenerator<Uint8Array, void> {
  if (Symbol.asyncIterator in content) {
    // A chunk is valid only until the next one, and fetch may take longer.
    for await (const chunk of content) yield chunk.slice();
    return;
  }
  const size = content instanceof Blob ? content.size : content.length;
  for (let at = 0; at < size; at += STEP) {
    const part = content.slice(at, at + STEP);
    yield part instanceof Blob ? new Uint8Array(await part.arrayBuffer()) : part;
  }
}
