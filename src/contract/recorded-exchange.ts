import { hexadecimal, isTooDeep } from "../base/record.js";
import type { Server } from "../base/server.js";
import { operations } from "../generated/operations.js";
import { type KeyRedactor, keyRedactor } from "./key-redaction.js";

/** A request and its reply as they were on the wire, except for the key. */
export interface Exchange {
  /** The operationId in the spec; `download` if a link was followed, empty if no operation matches. */
  readonly operationId: string;
  /** The HTTP method. */
  readonly method: string;
  /** The URL with its query. Signatures in it are redacted. */
  readonly url: string;
  /** The headers of the request, without the key; `keyed` says whether there was one. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the request carried a key. */
  readonly keyed: boolean;
  /** The request's text; absent if it sent bytes. */
  readonly body?: string;
  /** HTTP status; 0 if no reply came. */
  readonly status: number;
  /** The headers of the reply, by lower-case names, without the key. */
  readonly replyHeaders: Readonly<Record<string, string>>;
  /** Media type of the reply, without parameters. */
  readonly type: string;
  /** The text of the reply as received, so that no digit of an id is lost. */
  readonly text?: string;
  /** The text of the reply, parsed. Absent if it is not JSON. */
  readonly json?: unknown;
  /** Bytes of the reply. */
  readonly size: number;
  /** The first bytes of a reply that is not text, in hexadecimal. */
  readonly head?: string;
  /** SHA-256 of a reply that is not text, in hexadecimal. */
  readonly digest?: string;
  /** Why no reply came. */
  readonly fault?: string;
  /** Whether none came because we stopped waiting. */
  readonly isWithdrawn?: true;
  /** Where the reply repeats a key that was sent: "in its body", "in the header x-debug". */
  readonly leak?: string;
  /** Milliseconds until the whole reply had arrived. */
  readonly milliseconds: number;
}

/** The reason to abort a request without a reply. Any other reason is the caller's. */
export const LATE = Object.assign(new Error("it took longer than two minutes"), { code: "TIMEOUT" });

/** No account has this key; our mock refuses it too. */
export const WRONG_KEY = "mock-invalid-key";

/** Parses JSON; undefined if the text is not JSON, or so deeply nested that whatever walks through it would overflow the stack. */
export function parsedJson(text: string): unknown {
  try {
    const value = JSON.parse(text);
    return isTooDeep(value, 100) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Sends requests as they are and keeps copies of them and their replies, without the key. */
export function recordExchanges(server: Server, send: typeof fetch, key?: string) {
  const cut = keyRedactor(key);
  // In the order of the requests; those under way are undefined.
  const kept: (Exchange | undefined)[] = [];
  const all: Promise<unknown>[] = [];

  function start(url: string, init: RequestInit, isShared = false) {
    // A stream can be read only once.
    const [body, copy] = init.body instanceof ReadableStream ? init.body.tee() : [init.body, init.body];
    const response = send(url, { ...init, ...(body ? { body } : {}) });
    const reply = isShared ? response.then((one) => one.clone()) : response;
    const exchange = recorded(server, cut, url, { ...init, body: copy ?? null }, reply);
    const place = kept.push(undefined) - 1;
    all.push(exchange.then((one) => kept.splice(place, 1, one)));
    return { response, exchange };
  }

  return {
    fetch: (input: string | URL | Request, init: RequestInit = {}) => start(String(input), init, true).response,
    /** Sends a request and reads its reply to the end. Never rejects. */
    exchange: (url: string, init: RequestInit) => start(url, init).exchange,
    /** Resolves when all have ended. */
    settled: () => Promise.all(all),
    /** All that have ended. */
    exchanges: (): Exchange[] => kept.filter((one) => one !== undefined),
  };
}

async function recorded(
  server: Server,
  cut: KeyRedactor,
  url: string,
  { method = "GET", headers: sent, body, signal }: RequestInit,
  reply: Promise<Response>,
): Promise<Exchange> {
  const { authorization, ...headers } = Object.fromEntries(new Headers(sent));
  const begun = performance.now();
  const [came, text] = await Promise.all([replyIn(reply, cut), bodyText(body)]);
  const isWithdrawn = came.fault !== undefined && signal?.aborted && signal.reason !== LATE;
  return {
    operationId: operationAt(server, method, url),
    method,
    url: cut(url, "https://redacted.invalid"),
    headers: keyless(headers, cut),
    keyed: authorization !== undefined,
    ...(text === undefined ? {} : { body: cut(text) }),
    milliseconds: Math.round(performance.now() - begun),
    ...(isWithdrawn ? { isWithdrawn } : {}),
    ...came,
  };
}

/** The text of a body once it is sent, or the fields of a form as JSON. */
async function bodyText(body: RequestInit["body"]): Promise<string | undefined> {
  if (typeof body === "string" || !body) return body ?? undefined;
  if (body instanceof FormData) {
    const fields = [...body].map(([name, value]) => [name, typeof value === "string" ? value : "[…]"]);
    return JSON.stringify(Object.fromEntries(fields));
  }
  // If the body breaks off while it is sent, the exchange has a `fault`.
  return new Response(body).text().catch(() => undefined);
}

type Reply = Pick<Exchange, "status" | "replyHeaders" | "type" | "size"> & Partial<Exchange>;

async function replyIn(reply: Promise<Response>, cut: KeyRedactor): Promise<Reply> {
  let about: Reply = { status: 0, replyHeaders: {}, type: "", size: 0 };
  try {
    const response = await reply;
    const headers = Object.fromEntries(response.headers);
    const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    const isLeak = (text: string) => cut(text) !== text || text.includes(WRONG_KEY);
    const header = Object.keys(headers).find((name) => isLeak(headers[name] ?? ""));
    const leak = header === undefined ? {} : { leak: `in the header ${cut(header)}` };
    about = { status: response.status, replyHeaders: keyless(headers, cut), type: cut(type), size: 0, ...leak };
    const bytes = await bytesIn(response);
    about = { ...about, size: bytes.length };
    if (type !== "" && !/^text\/|json|xml/.test(type))
      return { ...about, head: cut(hexadecimal(bytes.subarray(0, 16))), digest: await sha256(bytes) };
    const raw = new TextDecoder().decode(bytes);
    const text = cut(raw);
    return { ...about, text, json: parsedJson(text), ...(isLeak(raw) ? { leak: "in its body" } : {}) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...about, fault: cut(about.status === 0 ? message : `the reply broke off: ${message}`) };
  }
}

/** @throws {Error} if there are more bytes than any reply of this service has. */
async function bytesIn({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: BlobPart[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > 256 * 1024 ** 2) throw new Error("it is larger than 256 MB");
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** In hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hexadecimal(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** Headers without the key; none at all if several of them together repeat it. */
function keyless(headers: Record<string, string>, cut: KeyRedactor): Record<string, string> {
  const kept = Object.entries(headers).map(([name, value]) => [cut(name, "redacted"), cut(value)]);
  const values = kept.map(([, value]) => value).join("\n");
  return cut(values) === values ? Object.fromEntries(kept) : {};
}

/** The operation at an address; `download` for a link to another server. */
function operationAt({ baseUrl, spec }: Server, method: string, url: string): string {
  const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length).replace(/[?#].*/, "") : "";
  const fitting = Object.entries(operations[spec]).filter(([, row]) => {
    return new RegExp(`^${row.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);
  });
  const [operationId] = fitting.find(([, row]) => row.method === method) ?? fitting[0] ?? [];
  return operationId ?? (method === "GET" || method === "HEAD" ? "download" : "");
}
