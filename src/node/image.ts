import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { MiniMaxError, ValidationError } from "../errors.js";
import { HEADER_BYTES, headerOf } from "../media/header.js";
import { type Media, mediaFrom } from "../media/media.js";

/** Bytes read to see what it is: usually few; in a JPEG, long colour profiles and previews may stand before the sizes. */
const HEADS = [HEADER_BYTES, 16 * HEADER_BYTES];
/** Bytes read at a time: a multiple of three, so that base64 needs no copy between chunks. */
const CHUNK = 3 * 16 * 1024;

/**
 * An image on disk, for a request field. Only its header is read now; the rest is read and encoded while it is sent, so that
 * 20 MB never stand in memory. The file must stay as it is until then.
 * @throws {ValidationError} when it is no whole JPEG, PNG or WebP; {MiniMaxError} when it cannot be read.
 */
export async function imageFile(path: string | URL): Promise<Media> {
  const { head, size } = await headOf(path).catch((cause) => {
    throw new MiniMaxError(`Cannot read the image ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  try {
    return mediaFrom(
      head,
      size,
      () => readFileSync(path),
      () => chunksOf(path, size),
    );
  } catch (cause) {
    if (!(cause instanceof ValidationError)) throw cause;
    throw new ValidationError(`${path} cannot be sent`, cause.issues, { cause });
  }
}

async function headOf(path: string | URL): Promise<{ head: Uint8Array; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    let head: Uint8Array = new Uint8Array();
    for (const most of HEADS) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(Math.min(size, most)), 0, null, 0);
      head = buffer.subarray(0, bytesRead);
      if (headerOf(head, size)) break;
    }
    return { head, size };
  } finally {
    await file.close();
  }
}

/** @throws {MiniMaxError} when the file no longer has the size that the body was announced with. */
async function* chunksOf(path: string | URL, size: number): AsyncGenerator<Uint8Array, void> {
  const file = await open(path);
  try {
    let left = size;
    const memory = new Uint8Array(CHUNK);
    for (;;) {
      const { buffer, bytesRead } = await file.read(memory, 0);
      left -= bytesRead;
      if (left < 0 || (bytesRead === 0 && left > 0)) throw new MiniMaxError(`${path} changed while it was sent`);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
