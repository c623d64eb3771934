/** Reading a request: its headers flat, its body parsed once, and not more of it than MiniMax would take. */
import type { IncomingMessage } from "node:http";
import type { EngineRequest } from "./engine.js";
import { type Part, partsIn, STAND_IN_TYPE, standInFor } from "./form.js";
import { HEADER_LENGTH } from "./picture.js";

// MiniMax documents 64 MB for V2; images may have 20 MB on V1, which are 27 MB as a data URL.
const LARGEST_BODY = 64 * 1024 * 1024;

/** A request with its body read. */
export interface Asked extends EngineRequest {
  /** It should have been JSON, or a form, and is not. */
  malformed?: "JSON" | "a form";
  /** The parts of a form; `body` holds a stand-in for them then. */
  form?: Part[];
}

/** The request as Prism wants it; undefined when its body is above 64 MB. */
export async function read(request: IncomingMessage, url: URL): Promise<Asked | undefined> {
  const raw = await bodyOf(request);
  if (!raw) return undefined;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { type, ...body } = parsed(raw, headers["content-type"]);
  return {
    method: (request.method ?? "GET").toLowerCase(),
    path: url.pathname,
    query: queryOf(url),
    // Prism looks at the media type only when a length says that there is a body.
    headers: { ...headers, "content-length": String(raw.length), ...(type && { "content-type": type }) },
    ...body,
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

function queryOf({ searchParams }: URL): EngineRequest["query"] {
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? "")];
    }),
  );
}

type Parsed = Pick<Asked, "body" | "malformed" | "form"> & { type?: string };

function parsed(raw: Buffer, type = "application/json"): Parsed {
  if (raw.length === 0) return {};
  if (/^multipart\/form-data/i.test(type)) {
    const form = partsIn(raw, type);
    return form ? { form, body: standInFor(form), type: STAND_IN_TYPE } : { malformed: "a form" };
  }
  if (!/json/i.test(type)) return { body: raw.toString() };
  try {
    return { body: JSON.parse(withoutBulk(raw).toString()) };
  } catch {
    return { malformed: "JSON" };
  }
}

/**
 * JSON with its long data URLs cut after their headers, which is all that anybody here looks at: the spec has but a pattern for
 * their beginning. To parse and to judge 64 MB would stop the mock for a second and a half; so it takes a tenth of that.
 */
function withoutBulk(json: Buffer): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  for (let at = json.indexOf(MARK); at >= 0; ) {
    const cut = at + MARK.length + HEADER_LENGTH;
    const end = json.indexOf('"', at);
    if (end > cut && json[end - 1] !== BACKSLASH) {
      kept.push(json.subarray(from, cut));
      from = end;
    }
    at = end < 0 ? -1 : json.indexOf(MARK, end);
  }
  return Buffer.concat([...kept, json.subarray(from)]);
}

const MARK = ";base64,";
const BACKSLASH = 0x5c;
