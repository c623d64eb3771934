/** What an upload is, whether V2 can use it as an input, and the size of an image in a data URL. */
import { uploadFaults } from "../check/media-limits.js";
import { readNow } from "../media/byte-reader.js";
import { dataUrlOf } from "../media/data-url.js";
import type { ImageFacts, MediaFacts } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";

/** The rules that the service applies to an upload. Codecs, frame rates and sound are not among them. */
const APPLIED = /(Size|Format|Side|Aspect|Seconds)$/;

/** What the bytes of a file are; undefined if they are in none of the formats that V2 takes. */
export function mediaIn(bytes: Buffer): MediaFacts | undefined {
  return readNow(factsIn(bytes.length), ({ from, to }) => bytes.subarray(from, to));
}

/** Why V2 cannot use an upload, in the words of the client's check; undefined if it can. */
export function unusableUpload(facts: MediaFacts | undefined, size: number): string | undefined {
  const fault = uploadFaults({ size, facts }).find(({ rule, severity }) => severity === "error" && APPLIED.test(rule));
  return fault && `file: ${fault.message}`;
}

/** The size of the image in a data URL; undefined for links, and if its header cannot be read. */
export function imageSizeIn(value: unknown): Pick<ImageFacts, "width" | "height"> | undefined {
  const url = dataUrlOf(value, /^data:(image\/[\w.+-]+);base64,/i);
  const facts = url && readNow(factsIn(url.size), (span) => url.bytes(span));
  return facts?.kind === "image" ? { width: facts.width, height: facts.height } : undefined;
}
