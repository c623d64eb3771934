import { after } from "../base/clock.js";
import { codeIn } from "../http/network-errors.js";
import { redactedError } from "../http/redact.js";

/** A try that failed, in words that hold no link. Another one may work. */
export class Fault extends Error {
  constructor(
    message: string,
    readonly facts: { cause?: unknown; status?: number; retryAfter?: number } = {},
  ) {
    super(message);
  }
}

export type Bytes = Uint8Array<ArrayBuffer>;

/** One request for bytes. What it throws is a Fault, or the reason for which it was ended. */
export interface Line {
  readonly host: string;
  /** Whether bytes came: then the link is a good one. */
  readonly alive: boolean;
  open(headers: Record<string, string>): Promise<Response>;
  /** The next bytes; undefined at the end. */
  read(): Promise<Bytes | undefined>;
  /** Breaks it off at once, even where `fetch` minds no signal. */
  end(reason?: unknown): void;
}

/** A line that breaks off when nothing comes for `idleTimeout` milliseconds while somebody waits for it. */
export function lineTo(url: string, send: typeof fetch, idleTimeout: number): Line {
  const { host, search, password } = new URL(url);
  const controller = new AbortController();
  const { signal } = controller;
  let reader: ReadableStreamDefaultReader<Bytes> | undefined;
  let alive = false;
  let giveUp = () => {};

  /** A step that ends with the line, whether or not `fetch` and its streams mind a signal. */
  async function timed<T>(step: () => Promise<T>): Promise<T> {
    const idle = () => end(new Fault(`${host} sent nothing for ${idleTimeout / 1000} s`));
    const timer = after(idleTimeout, idle);
    try {
      signal.throwIfAborted();
      return await new Promise<T>((resolve, reject) => {
        giveUp = reject;
        step().then(resolve, reject);
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const cause = redactedError(error, [search, password]);
      const what = reader ? `${host} broke off` : `the request to ${host} failed`;
      throw new Fault(`${what}: ${wordsOf(cause)}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  async function open(headers: Record<string, string>): Promise<Response> {
    // identity: the length of what was compressed says nothing. No word on cookies, which a browser sends to its own origin
    // only: Cloudflare's workers throw at the option itself.
    const init = { headers: { "accept-encoding": "identity", ...headers }, signal };
    const answer = await timed(async () => {
      const sent = await send(url, init);
      // It comes too late to be read.
      if (signal.aborted) await sent.body?.cancel();
      return sent;
    });
    reader = answer.body?.getReader();
    return answer;
  }

  async function read(): Promise<Bytes | undefined> {
    const result = await timed(async () => reader?.read());
    // A stream that was cancelled says that it has come to its end.
    signal.throwIfAborted();
    alive ||= result?.done === false;
    return result?.value;
  }

  function end(reason?: unknown): void {
    controller.abort(reason);
    reader?.cancel(reason).catch(() => {});
    giveUp();
  }

  return {
    host,
    get alive() {
      return alive;
    },
    open,
    read,
    end,
  };
}

/** The innermost message knows best; the code is for a person who knows it. */
function wordsOf(error: Error): string {
  if (error.cause instanceof Error) return wordsOf(error.cause);
  const code = codeIn(error);
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}

/** What an answer says of the file. */
export interface Version {
  total: number | undefined;
  /** A strong mark: only pieces under the same one belong together (RFC 9110, 15.3.7.3). */
  mark: string | undefined;
  type: string;
}

/** @throws {Fault} for what is no video. */
export function versionOf({ ok, status, headers, body }: Response, host: string): Version {
  const type = headers.get("content-type") ?? "";
  const page = /html/i.test(type) ? " with an HTML page" : "";
  const retryAfter = Number(headers.get("retry-after")) * 1000 || 0;
  if (!ok || !body || page) throw new Fault(`${host} answered HTTP ${status}${page}`, { status, retryAfter });
  // Length and mark of what was compressed say nothing of the file.
  if (/^(?!identity$)./i.test(headers.get("content-encoding") ?? ""))
    return { type, total: undefined, mark: undefined };
  const length = headers.get("content-length");
  return { type, total: length === null ? undefined : Number(length), mark: markOf(headers) };
}

/** What If-Range may ask with (RFC 9110, 13.1.5): no weak tag; a date only where there is no tag, and if it is a strong mark. */
function markOf(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (tag !== null) return tag.startsWith("W/") ? undefined : tag;
  // A file may change twice in a second, and two clocks may differ: a minute between them leaves no doubt (8.8.2.2).
  const modified = headers.get("last-modified") ?? "";
  return Date.parse(headers.get("date") ?? "") - Date.parse(modified) >= 60_000 ? modified : undefined;
}

/** What a 206 brings: from where on, of how much, and whether it belongs to the version that was begun. */
export function restOf(headers: Headers, { mark, total }: Version): { start: number; total?: number; same: boolean } {
  const [, first, all] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  const now = all === undefined || all === "*" ? total : Number(all);
  const same = (headers.get("etag") ?? headers.get("last-modified") ?? mark) === mark && (total ?? now) === now;
  // Browsers keep the content-range of other origins to themselves, but not the length.
  const start = first === undefined ? Number(total) - Number(headers.get("content-length")) : Number(first);
  return { start, same, ...(now === undefined ? {} : { total: now }) };
}
