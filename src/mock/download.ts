/** Serving a clip as an object store does: HEAD, single ranges, If-Range, and a cut in the middle when a scenario asks. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClipBytes } from "./clips.js";
import { rangeOf } from "./links.js";

/** Answers a download. With `cut` the connection breaks after half of what was asked for. Gives the HTTP status. */
export function sendClip(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, etag }: ClipBytes,
  { cut }: { cut: boolean },
): number {
  const stale = request.headers["if-range"] !== undefined && request.headers["if-range"] !== etag;
  const range = rangeOf(stale ? undefined : request.headers.range, bytes.length);
  const headers = { "content-type": "video/mp4", "accept-ranges": "bytes", etag };
  if (range === "unsatisfiable") {
    response.writeHead(416, { ...headers, "content-range": `bytes */${bytes.length}`, "content-length": 0 }).end();
    return 416;
  }
  const { start, end } = range === "whole" ? { start: 0, end: bytes.length - 1 } : range;
  const status = range === "whole" ? 200 : 206;
  response.writeHead(status, {
    ...headers,
    "content-length": end - start + 1,
    ...(status === 206 && { "content-range": `bytes ${start}-${end}/${bytes.length}` }),
  });
  const part = bytes.subarray(start, end + 1);
  if (request.method === "HEAD") response.end();
  else if (cut) response.write(part.subarray(0, part.length >> 1), () => response.destroy());
  else response.end(part);
  return status;
}

/** Answers a link that may not be followed: HTTP 403 and XML, as object stores do. */
export function sendDenied(response: ServerResponse, why: "expired" | "forged"): number {
  const [code, message] =
    why === "expired"
      ? ["AccessDenied", "Request has expired."]
      : ["SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>${code}</Code>\n  <Message>${message}</Message>\n</Error>\n`;
  response.writeHead(403, { "content-type": "application/xml", "content-length": Buffer.byteLength(body) }).end(body);
  return 403;
}
