import { bounded } from "../base/deadline.js";
import { ANSWERS, type Answer, type Receiver } from "./callback-receiver.js";

/** A string if `setEncoding` was called on a request of Node. */
type Chunk = string | Uint8Array;

/** Reads a body with `next`, chunk by chunk. Resolves with the refusal if it is too large, too slow, or breaks off. */
export async function readBody(
  next: () => Promise<{ done?: boolean | undefined; value?: Chunk | undefined }>,
  { maxBytes, bodyTimeout }: Receiver,
): Promise<string | Answer> {
  return (await bounded(readAll(next, maxBytes), bodyTimeout)) ?? ANSWERS.tooSlow;
}

async function readAll(next: Parameters<typeof readBody>[0], maxBytes: number): Promise<string | Answer> {
  const chunks: Chunk[] = [];
  try {
    for (let size = 0; ; ) {
      const { done, value } = await next();
      if (done || value === undefined)
        return done ? await new Blob(chunks as BlobPart[]).text() : ANSWERS.notUnderstood;
      // Empty chunks count too: an endless row of them would starve the timer.
      size += value.length || 1;
      if (size > maxBytes) return ANSWERS.tooLarge;
      chunks.push(value);
    }
  } catch {
    return ANSWERS.notUnderstood;
  }
}
