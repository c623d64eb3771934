import { refusal } from "../base/check-result.js";
import type { FullClock } from "../base/clock.js";
import type { Settings } from "../base/connect-options.js";
import { type Deadline, deadlineOf } from "../base/deadline.js";
import { ApiError, ConnectionError, MiniMaxError, type Subject, ValidationError } from "../base/errors.js";
import { type KeyKind, keyKindOf } from "../base/key-kind.js";
import type { Logger } from "../base/logger.js";
import { finiteNumber } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { Body, Content } from "../media/json-body.js";
import { usableKey } from "./api-key.js";
import { discard, responseOf, streamOf } from "./body-reader.js";
import { brokenConnection, codeIn, neverSent, proxyRefusal, unusedProxy, wasRedirected } from "./network-errors.js";
import { redact, redactedError } from "./redact.js";
import { mayResend, requestInit } from "./request-body.js";

/** One call of an operation. */
export interface Call {
  /** The operationId in the spec. */
  operation: string;
  method: string;
  /** Relative to the server's base URL, including the query. */
  path: string;
  body?: Body | undefined;
  /** Whether sending it twice may cost money. If so, it is sent in a form that the runtime cannot repeat by itself. */
  once?: boolean;
  /** The parts of the body that no error may repeat: the prompts. */
  secrets?: readonly string[];
  /** What the call is about. `retry` adds it to the errors of the call. */
  about?: Subject;
  headers?: Record<string, string>;
  /** Whether `headers` has an idempotency key. */
  keyed?: boolean;
  signal?: AbortSignal | undefined;
  /** Milliseconds. The client's time-out is the default and the maximum. */
  timeout?: number | undefined;
  /** Multiplies the time-out, for a large body. Default 1. */
  stretch?: number;
  /**
   * Receives everything that has arrived of the reply so far ("" once the request has left), because a reply that breaks off may have
   * named a task.
   */
  heard?: Heard;
  /** Leaves the body of the reply to the caller. `text` is then empty. */
  streamed?: boolean;
}

/** What has arrived of a reply: its text, and its bytes if there is a list for them. */
export type Heard = { text?: string; readonly chunks?: Uint8Array<ArrayBuffer>[] };

/** A reply, with its body read to the end unless the call was streamed. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** Only if the call was streamed. */
  body?: Response["body"];
  /** Texts that no error may show, even if the reply repeats them. */
  secrets: readonly string[];
  /** How the key is billed. */
  keyKind?: KeyKind | undefined;
  /** Milliseconds the service asked to wait. */
  retryAfter?: number | undefined;
}

/**
 * Makes one HTTP exchange and never repeats it. Ends at its deadline or on the caller's signal, even if `fetch` obeys neither.
 * @throws {ConnectionError} if there was no complete reply; the caller's `signal.reason` if that aborted.
 */
export type Transport = (call: Call) => Promise<Reply>;

/** Everything that a call to a server needs. */
export interface HttpContext {
  readonly server: Server;
  readonly maxRetries: number;
  readonly clock: FullClock;
  readonly logger: Logger | undefined;
  readonly transport: Transport;
}

/** The largest reply, in bytes, uncompressed. Replies of this API have a few kilobytes; a list of files may have a megabyte. */
const LARGEST_REPLY = 16 * 1024 * 1024;
/** Milliseconds for one exchange. */
export const DEFAULT_TIMEOUT = 120_000;

export function createTransport(options: Settings, clock: FullClock, logger: Logger | undefined): Transport {
  const { server, apiKey, timeout = DEFAULT_TIMEOUT } = options;
  return async (call) => {
    const { operation, streamed, heard = {}, body, once = false } = call;
    const limit = Math.min(call.timeout ?? timeout, timeout) * (call.stretch ?? 1);
    const deadline = deadlineOf(call.signal, limit);
    const started = clock.monotonic();
    const elapsed = () => Math.round(clock.monotonic() - started);
    const secrets = [...(call.secrets ?? [])];
    let isSent = false;
    let content: Content | undefined;
    try {
      // Awaits only a function, because every await on this path slows down every call.
      const key = usableKey(typeof apiKey === "function" ? await deadline.race(fetchedKey(apiKey)) : apiKey);
      secrets.push(key);
      const made = typeof body === "function" ? () => (content = body()) : body;
      const { headers: typed, ...init } = requestInit(made, { once });
      const send = options.fetch ?? globalThis.fetch;
      if (deadline.signal.aborted) throw deadline.signal.reason;
      isSent = true;
      heard.text ??= "";
      const sending = send(server.baseUrl + call.path, {
        method: call.method,
        headers: { ...typed, ...call.headers, authorization: `Bearer ${key}` },
        // The key goes only to the configured server.
        redirect: "manual",
        ...init,
        signal: deadline.signal,
        // With redirects as errors, keeps Node from copying a large body.
        window: null,
      });
      const response = await responseOf(sending, deadline);
      const { status, headers, body: unread } = response;
      // Browsers hide the status of a redirect.
      if (response.type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(status)) {
        discard(unread);
        heard.text = `${headers.get("location")} `;
        throw Object.assign(new Explained(redact(whereTo(response, call, server.baseUrl), secrets)), { status });
      }
      const text = streamed ? "" : await bodyText(response, deadline, heard);
      logger?.debug("reply", { operation, status, milliseconds: elapsed() });
      const more = { keyKind: keyKindOf(key), retryAfter: retryAfterIn(headers, clock.now()) };
      return { status, headers, text, secrets, ...more, ...(streamed && { body: unread }) };
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      // After sending, every error comes from `fetch`, even if it is one of our classes, thrown by a custom `fetch`.
      if (!isSent && cause instanceof MiniMaxError) throw cause;
      const facts = { operation, server: server.baseUrl };
      // No service accepts half a request.
      if (content?.fault) throw unreadable(content.fault.cause, facts);
      const sent = isSent && !neverSent(cause) ? "maybe" : "no";
      logger?.debug("no reply", { operation, sent, milliseconds: elapsed() });
      const twice = sent === "maybe" && call.once && mayResend() ? `. ${TWICE}` : "";
      const direct = sent === "no" && !options.fetch ? unusedProxy(server.baseUrl) : "";
      // A time-out this short was probably meant in seconds.
      const short = limit < 1000 ? ` (the time-out is ${Math.round(limit)} milliseconds)` : "";
      const what = deadline.expired ? TOO_LATE[isSent ? "fetch" : "apiKey"] + short : whatFailed(cause, sent);
      const message = `${operation}: ${server.baseUrl} ${what}${twice}${direct}`;
      // A permanent redirect would be returned every time, so a read must not be retried.
      if (!call.once && cause instanceof Explained && isPermanent(cause.status))
        throw new ApiError(message, { ...facts, kind: "unknown", retryable: false, status: cause.status });
      throw new ConnectionError(message, { ...facts, sent, cause: redactedError(cause, secrets) });
    } finally {
      deadline.clear();
    }
  };
}

const TOO_LATE = { apiKey: "was not called: apiKey() returned no key in time", fetch: "did not answer in time" };
const TWICE = "This browser may have sent the request twice by itself; create through a server of your own";

/** Names the host of a redirect, and the base URL that avoids it. The rest of the address may be secret. */
function whereTo({ status, headers }: Response, { path }: Call, baseUrl: string): string {
  const location = headers.get("location") ?? "";
  if (!URL.canParse(location, baseUrl + path)) return redirected();
  const { origin, pathname } = new URL(location, baseUrl + path);
  const [operation = ""] = path.split("?");
  const base = pathname.endsWith(operation) ? origin + pathname.slice(0, -operation.length) : baseUrl;
  const isMoved = isPermanent(status) && base !== baseUrl;
  return redirected(` to ${origin}`) + (isMoved ? `. If you trust that host, use the base URL ${base}` : "");
}

const isPermanent = (status: unknown): status is 301 | 308 => status === 301 || status === 308;
const redirected = (to = "") => `sent a redirect${to}, which is not followed`;

/** An error with a message that follows the base URL and says what happened to the request. */
class Explained extends Error {
  declare readonly status?: number;
}

function whatFailed(cause: unknown, sent: "no" | "maybe"): string {
  if (cause instanceof Explained) return cause.message;
  if (wasRedirected(cause)) return redirected();
  if (sent === "maybe") return brokenConnection(cause);
  const refusal = proxyRefusal(cause);
  const code = refusal ? `the proxy answered HTTP ${refusal}` : codeIn(cause);
  return `could not be reached, nothing was sent${code ? ` (${code})` : ""}`;
}

/** Milliseconds after which the service wants to be called again: `retry-after-ms`, or `Retry-After` in seconds or as a date. */
export function retryAfterIn(headers: Headers, now: number): number | undefined {
  const [exact = "", given = ""] = ["retry-after-ms", "retry-after"].map((name) => headers.get(name)?.trim());
  // Date.parse would read a number as a year.
  const date = /^[A-Z]/i.test(given) ? Math.max(0, Date.parse(given) - now) : Number.NaN;
  const seconds = Number(given || Number.NaN) * 1000;
  return [Number(exact || Number.NaN), date, seconds].find((milliseconds) => milliseconds >= 0);
}

/** Milliseconds by which this clock is ahead of the service's, to the nearest second. Undefined if the reply has no date. */
export const clockSkewIn = ({ headers }: Reply, now: number): number | undefined =>
  finiteNumber(1000 * Math.round((now - Date.parse(headers.get("date") ?? "")) / 1000));

/** Reads the whole body in chunks, because not every runtime obeys the signal while reading, and none limits the size. */
async function bodyText(response: Response, deadline: Deadline, heard: Heard): Promise<string> {
  const reader = streamOf(response.body)?.getReader();
  // A custom fetch may return a body that is not a stream.
  if (!reader) {
    heard.text = await deadline.race(response.text());
    return heard.text;
  }
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let size = 0; ; ) {
      const { done, value } = await deadline.race(reader.read());
      if (done) return text + decoder.decode();
      size += value.length;
      if (size > LARGEST_REPLY)
        throw new Explained(`broke off: the reply has more than ${LARGEST_REPLY / 1024 ** 2} MB`);
      text += decoder.decode(value, { stream: true });
      heard.text = text;
      heard.chunks?.push(value);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

/** The error for a file that changed, or could not be read, while it was sent. */
function unreadable(cause: unknown, facts: { operation: string; server: string }): ValidationError {
  const message = `a file could not be read to its end: ${redactedError(cause, []).message}`;
  const what = `${facts.operation} was not sent completely, so nothing was accepted:`;
  return new ValidationError(what, [refusal("", "source", message)], { ...facts, cause });
}

async function fetchedKey(apiKey: () => string | Promise<string>): Promise<string> {
  try {
    return await apiKey();
  } catch (cause) {
    throw new Explained("was not called: apiKey() failed", { cause });
  }
}
