/** Replies of an object store: whole files and ranges, refused links and redirects. Pure. */
import { byteReply, type RawReply } from "./mock-reply.js";
import type { ClipBytes } from "./video-clips.js";

type Headers = Record<string, string>;

/** A file, or the requested range of it. With `ranges` false, Range headers are ignored. Default type: video/mp4. */
export function fileReply(
  requested: Headers,
  { bytes, etag }: ClipBytes,
  { ranges, type = "video/mp4" }: { ranges: boolean; type?: string },
): RawReply {
  const stale = requested["if-range"] !== undefined && requested["if-range"] !== etag;
  const range = byteRange(stale || !ranges ? undefined : requested.range, bytes.length);
  const file = (status: number, part: Buffer, headers: Headers = {}) =>
    byteReply(status, type, part, { etag, ...(ranges && { "accept-ranges": "bytes" }), ...headers });
  if (range === "whole") return file(200, bytes);
  if (range === "unsatisfiable") return file(416, Buffer.alloc(0), { "content-range": `bytes */${bytes.length}` });
  const { start, end } = range;
  return file(206, bytes.subarray(start, end + 1), { "content-range": `bytes ${start}-${end}/${bytes.length}` });
}

/** First and last byte, both inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The bytes that a Range header selects from a file of `size` bytes. "whole" without a header, and for a header that servers
 * may ignore (another unit, several ranges, invalid syntax); "unsatisfiable" if the range starts beyond the end.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") return last === "0" ? "unsatisfiable" : { start: Math.max(0, size - Number(last)), end: size - 1 };
  if (last !== "" && Number(last) < Number(first)) return "whole";
  if (Number(first) >= size) return "unsatisfiable";
  return { start: Number(first), end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}

/** Why a link cannot be followed. */
export type LinkProblem = "expired" | "forged" | "gone";

const PROBLEMS: Record<LinkProblem, [status: number, code: string, message: string]> = {
  expired: [403, "AccessDenied", "Request has expired."],
  forged: [
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided.",
  ],
  gone: [404, "NoSuchKey", "The specified key does not exist."],
};

/** The refusal of a link, as XML. */
export function refusedLinkReply(problem: LinkProblem): RawReply {
  const [status, code, message] = PROBLEMS[problem];
  const error = `<Error>\n  <Code>${code}</Code>\n  <Message>${message}</Message>\n</Error>\n`;
  return byteReply(status, "application/xml", `<?xml version="1.0" encoding="UTF-8"?>\n${error}`);
}

/** A redirect to another link. */
export function redirectReply(location: string): RawReply {
  return byteReply(302, "text/plain", "", { location });
}
