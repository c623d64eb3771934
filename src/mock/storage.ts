/** How an object store answers: whole files and ranges, links that are dead or lead on. Pure. */
import type { ClipBytes } from "./clips.js";
import { rangeOf } from "./links.js";
import { filled, type Parcel } from "./wire.js";

type Headers = Record<string, string>;

/** A file, or the range of it that was asked for. With `ranges` false the store knows none. */
export function fileParcel(asked: Headers, { bytes, etag }: ClipBytes, { ranges }: { ranges: boolean }): Parcel {
  const stale = asked["if-range"] !== undefined && asked["if-range"] !== etag;
  const range = rangeOf(stale || !ranges ? undefined : asked.range, bytes.length);
  const file = (status: number, part: Buffer, headers: Headers = {}) =>
    filled(status, "video/mp4", part, { etag, ...(ranges && { "accept-ranges": "bytes" }), ...headers });
  if (range === "whole") return file(200, bytes);
  if (range === "unsatisfiable") return file(416, Buffer.alloc(0), { "content-range": `bytes */${bytes.length}` });
  const { start, end } = range;
  return file(206, bytes.subarray(start, end + 1), { "content-range": `bytes ${start}-${end}/${bytes.length}` });
}

/** A link that may not be followed: HTTP 403 and XML, as object stores do. */
export function deniedParcel(why: "expired" | "forged"): Parcel {
  const [code, message] =
    why === "expired"
      ? ["AccessDenied", "Request has expired."]
      : ["SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."];
  const error = `<Error>\n  <Code>${code}</Code>\n  <Message>${message}</Message>\n</Error>\n`;
  return filled(403, "application/xml", `<?xml version="1.0" encoding="UTF-8"?>\n${error}`);
}

/** A link that leads on to another. */
export function redirectParcel(location: string): Parcel {
  return filled(302, "text/plain", "", { location });
}
