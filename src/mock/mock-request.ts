/** Reading a request: flat headers, a body parsed once, and what the request says about itself. */
import type { IncomingMessage } from "node:http";
import { isRecord } from "../base/record.js";
import { formPartsIn, type Part, STAND_IN_TYPE, standInFor } from "./form-parts.js";
import type { JsonObject, PrismRequest } from "./prism-engine.js";

// MiniMax documents 64 MB for V2. V1 takes images of up to 20 MB, which are 27 MB as a data URL.
const LARGEST_BODY = 64 * 1024 * 1024;

/** A request with its body read. */
export interface MockRequest extends PrismRequest {
  /** What the body should have been, and is not. */
  malformed?: "JSON" | "a form";
  /** The parts of a form, for which `body` then holds a stand-in. */
  form?: Part[];
}

/** The request as Prism expects it; undefined if its body is larger than 64 MB. */
export async function readMockRequest(request: IncomingMessage, url: URL): Promise<MockRequest | undefined> {
  const raw = await wholeBody(request);
  if (!raw) return undefined;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { type, ...body } = parsedBody(raw, headers["content-type"]);
  return {
    method: (request.method ?? "GET").toLowerCase(),
    path: url.pathname,
    query: queryOf(url),
    // Prism ignores the media type unless a length announces a body.
    headers: { ...headers, "content-length": String(raw.length), ...(type && { "content-type": type }) },
    ...body,
  };
}

/** The whole body; undefined if it is too large. The rest is then read and dropped, so that the sender can receive the reply. */
async function wholeBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // Without an encoding, a request yields Buffers.
    size += (chunk as Buffer).length;
    if (size <= LARGEST_BODY) chunks.push(chunk as Buffer);
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks) : undefined;
}

function queryOf({ searchParams }: URL): PrismRequest["query"] {
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? "")];
    }),
  );
}

type ParsedBody = Pick<MockRequest, "body" | "malformed" | "form"> & { type?: string };

function parsedBody(raw: Buffer, type = "application/json"): ParsedBody {
  if (raw.length === 0) return {};
  if (/^multipart\/form-data/i.test(type)) {
    const form = formPartsIn(raw, type);
    return form ? { form, body: standInFor(form), type: STAND_IN_TYPE } : { malformed: "a form" };
  }
  if (!/json/i.test(type)) return { body: raw.toString() };
  try {
    return { body: JSON.parse(withoutBulk(raw).toString()) };
  } catch {
    return { malformed: "JSON" };
  }
}

/** How many characters of base64 are kept: enough for a JPEG whose sizes follow EXIF and a colour profile. */
const KEPT_BASE64 = 400_000;

/**
 * JSON whose long data URLs end after their headers. The mock looks no further, and neither does the spec, which has only a
 * pattern for their beginning. Parsing and judging 64 MB would block the mock for 1.5 seconds; this takes a tenth of that.
 */
function withoutBulk(json: Buffer): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  for (let at = json.indexOf(MARK); at >= 0; ) {
    const cut = at + MARK.length + KEPT_BASE64;
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

/** Whether a path belongs to V2. */
export function isPathOfV2(path: string): boolean {
  return path.startsWith("/v2/");
}

/** The objects in the `content` of a V2 request; empty if `content` is not an array. */
export function itemsIn({ content }: JsonObject): JsonObject[] {
  return Array.isArray(content) ? content.filter(isRecord) : [];
}

/** The prompt of a create, the text inputs of a template, or the texts in the `content` of V2, one per line. */
export function promptOf(body: JsonObject): string {
  const inputs = Array.isArray(body.text_inputs) ? body.text_inputs.filter(isRecord) : [];
  const texts = [body.prompt, ...inputs.map(({ value }) => value), ...itemsIn(body).map(({ text }) => text)];
  return texts.filter((text) => typeof text === "string").join("\n");
}

/** The id of the task or file in the path, the query or the body; empty if there is none. */
export function idIn({ path, query, body }: PrismRequest): string {
  const { task_id, file_id } = { ...query, ...(isRecord(body) && body) };
  return String(/\/(\d+)$/.exec(path)?.[1] ?? task_id ?? file_id ?? "");
}
