import { operations } from "../generated/operations.js";
import type { Server } from "../server.js";
import type { Exchange } from "./exchange.js";

/** A `fetch` that keeps a copy of all that passes, and passes it on untouched: no digit of an id, and no byte, is lost. */
export interface Recorder {
  readonly fetch: typeof fetch;
  /** The last one that has begun, once its answer is read to its end. */
  latest(): Promise<Exchange> | undefined;
  /** All of them. */
  exchanges(): Promise<readonly Exchange[]>;
}

export function record(server: Server, send: typeof fetch): Recorder {
  const kept: Promise<Exchange>[] = [];
  return {
    async fetch(input, init = {}) {
      const request = {
        method: init.method ?? "GET",
        url: String(input),
        headers: headersOf(init.headers),
        body: init.body,
      };
      const about = { ...askedOf(request), operationId: operationAt(server, request.method, request.url) };
      try {
        const response = await send(input, init);
        kept.push(answerOf(about, response.clone()));
        return response;
      } catch (error) {
        kept.push(Promise.resolve(unanswered(about, error)));
        throw error;
      }
    },
    latest: () => kept.at(-1),
    exchanges: () => Promise.all(kept),
  };
}

type Asked = Pick<Exchange, "operationId" | "method" | "url" | "headers" | "keyed" | "body">;

function headersOf(headers: RequestInit["headers"]): Record<string, string> {
  return Object.fromEntries(new Headers(headers).entries());
}

function askedOf({ method, url, headers, body }: Sent): Omit<Asked, "operationId"> {
  const { authorization, ...others } = headers;
  return {
    method,
    url,
    headers: others,
    keyed: authorization !== undefined,
    ...(typeof body === "string" ? { body } : {}),
    // Of a file only the name of its field is told; its bytes are nobody's business.
    ...(body instanceof FormData
      ? { body: JSON.stringify(Object.fromEntries([...body].map(([name, value]) => [name, told(value)]))) }
      : {}),
  };
}

function told(value: FormDataEntryValue): string {
  return typeof value === "string" ? value : "[…]";
}

interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: RequestInit["body"];
}

async function answerOf(asked: Asked, response: Response): Promise<Exchange> {
  const replyHeaders = headersOf(response.headers);
  const type = (replyHeaders["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const facts = { ...asked, status: response.status, replyHeaders, type };
  try {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!isText(type)) return { ...facts, size: bytes.length, head: hexOf(bytes.subarray(0, 16)) };
    const text = new TextDecoder().decode(bytes);
    return { ...facts, size: bytes.length, text, ...jsonOf(text) };
  } catch (error) {
    return { ...facts, size: 0, fault: `the answer broke off: ${messageOf(error)}` };
  }
}

function unanswered(asked: Asked, error: unknown): Exchange {
  return { ...asked, status: 0, replyHeaders: {}, type: "", size: 0, fault: messageOf(error) };
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
