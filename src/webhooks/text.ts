import { bounded } from "../base/deadline.js";
import { ANSWERS, type Answer, type Receiver } from "./callback-receiver.js";

/** The body of a request, if it comes in time and is not too long; otherwise the refusal. */
export async function textOf(
  { body }: Request,
  { maxBytes, bodyTimeout }: Pick<Receiver, "maxBytes" | "bodyTimeout">,
): Promise<string | Answer> {
  if (!body) return "";
  const reader = body.getReader();
  const text = (await bounded(read(reader, maxBytes), bodyTimeout)) ?? ANSWERS.tooSlow;
  // Not awaited: cancelling may take as long as the body did.
  if (typeof text !== "string") void cancel(reader);
  return text;
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<string | Answer> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let size = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      // An empty piece counts as well: an endless row of them would leave no time for the timer.
      size += value.length || 1;
      if (size > maxBytes) return ANSWERS.tooLarge;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // It breaks off, or its pieces are not bytes.
    return ANSWERS.notUnderstood;
  }
}

async function cancel(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    await reader.cancel();
  } catch {
    // The body has failed already, or fails at this.
  }
}
