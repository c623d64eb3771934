import type { Logger, Settings } from "../connection.js";
import type { Body } from "../create/body.js";
import { ConnectionError, invalid, type ValidationError } from "../errors.js";
import type { Server } from "../server.js";
import { codeIn, neverSent, wasRedirected } from "./evidence.js";
import { type Clock, deadlineOf } from "./pause.js";

/** One call of one operation. */
export interface Call {
  /** operationId of the spec. */
  operation: string;
  method: string;
  /** Below the server's base URL, with its query. */
  path: string;
  /** JSON. */
  body?: Body | undefined;
  /** What of the body no error may repeat: the prompt. */
  secrets?: string[];
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Milliseconds; default the connection's. */
  timeout?: number | undefined;
  /** How many times longer it may take, for a body that is large. Default 1. */
  stretch?: number;
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
  secrets: string[];
}

/**
 * One HTTP exchange, never repeated.
 * @throws {ConnectionError} when there was no whole answer; the caller's `signal.reason` when that aborted.
 */
export type Exchange = (call: Call) => Promise<Reply>;

export function exchangeWith(options: Settings, clock: Clock, logger: Logger | undefined): Exchange {
  const { server, apiKey, timeout = 120_000 } = options;
  const redirect = redirectRefused();
  return async (call) => {
    // Only a function is waited for: each await of this path is paid by every call.
    const key = usableKey(typeof apiKey === "function" ? await apiKey() : apiKey);
    const send = options.fetch ?? globalThis.fetch;
    const { headers, ...init } = sendable(call.body);
    const deadline = deadlineOf(call.signal, Math.min(call.timeout ?? timeout, timeout) * (call.stretch ?? 1));
    const started = clock.now();
    try {
      const response = await send(server.baseUrl + call.path, {
        method: call.method,
        headers: { ...headers, ...call.headers, authorization: `Bearer ${key}` },
        ...init,
        signal: deadline.signal,
        // A key goes only where it was configured to go. Both together also spare Node a copy of the whole request, body
        // included, which it would keep for following a redirect.
        redirect,
        window: null,
      });
      const { streamed = false } = call;
      const text = streamed ? "" : await response.text();
      logger?.debug("reply", {
        operation: call.operation,
        status: response.status,
        milliseconds: clock.now() - started,
      });
      const { status, body } = response;
      const secrets = [key, ...(call.secrets ?? [])];
      return { status, headers: response.headers, text, secrets, ...(streamed ? { body } : {}) };
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      const error = connectionError(call, server, cause, deadline.expired);
      logger?.debug("no reply", { operation: call.operation, sent: error.sent, milliseconds: clock.now() - started });
      throw error;
    } finally {
      deadline.clear({ reusable: !call.streamed });
    }
  };
}

/** Cloudflare's workers throw at "error": there a redirect is an answer like any other, and no success. */
function redirectRefused(): "error" | "manual" {
  try {
    return new Request("http://localhost", { redirect: "error" }).redirect === "error" ? "error" : "manual";
  } catch {
    return "manual";
  }
}

/** What `fetch` needs to send a body; a stream also its length, lest it be sent in chunks of unknown number. */
function sendable(body: Body | undefined): RequestInit & { headers?: Record<string, string>; duplex?: "half" } {
  if (body === undefined) return {};
  const type = { "content-type": "application/json" };
  if (typeof body === "string") return { headers: type, body };
  const { content, length } = body();
  if (length === undefined) return { headers: type, body: content };
  return { headers: { ...type, "content-length": String(length) }, body: content, duplex: "half" };
}

function usableKey(apiKey: string | undefined): string {
  const key = apiKey?.trim();
  if (!key) throw keyError("set MINIMAX_API_KEY, or give createClient({ apiKey })");
  // fetch would refuse it too, with the key in its message.
  if (!/^[\x21-\x7e]+$/.test(key)) throw keyError("it holds characters that cannot stand in an HTTP header");
  return key;
}

function keyError(message: string): ValidationError {
  return invalid("No usable API key", "apiKey", message);
}

function connectionError(call: Call, server: Server, cause: unknown, expired: boolean): ConnectionError {
  const facts = { operation: call.operation, server: server.baseUrl, cause };
  if (expired)
    return new ConnectionError(`${call.operation}: no answer from ${server.baseUrl} in time`, {
      ...facts,
      sent: "maybe",
    });
  const code = codeIn(cause);
  if (wasRedirected(cause))
    return new ConnectionError(`${call.operation}: ${server.baseUrl} sent a redirect, which is not followed`, {
      ...facts,
      sent: "maybe",
    });
  const sent = neverSent(cause) ? "no" : "maybe";
  const what = sent === "no" ? "could not be reached, nothing was sent" : "broke the connection";
  return new ConnectionError(`${call.operation}: ${server.baseUrl} ${what}${code ? ` (${code})` : ""}`, {
    ...facts,
    sent,
  });
}
