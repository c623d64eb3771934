import { type Bytes, idleTimeout } from "../http/idle-timeout.js";
import { codeIn } from "../http/network-errors.js";
import { redactedError } from "../http/redact.js";

/** A failed attempt, in words that contain no link. Another attempt may succeed. */
export class Fault extends Error {
  constructor(
    message: string,
    readonly facts: { cause?: unknown; status?: number; retryAfter?: number } = {},
  ) {
    super(message);
  }
}

/** One request for bytes. It throws a Fault, or the reason for which it was ended. */
export interface DownloadConnection {
  readonly host: string;
  /** Whether bytes have arrived, so that the link works. */
  readonly hasDelivered: boolean;
  open(headers: Record<string, string>): Promise<Response>;
  /** The next bytes; undefined at the end. */
  read(): Promise<Bytes | undefined>;
  /** Ends it at once, even if `fetch` obeys no signal. */
  end(reason?: unknown): void;
}

/** A connection that fails if nothing arrives for `milliseconds` while somebody waits for it. */
export function connectTo(url: string, send: typeof fetch, milliseconds: number): DownloadConnection {
  const { host, search, password } = new URL(url);
  const controller = new AbortController();
  const { signal } = controller;
  let reader: ReadableStreamDefaultReader<Bytes> | undefined;
  let hasDelivered = false;
  const steps = idleTimeout(
    milliseconds,
    (words) => new Fault(`${host} ${words}`),
    (reason) => {
      controller.abort(reason);
      reader?.cancel(reason).catch(() => {});
    },
  );

  async function guarded<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await steps.run(step);
    } catch (error) {
      if (steps.ended) throw error;
      const cause = redactedError(error, [search, password]);
      const what = reader ? `${host} broke off` : `the request to ${host} failed`;
      throw new Fault(`${what}: ${innermostMessage(cause)}`, { cause });
    }
  }

  return {
    host,
    get hasDelivered() {
      return hasDelivered;
    },
    async open(headers) {
      // "identity", because the length of compressed content says nothing. `credentials` stays unset: cookies are only sent
      // to a page's own origin, and Cloudflare Workers reject the option.
      const init = { headers: { "accept-encoding": "identity", ...headers }, signal };
      const response = await guarded(async () => {
        const sent = await send(url, init);
        // It arrives too late to be read.
        if (signal.aborted) await sent.body?.cancel();
        return sent;
      });
      reader = response.body?.getReader();
      return response;
    },
    async read() {
      const result = await guarded(async () => reader?.read());
      hasDelivered ||= result?.done === false;
      return result?.value;
    },
    end: steps.end,
  };
}

/** The innermost message is the most specific one; the code is for readers who know it. */
function innermostMessage(error: Error): string {
  if (error.cause instanceof Error) return innermostMessage(error.cause);
  const code = codeIn(error);
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}

/** What a response says about the file. */
export interface FileVersion {
  total: number | undefined;
  /** A strong validator: only parts with the same one belong together (RFC 9110, 15.3.7.3). */
  validator: string | undefined;
  type: string;
}

/** @throws {Fault} if the response is not a video. */
export function versionOf({ ok, status, headers, body }: Response, host: string): FileVersion {
  const type = headers.get("content-type") ?? "";
  const page = /html/i.test(type) ? " with an HTML page" : "";
  const retryAfter = Number(headers.get("retry-after")) * 1000 || 0;
  if (!ok || !body || page) throw new Fault(`${host} answered HTTP ${status}${page}`, { status, retryAfter });
  // The length and validator of compressed content say nothing about the file.
  if (/^(?!identity$)./i.test(headers.get("content-encoding") ?? ""))
    return { type, total: undefined, validator: undefined };
  const length = headers.get("content-length");
  return { type, total: length === null ? undefined : Number(length), validator: validatorIn(headers) };
}

/** A value for If-Range (RFC 9110, 13.1.5): no weak tag, and a date only if there is no tag and the date is strong. */
function validatorIn(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (tag !== null) return tag.startsWith("W/") ? undefined : tag;
  // A file may change twice within a second, and clocks differ: a minute between them leaves no doubt (8.8.2.2).
  const modified = headers.get("last-modified") ?? "";
  return Date.parse(headers.get("date") ?? "") - Date.parse(modified) >= 60_000 ? modified : undefined;
}

/** What a 206 contains: its first byte, the total, and whether it belongs to the version that was begun. */
export function partOf(
  headers: Headers,
  { validator, total }: FileVersion,
): { start: number; total?: number; isSame: boolean } {
  const [, first, all] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  const now = all === undefined || all === "*" ? total : Number(all);
  const isSame =
    (headers.get("etag") ?? headers.get("last-modified") ?? validator) === validator && (total ?? now) === now;
  // Browsers hide the content-range of other origins, but not the length.
  const start = first === undefined ? Number(total) - Number(headers.get("content-length")) : Number(first);
  return { start, isSame, ...(now === undefined ? {} : { total: now }) };
}
