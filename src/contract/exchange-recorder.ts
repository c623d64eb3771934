import type { Server } from "../base/server.js";
import { operations } from "../generated/operations.js";
import { type Redactor, redactorOf } from "./key-redaction.js";
import type { Exchange } from "./recorded-exchange.js";

/**
 * A `fetch` that keeps a copy of all that passes, without the key, whoever repeats it. It passes everything on untouched: no
 * digit of an id, and no byte, is lost.
 */
export interface Recorder {
  readonly fetch: typeof fetch;
  /** The last one that has begun, once its answer is read to its end. */
  latest(): Promise<Exchange> | undefined;
  /** All of them. */
  exchanges(): Promise<readonly Exchange[]>;
}

export function record(server: Server, send: typeof fetch, key?: string): Recorder {
  const redactor = redactorOf(key);
  const kept: Promise<Exchange>[] = [];
  return {
    async fetch(input, init = {}) {
      const method = init.method ?? "GET";
      const url = String(input);
      const headers = headersOf(init.headers);
      const { body, text } = observed(init.body, headers);
      const about = {
        ...askedOf({ method, url, headers }, redactor),
        operationId: operationAt(server, method, url),
      };
      const keep = (exchange: Promise<Exchange>) => kept.push(withBody(exchange, text, redactor));
      try {
        const response = await send(input, { ...init, ...(body ? { body } : {}) });
        keep(answerOf(about, response.clone(), redactor));
        return response;
      } catch (error) {
        keep(Promise.resolve(unanswered(about, error, redactor)));
        throw error;
      }
    },
    latest: () => kept.at(-1),
    exchanges: () => Promise.all(kept),
  };
}

type Asked = Pick<Exchange, "operationId" | "method" | "url" | "headers" | "keyed">;

function headersOf(headers: RequestInit["headers"]): Record<string, string> {
  return Object.fromEntries(new Headers(headers).entries());
}

function askedOf({ method, url, headers }: Sent, redactor: Redactor): Omit<Asked, "operationId"> {
  const { authorization, ...others } = headers;
  return { method, url: redactor.url(url), headers: redactor.headers(others), keyed: authorization !== undefined };
}

interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
}

type SentBody = RequestInit["body"];

/** A body to send, and its text once it was sent: of JSON in any form, and of the fields of a form. */
function observed(
  body: SentBody,
  headers: Record<string, string>,
): { body: SentBody; text: Promise<string | undefined> | undefined } {
  if (typeof body === "string") return { body, text: Promise.resolve(body) };
  if (body instanceof FormData) return { body, text: Promise.resolve(fieldsOf(body)) };
  if (!body || !/json/.test(headers["content-type"] ?? "")) return { body, text: undefined };
  // Some runtimes are given what can be read once.
  const [sent, copy] = body instanceof ReadableStream ? body.tee() : [body, body];
  // What breaks off while it is sent stands in the exchange as its fault.
  return { body: sent, text: new Response(copy).text().catch(() => undefined) };
}

/** Of a file only the name of its field is told; its bytes are nobody's business. */
function fieldsOf(form: FormData): string {
  return JSON.stringify(Object.fromEntries([...form].map(([name, value]) => [name, told(value)])));
}

function told(value: FormDataEntryValue): string {
  return typeof value === "string" ? value : "[…]";
}

async function withBody(
  exchange: Promise<Exchange>,
  text: Promise<string | undefined> | undefined,
  redactor: Redactor,
): Promise<Exchange> {
  const body = await text;
  return { ...(await exchange), ...(body === undefined ? {} : { body: redactor.text(body) }) };
}

async function answerOf(asked: Asked, response: Response, redactor: Redactor): Promise<Exchange> {
  const headers = headersOf(response.headers);
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const facts = {
    ...asked,
    status: response.status,
    replyHeaders: redactor.headers(headers),
    type: redactor.text(type),
  };
  try {
    const bytes = new Uint8Array(await response.arrayBuffer());
    const size = bytes.length;
    if (!isText(type)) return { ...facts, size, head: redactor.text(hexOf(bytes.subarray(0, 16))) };
    const text = redactor.text(new TextDecoder().decode(bytes));
    return { ...facts, size, text, ...jsonOf(text) };
  } catch (error) {
    return { ...facts, size: 0, fault: redactor.text(`the answer broke off: ${messageOf(error)}`) };
  }
}

function unanswered(asked: Asked, error: unknown, redactor: Redactor): Exchange {
  return { ...asked, status: 0, replyHeaders: {}, type: "", size: 0, fault: redactor.text(messageOf(error)) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isText(type: string): boolean {
  return type === "" || /^text\/|json|xml/.test(type);
}

function jsonOf(text: string): { json?: unknown } {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return {};
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Which operation an address is of; one beyond the server is a link that is followed. */
export function operationAt({ baseUrl, spec }: Server, method: string, url: string): string {
  const own = Object.entries(operations[spec]);
  const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length).replace(/[?#].*/, "") : undefined;
  const at = own.filter(([, row]) => path !== undefined && patternOf(row.path).test(path));
  const found = at.find(([, row]) => row.method === method) ?? at[0];
  return found?.[0] ?? (method === "GET" || method === "HEAD" ? "download" : "");
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
}
