import { within } from "./later.js";
import { ANSWERS, type Answer, type Receiver } from "./receive.js";

/** The body of a request, read no further and no longer than is allowed; else the refusal. */
export async function textOf(
  { body }: Request,
  { maxBytes, bodyTimeout }: Pick<Receiver, "maxBytes" | "bodyTimeout">,
): Promise<string | Answer> {
  if (!body) return "";
  const reader = body.getReader();
  const text = await within<string | Answer>(bodyTimeout, read(reader, maxBytes), ANSWERS.tooSlow);
  if (typeof text !== "string") reader.cancel().catch(() => {});
  return text;
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<string | Answer> {
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; ; ) {
    const { done, value } = await reader.read().catch(() => CUT);
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > maxBytes) return ANSWERS.tooLarge;
    text += decoder.decode(value, { stream: true });
  }
}

/** A body that breaks off ends there; half a JSON is none. */
const CUT = { done: true, value: undefined } as const;
