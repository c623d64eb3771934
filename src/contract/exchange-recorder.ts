import type { Server } from "../base/server.js";
import { operations } from "../generated/operations.js";
import { hexOf, type Redactor, redactorOf } from "./key-redaction.js";
import { type Exchange, parsedJson } from "./recorded-exchange.js";

/** A `fetch` that passes everything on untouched and keeps a copy, without the key, however a server repeats it. */
export interface Recorder {
  readonly fetch: typeof fetch;
  /** The exchange that began last, once its reply is read to the end. */
  latest(): Promise<Exchange> | undefined;
  exchanges(): Promise<readonly Exchange[]>;
}

export function recordExchanges(server: Server, send: typeof fetch, key?: string): Recorder {
  const redactor = redactorOf(key);
  const kept: Promise<Exchange>[] = [];
  return {
    async fetch(input, init = {}) {
      const { method = "GET" } = init;
      const url = String(input);
      const { authorization, ...headers } = headersRecord(init.headers);
      const { body, text } = observeBody(init.body, headers["content-type"]);
      const request: Request = {
        method,
        url: redactor.url(url),
        headers: redactor.headers(headers),
        keyed: authorization !== undefined,
        operationId: operationAt(server, method, url),
      };
      const keep = async (reply: Promise<Reply>): Promise<Exchange> => {
        const sent = await text;
        return { ...request, ...(await reply), ...(sent === undefined ? {} : { body: redactor.text(sent) }) };
      };
      try {
        const response = await send(input, { ...init, ...(body ? { body } : {}) });
        kept.push(keep(replyIn(response.clone(), redactor)));
        return response;
      } catch (error) {
        const fault = redactor.text(errorText(error));
        kept.push(keep(Promise.resolve({ status: 0, replyHeaders: {}, type: "", size: 0, fault })));
        throw error;
      }
    },
    latest: () => kept.at(-1),
    exchanges: () => Promise.all(kept),
  };
}

type Request = Pick<Exchange, "operationId" | "method" | "url" | "headers" | "keyed">;
type Reply = Omit<Exchange, keyof Request | "body">;
type RequestBody = RequestInit["body"];

function headersRecord(headers: RequestInit["headers"]): Record<string, string> {
  return Object.fromEntries(new Headers(headers).entries());
}

/** A body to send and, once it is sent, its text: of JSON in any form, and of the fields of a form. */
function observeBody(body: RequestBody, type = ""): { body: RequestBody; text?: Promise<string | undefined> } {
  if (typeof body === "string") return { body, text: Promise.resolve(body) };
  if (body instanceof FormData) return { body, text: Promise.resolve(fieldsText(body)) };
  if (!body || !/json/.test(type)) return { body };
  // A stream can be read only once.
  const [sent, copy] = body instanceof ReadableStream ? body.tee() : [body, body];
  // If the body breaks off while it is sent, the exchange has a `fault`.
  return { body: sent, text: new Response(copy).text().catch(() => undefined) };
}

/** The fields of a form as JSON, without the bytes of files. */
function fieldsText(form: FormData): string {
  const fields = [...form].map(([name, value]) => [name, typeof value === "string" ? value : "[…]"]);
  return JSON.stringify(Object.fromEntries(fields));
}

async function replyIn(response: Response, redactor: Redactor): Promise<Reply> {
  const headers = headersRecord(response.headers);
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const about = { status: response.status, replyHeaders: redactor.headers(headers), type: redactor.text(type) };
  try {
    const bytes = new Uint8Array(await response.arrayBuffer());
    const size = bytes.length;
    const isText = type === "" || /^text\/|json|xml/.test(type);
    if (!isText) return { ...about, size, head: redactor.text(hexOf(bytes.subarray(0, 16))) };
    const text = redactor.text(new TextDecoder().decode(bytes));
    const json = parsedJson(text);
    return { ...about, size, text, ...(json === undefined ? {} : { json }) };
  } catch (error) {
    return { ...about, size: 0, fault: redactor.text(`the reply broke off: ${errorText(error)}`) };
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
