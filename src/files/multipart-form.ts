import { runtime } from "../base/environment.js";
import { callUser } from "../base/errors.js";
import { type Content, streamed } from "../media/json-body.js";
import type { UploadFile } from "./upload-source.js";

/** How much of a file has been uploaded. */
export interface UploadProgress {
  /** Bytes of the file that have been handed to the connection. */
  bytes: number;
  /** Bytes of the whole file. */
  total: number;
}

type OnProgress = (progress: UploadProgress) => void;

/**
 * Makes the form of an upload: its content type, with the boundary, and its body, which is made anew each time it is sent. The file is
 * read while it is sent. FormData is not used, because it accepts only Blobs, and `fetch` takes seconds to encode large ones.
 */
export function formOf(purpose: string, filename: string, file: UploadFile, onProgress?: OnProgress) {
  // The file cannot contain this boundary, because it is new for each call.
  const boundary = `form-${[Math.random(), Math.random()].map((number) => number.toString(36).slice(2)).join("-")}`;
  const part = (about: string) => `--${boundary}\r\nContent-Disposition: form-data; ${about}\r\n`;
  const type = file.facts?.type ?? "application/octet-stream";
  const encoder = new TextEncoder();
  const head = encoder.encode(
    `${part('name="purpose"')}\r\n${purpose}\r\n${part(`name="file"; filename="${quoted(filename)}"`)}Content-Type: ${type}\r\n\r\n`,
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);

  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield head;
    let bytes = 0;
    for await (const chunk of contentChunks(file.open())) {
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

/** Escapes a file name as browsers and fetch do. */
function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** The size of the chunks in which bytes in memory are sent, small enough to show progress. */
const STEP = 256 * 1024;

async function* contentChunks(content: ReturnType<UploadFile["open"]>): AsyncGenerator<Uint8Array, void> {
  if (content instanceof Uint8Array) {
    for (let at = 0; at < content.length; at += STEP) yield content.subarray(at, at + STEP);
  } else if (content instanceof Blob) {
    for (let at = 0; at < content.size; at += STEP)
      yield new Uint8Array(await content.slice(at, at + STEP).arrayBuffer());
  } else {
    // A chunk is valid only until the next one, and fetch may take longer.
    for await (const chunk of content) yield chunk.slice();
  }
}
