/** How an object store answers: whole files and ranges, links that are dead or lead on. Pure. */
import type { ClipBytes } from "./clips.js";
import { rangeOf } from "./links.js";
import { filled, type Parcel } from "./wire.js";

type Headers = Record<string, string>;

/** A file, or the range of it that was asked for. With `ranges` false the store knows none. Default type: video/mp4. */
export function fileParcel(
  asked: Headers,
  { bytes, etag }: ClipBytes,
  { ranges, type = "video/mp4" }: { ranges: boolean; type?: string },
): Parcel {
  const stale = asked["if-range"] !== undefined && asked["if-range"] !== etag;
  const range = rangeOf(stale || !ranges ? undefined : asked.range, bytes.length);
  const file = (status: number, part: Buffer, headers: Headers = {}) =>
    filled(status, type, part, { etag, ...(ranges && { "accept-ranges": "bytes" }), ...headers });
  if (range === "whole") return file(200, bytes);
  if (range === "unsatisfiable") return file(416, Buffer.alloc(0), { "content-range": `bytes */${bytes.length}` });
  const { start, end } = range;
  return file(206, bytes.subarray(start, end + 1), { "content-range": `bytes ${start}-${end}/${bytes.length}` });
}

/** Why a link leads nowhere. */
export type Dead = "expired" | "forged" | "gone";

const deaths: Record<Dead, [status: number, code: string, message: string]> = {
  expired: [403, "AccessDenied", "Request has expired."],
  forged: [
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided.",
  ],
  gone: [404, "NoSuchKey", "The specified key does not exist."],
};

/** A link that may not be followed, or to what there is not any more: XML, as object stores answer. */
export function deadParcel(why: Dead): Parcel {
  const [status, code, message] = deaths[why];
  const error = `<Error>\n  <Code>${code}</Code>\n  <Message>${message}</Message>\n</Error>\n`;
  return filled(status, "application/xml", `<?xml version="1.0" encoding="UTF-8"?>\n${error}`);
}

/** A link that leads on to another. */
export function redirectParcel(location: string): Parcel {
  return filled(302, "text/plain", "", { location });
}
