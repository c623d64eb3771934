import { type Deadline, deadlineOf, type FullClock } from "../base/clock.js";
import { ConnectionError, invalid, MiniMaxError, type ValidationError } from "../base/errors.js";
import type { Server } from "../base/server.js";
import type { Logger, Settings } from "../connection.js";
import type { Body } from "../media/json-body.js";
import { codeIn, neverSent, wasRedirected } from "./network-errors.js";
import { redactedError } from "./redact.js";
import { mayResend, requestInit } from "./request-body.js";

/** One call of one operation. */
export interface Call {
  /** operationId of the spec. */
  operation: string;
  method: string;
  /** Below the server's base URL, with its query. */
  path: string;
  /** JSON. */
  body?: Body | undefined;
  /** Whether it costs something to send it twice: then it leaves in a form that its runtime cannot send again by itself. */
  once?: boolean;
  /** What of the body no error may repeat: the prompt. */
  secrets?: readonly string[];
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Milliseconds; default the connection's. */
  timeout?: number | undefined;
  /** How many times longer it may take, for a body that is large. Default 1. */
  stretch?: number;
  /** Called with all that has come of the answer so far: what breaks off later may have named a task. */
  onText?: (text: string) => void;
  /** Leaves the answer's body to be read, in its own time, by whoever calls; `text` is empty then. */
  streamed?: boolean;
}

/** An answer, read to its end unless it is streamed. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** Of a streamed one. */
  body?: Response["body"];
  /** What no error may show, should the answer repeat it. */
  secrets: readonly string[];
}

/**
 * One HTTP exchange, never repeated. It ends with its deadline and with the caller's signal, whether or not `fetch` obeys them.
 * @throws {ConnectionError} when there was no whole answer; the caller's `signal.reason` when that aborted.
 */
export type Exchange = (call: Call) => Promise<Reply>;

/** Bytes of an answer, uncompressed, at most. Those of this API have some kilobytes; a list of files may have a megabyte. */
const LARGEST_REPLY = 16 * 1024 * 1024;

export function exchangeWith(options: Settings, clock: FullClock, logger: Logger | undefined): Exchange {
  const { server, apiKey, timeout = 120_000 } = options;
  const redirect = redirectRefused();
  return async (call) => {
    const deadline = deadlineOf(call.signal, Math.min(call.timeout ?? timeout, timeout) * (call.stretch ?? 1));
    const started = clock.monotonic();
    const secrets = [...(call.secrets ?? [])];
    let isSent = false;
    try {
      // Only a function is waited for: each await of this path is paid by every call.
      const key = usableKey(typeof apiKey === "function" ? await deadline.race(fetchedKey(apiKey)) : apiKey);
      secrets.push(key);
      const { headers, ...init } = requestInit(call.body, { once: call.once === true });
      const send = options.fetch ?? globalThis.fetch;
      if (deadline.signal.aborted) throw deadline.signal.reason;
      isSent = true;
      const response = await answered(
        send(server.baseUrl + call.path, {
          method: call.method,
          headers: { ...headers, ...call.headers, authorization: `Bearer ${key}` },
          ...init,
          signal: deadline.signal,
          // A key goes only where it was configured to go. Both together also spare Node a copy of the whole request, body
          // included, which it would keep for following a redirect.
          redirect,
          window: null,
        }),
        deadline,
      );
      const { streamed = false } = call;
      const text = streamed ? "" : await textOf(response, deadline, call.onText);
      const { status, headers: replyHeaders, body } = response;
      logger?.debug("reply", {
        operation: call.operation,
        status,
        milliseconds: Math.round(clock.monotonic() - started),
      });
      return { status, headers: replyHeaders, text, secrets, ...(streamed ? { body } : {}) };
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      // Once it is sent, what fails is the caller's own fetch, whatever it throws.
      if (!isSent && cause instanceof MiniMaxError) throw cause;
      const error = connectionError(call, server, cause, { expired: deadline.expired, isSent, secrets });
      const milliseconds = Math.round(clock.monotonic() - started);
      logger?.debug("no reply", { operation: call.operation, sent: error.sent, milliseconds });
      throw error;
    } finally {
      deadline.clear();
    }
  };
}

/** The answer, once there is one. One that comes too late is not read. */
async function answered(sending: Promise<Response>, deadline: Deadline): Promise<Response> {
  try {
    return await deadline.race(sending);
  } catch (error) {
    if (deadline.signal.aborted)
      // Not every body of a fetch that stands in for ours can be cancelled.
      sending.then(({ body }) => body?.cancel()).catch(() => {});
    throw error;
  }
}

class TooLarge extends Error {}

/** All of an answer. Read piece by piece, because not every runtime lets a signal end it, and none knows when it is enough. */
async function textOf(response: Response, deadline: Deadline, onText?: Call["onText"]): Promise<string> {
  // What stands in for `fetch` may have streams of its own.
  if (typeof response.body?.getReader !== "function") return deadline.race(response.text());
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let size = 0; ; ) {
      const { done, value } = await deadline.race(reader.read());
      if (done) return text + decoder.decode();
      size += value.length;
      if (size > LARGEST_REPLY) throw new TooLarge(`its answer has more than ${LARGEST_REPLY / 1024 / 1024} MB`);
      text += decoder.decode(value, { stream: true });
      onText?.(text);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

/** Cloudflare's workers throw at "error": there a redirect is an answer like any other, and no success. */
function redirectRefused(): "error" | "manual" {
  try {
    return new Request("http://localhost", { redirect: "error" }).redirect === "error" ? "error" : "manual";
  } catch {
    return "manual";
  }
}

class KeyNotFetched extends Error {}

async function fetchedKey(apiKey: () => string | Promise<string>): Promise<string> {
  try {
    return await apiKey();
  } catch (cause) {
    throw new KeyNotFetched("apiKey() failed", { cause });
  }
}

function usableKey(apiKey: unknown): string {
  if (apiKey !== undefined && typeof apiKey !== "string") throw keyError("must be a string");
  const key = apiKey?.trim();
  if (!key) throw keyError("set MINIMAX_API_KEY, or give createClient({ apiKey })");
  // fetch would refuse it too, with the key in its message.
  if (!/^[\x21-\x7e]+$/.test(key)) throw keyError("it holds characters that cannot stand in an HTTP header");
  return key;
}

function keyError(message: string): ValidationError {
  return invalid("No usable API key", "apiKey", message);
}

interface Circumstances {
  expired: boolean;
  isSent: boolean;
  secrets: readonly string[];
}

function connectionError(call: Call, server: Server, cause: unknown, circumstances: Circumstances): ConnectionError {
  const { isSent, secrets } = circumstances;
  const sent = isSent && !neverSent(cause) ? "maybe" : "no";
  const twice = sent === "maybe" && call.once && mayResend() ? `. ${TWICE}` : "";
  return new ConnectionError(`${call.operation}: ${server.baseUrl} ${whatFailed(cause, sent, circumstances)}${twice}`, {
    operation: call.operation,
    server: server.baseUrl,
    sent,
    cause: redactedError(cause, secrets),
  });
}

const TWICE = "This browser may have sent the request twice by itself; create through a server of your own";

function whatFailed(cause: unknown, sent: "no" | "maybe", { expired, isSent }: Circumstances): string {
  if (cause instanceof KeyNotFetched) return "was not asked: apiKey() failed";
  if (expired) return isSent ? "gave no answer in time" : "was not asked: apiKey() gave no key in time";
  if (cause instanceof TooLarge) return `broke off: ${cause.message}`;
  if (wasRedirected(cause)) return "sent a redirect, which is not followed";
  const code = codeIn(cause);
  return `${sent === "no" ? "could not be reached, nothing was sent" : "broke the connection"}${code ? ` (${code})` : ""}`;
}
