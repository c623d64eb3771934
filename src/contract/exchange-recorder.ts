import type { Server } from "../base/server.js";
import { operations } from "../generated/operations.js";
import { hexOf, type KeyRedactor, keyRedactor } from "./key-redaction.js";
import { type Exchange, parsedJson } from "./recorded-exchange.js";

/** Sends requests as they are and keeps copies of them and their replies, without the key. */
export interface Recorder {
  readonly fetch: typeof fetch;
  /** Sends a request and reads its reply to the end. Never rejects. */
  exchange(url: string, init: RequestInit): Promise<Exchange>;
  exchanges(): Promise<readonly Exchange[]>;
}

export function recordExchanges(server: Server, send: typeof fetch, key?: string): Recorder {
  const redact = keyRedactor(key);
  const kept: Promise<Exchange>[] = [];

  function start(input: Parameters<typeof fetch>[0], init: RequestInit = {}) {
    // A stream can be read only once.
    const [body, copy] = init.body instanceof ReadableStream ? init.body.tee() : [init.body, init.body];
    const response = send(input, { ...init, ...(body ? { body } : {}) });
    const reply = response.then((response) => response.clone());
    const exchange = recorded(server, redact, String(input), { ...init, body: copy ?? null }, reply);
    kept.push(exchange);
    return { response, exchange };
  }

  return {
    fetch: (input, init) => start(input, init).response,
    exchange: (url, init) => start(url, init).exchange,
    exchanges: () => Promise.all(kept),
  };
}

async function recorded(
  server: Server,
  redact: KeyRedactor,
  url: string,
  { method = "GET", headers: sent, body }: RequestInit,
  reply: Promise<Response>,
): Promise<Exchange> {
  const { authorization, ...headers } = Object.fromEntries(new Headers(sent).entries());
  const [came, text] = await Promise.all([replyIn(reply, redact), bodyText(body)]);
  return {
    operationId: operationAt(server, method, url),
    method,
    url: redact(url, "https://redacted.invalid"),
    headers: withoutKey(headers, redact),
    keyed: authorization !== undefined,
    ...(text === undefined ? {} : { body: redact(text) }),
    ...came,
  };
}

/** The text of a body once it is sent, or the fields of a form as JSON. */
async function bodyText(body: RequestInit["body"]): Promise<string | undefined> {
  if (!body) return undefined;
  if (body instanceof FormData) {
    const fields = [...body].map(([name, value]) => [name, typeof value === "string" ? value : "[…]"]);
    return JSON.stringify(Object.fromEntries(fields));
  }
  // If the body breaks off while it is sent, the exchange has a `fault`.
  return new Response(body).text().catch(() => undefined);
}

type Reply = Pick<Exchange, "status" | "replyHeaders" | "type" | "text" | "json" | "size" | "head" | "fault">;

async function replyIn(reply: Promise<Response>, redact: KeyRedactor): Promise<Reply> {
  let about = { status: 0, replyHeaders: {}, type: "", size: 0 };
  try {
    const response = await reply;
    const headers = Object.fromEntries(response.headers.entries());
    const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    about = { status: response.status, replyHeaders: withoutKey(headers, redact), type: redact(type), size: 0 };
    const bytes = new Uint8Array(await response.arrayBuffer());
    about.size = bytes.length;
    const isText = type === "" || /^text\/|json|xml/.test(type);
    if (!isText) return { ...about, head: redact(hexOf(bytes.subarray(0, 16))) };
    const text = redact(new TextDecoder().decode(bytes));
    return { ...about, text, json: parsedJson(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...about, fault: redact(about.status === 0 ? message : `the reply broke off: ${message}`) };
  }
}

/** Headers without the key; none at all if several of them together repeat it. */
function withoutKey(headers: Record<string, string>, redact: KeyRedactor): Record<string, string> {
  const kept = Object.entries(headers).map(([name, value]) => [redact(name, "redacted"), redact(value)]);
  const values = kept.map(([, value]) => value).join("\n");
  return redact(values) === values ? Object.fromEntries(kept) : {};
}

/** The operation at an address; `download` for a link beyond the server. */
function operationAt({ baseUrl, spec }: Server, method: string, url: string): string {
  const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length).replace(/[?#].*/, "") : undefined;
  const fitting = Object.entries(operations[spec]).filter(
    ([, row]) => path !== undefined && new RegExp(`^${row.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  const [operationId] = fitting.find(([, row]) => row.method === method) ?? fitting[0] ?? [];
  return operationId ?? (method === "GET" || method === "HEAD" ? "download" : "");
}
