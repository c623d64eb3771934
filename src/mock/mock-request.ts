/** Reading a request: flat headers, a body parsed once, and what the request says about itself. */
import type { IncomingMessage } from "node:http";
import { parse } from "node:querystring";
import { arrayOf, isRecord, isTooDeep } from "../base/record.js";

/** A JSON object of unknown fields. */
export type JsonObject = Record<string, unknown>;

// MiniMax documents 64 MB for V2. V1 takes images of up to 20 MB, which are 27 MB as a data URL.
const LARGEST_BODY = 64 * 1024 * 1024;

/** A request as Prism expects it: lower-case header names, a parsed body, and an array for each repeated query parameter. */
export interface MockRequest {
  method: string;
  path: string;
  /** Whether the path belongs to V2. */
  isV2: boolean;
  query: Record<string, string | string[]>;
  headers: Record<string, string>;
  body?: unknown;
  /** What the body should have been, and is not. */
  malformed?: "JSON" | "a form";
  /** A form, for which `body` then holds a stand-in. */
  form?: FormData;
}

/** The request as Prism expects it; undefined if its body is larger than 64 MB. */
export async function readMockRequest(request: IncomingMessage, url: URL): Promise<MockRequest | undefined> {
  const raw = await wholeBody(request);
  if (!raw) return undefined;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { type, ...body } = await parsedBody(raw, headers["content-type"]);
  return {
    method: (request.method ?? "GET").toLowerCase(),
    path: url.pathname,
    isV2: url.pathname.startsWith("/v2/"),
    query: queryOf(url.search),
    // Prism ignores the media type unless a length announces a body.
    headers: { ...headers, "content-length": String(raw.length), ...(type && { "content-type": type }) },
    ...body,
  };
}

/** The parameters of a query, as Prism expects them. */
export function queryOf(search: string): MockRequest["query"] {
  // Only parameters that are absent are undefined.
  return { ...parse(search.slice(1)) } as MockRequest["query"];
}

/** The whole body; undefined if it is too large. The rest is then read and dropped, so that the sender can receive the reply. */
async function wholeBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // Without an encoding, a request yields Buffers.
    size += (chunk as Buffer).length;
    if (size <= LARGEST_BODY) chunks.push(chunk as Buffer);
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks) : undefined;
}

type ParsedBody = Pick<MockRequest, "body" | "malformed" | "form"> & { type?: string };

async function parsedBody(raw: Buffer<ArrayBuffer>, type = "application/json"): Promise<ParsedBody> {
  if (raw.length === 0) return {};
  const sent = new Response(raw, { headers: { "content-type": type } });
  if (/^multipart\/form-data/i.test(type)) {
    const form = await sent.formData().catch(() => undefined);
    return form ? { form, ...(await standInFor(form)) } : { malformed: "a form" };
  }
  if (!/json/i.test(type)) return { body: raw.toString() };
  // Unlike sent.json(), refuses a BOM, as other servers do.
  const json = await (async () => [JSON.parse(raw.toString()) as unknown])().catch(() => []);
  // Parsers of other servers refuse deep nesting too. No request has more than six levels.
  return json.length === 0 || isTooDeep(json[0], 100) ? { malformed: "JSON" } : { body: json[0] };
}

/** A small form for Prism, which would convert the bytes of each file to text one by one, and crashes on a file without a type. */
async function standInFor(form: FormData): Promise<ParsedBody> {
  const small = new FormData();
  for (const [name, value] of form) small.append(name, typeof value === "string" ? value : new Blob(["(bytes)"]));
  const standIn = new Response(small);
  return { body: await standIn.text(), type: standIn.headers.get("content-type") ?? "" };
}

/** The objects in the `content` of a V2 request; empty if `content` is not an array. */
export function itemsIn({ content }: JsonObject): JsonObject[] {
  return arrayOf(content).filter(isRecord);
}

/** The prompt of a create, the text inputs of a template, or the texts in the `content` of V2, one per line. */
export function promptOf(body: JsonObject): string {
  const inputs = arrayOf(body.text_inputs).filter(isRecord);
  const texts = [body.prompt, ...inputs.map(({ value }) => value), ...itemsIn(body).map(({ text }) => text)];
  return texts.filter((text) => typeof text === "string").join("\n");
}

/** The id of the task or file in the path, the query or the body; empty if there is none. */
export function idIn({ path, query, body }: MockRequest): string {
  const { task_id, file_id } = { ...query, ...(isRecord(body) && body) };
  return String(/\/(\d+)$/.exec(path)?.[1] ?? task_id ?? file_id ?? "");
}
