/** Reading a request: its headers flat, its body parsed once, and not more of it than MiniMax would take. */
import type { IncomingMessage } from "node:http";
import type { Asked } from "./judge.js";

// MiniMax documents 64 MB for V2; images may have 20 MB, which are 27 MB as a data URL.
const LARGEST_BODY = 64 * 1024 * 1024;

/** The request as Prism wants it; undefined when its body is above 64 MB. */
export async function read(request: IncomingMessage, url: URL): Promise<Asked | undefined> {
  const raw = await bodyOf(request);
  if (!raw) return undefined;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return {
    method: (request.method ?? "GET").toLowerCase(),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    // Prism looks at the media type only when a length says that there is a body.
    headers: { ...headers, "content-length": String(raw.length) },
    ...parsed(raw, headers["content-type"]),
  };
}

/** The whole body; undefined when it is too large. The rest is then read and dropped, so that the sender hears the answer. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // Without an encoding set, a request gives Buffers.
    size += (chunk as Buffer).length;
    if (size <= LARGEST_BODY) chunks.push(chunk as Buffer);
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks) : undefined;
}

function parsed(raw: Buffer, type = "application/json"): { body?: unknown; malformed?: true } {
  if (raw.length === 0) return {};
  if (!/json/i.test(type)) return { body: raw.toString() };
  try {
    return { body: JSON.parse(raw.toString()) };
  } catch {
    return { malformed: true };
  }
}
