import type { Body } from "./body.js";
import { ConnectionError, ValidationError } from "./errors.js";
import { codeIn, neverSent, wasRedirected } from "./evidence.js";
import { createGate, type Gate } from "./gate.js";
import type { Journal } from "./journal.js";
import { createPace, type Pace } from "./pace.js";
import { type Clock, deadlineOf, realClock } from "./pause.js";
import { type Server, type ServerOption, serverFrom } from "./server.js";

/** Receives what happens, one line a fact; `console` fits. Never sees a key, a prompt, a data URL or a signed query. */
export interface Logger {
  debug(message: string, facts: object): void;
}

export interface ConnectOptions {
  /** The key, or a function that fetches it anew for each request. Default: the environment's MINIMAX_API_KEY. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Default: the environment's MINIMAX_SERVER, else "global". */
  server?: ServerOption | undefined;
  /** Default: the global `fetch`, looked up at each call. One that repeats requests by itself may buy twice. */
  fetch?: typeof fetch | undefined;
  /** Milliseconds for one HTTP exchange, its body included. Default 120,000, enough to upload 20 MB over a slow line. */
  timeout?: number | undefined;
  /** How often a read, or a create that was certainly not accepted, is sent again. Default 2. */
  maxRetries?: number | undefined;
  logger?: Logger | undefined;
  /** Where creates are written down before they are sent: `openJournal` of `minimax-video/node`. Default none. */
  journal?: Journal | undefined;
  /**
   * How many queries all waits of this client together send in a minute, on average. Default 480. The vendor publishes no
   * limit for queries; a refusal (1002, HTTP 429) slows them down, and they recover. Infinity for a mock.
   */
  queriesPerMinute?: number | undefined;
  /** For tests: time and chance. */
  clock?: Clock | undefined;
}

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
}

/** An answer, read to its end. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** What no error may show, should the answer repeat it. */
  secrets: string[];
}

/** A configured way to one server. Holds the key out of everybody's sight. */
export interface Connection {
  readonly server: Server;
  readonly maxRetries: number;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  readonly journal: Journal | undefined;
  /** All creates of this client, and all queries of its waits, pass these. */
  readonly creates: Gate;
  readonly queries: Gate;
  /** When its waits ask. */
  readonly pace: Pace;
  /**
   * One HTTP exchange, never repeated.
   * @throws {ConnectionError} when there was no whole answer; the caller's `signal.reason` when that aborted.
   */
  exchange(call: Call): Promise<Reply>;
}

/** Requests under way at the same time, of each sort: more would cost memory and win no time. */
const AT_ONCE = 64;

/** Checks the options; contacts nobody. */
export function connect(options: ConnectOptions = {}): Connection {
  const {
    timeout = 120_000,
    maxRetries = 2,
    clock = realClock,
    journal,
    queriesPerMinute = 480,
    apiKey = environment("MINIMAX_API_KEY"),
  } = options;
  const server = serverFrom(options.server ?? environment("MINIMAX_SERVER") ?? "global");

  const logger = options.logger && harmless(options.logger);

  async function exchange(call: Call): Promise<Reply> {
    // Only a function is waited for: each await of this path is paid by every call.
    const key = usableKey(typeof apiKey === "function" ? await apiKey() : apiKey);
    const send = options.fetch ?? globalThis.fetch;
    const { headers, ...init } = sendable(call.body);
    const deadline = deadlineOf(call.signal, Math.min(call.timeout ?? timeout, timeout));
    const started = clock.now();
    try {
      const response = await send(server.baseUrl + call.path, {
        method: call.method,
        headers: { ...call.headers, authorization: `Bearer ${key}`, ...headers },
        ...init,
        signal: deadline.signal,
        // A key goes only where it was configured to go. Both together also spare Node a copy of the whole request, body
        // included, which it would keep for following a redirect.
        redirect: "error",
        window: null,
      });
      const text = await response.text();
      logger?.debug("reply", {
        operation: call.operation,
        status: response.status,
        milliseconds: clock.now() - started,
      });
      return { status: response.status, headers: response.headers, text, secrets: [key, ...(call.secrets ?? [])] };
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      const error = connectionError(call, server, cause, deadline.expired);
      logger?.debug("no reply", { operation: call.operation, sent: error.sent, milliseconds: clock.now() - started });
      throw error;
    } finally {
      deadline.clear();
    }
  }
  return {
    server,
    maxRetries,
    clock,
    logger,
    journal,
    creates: createGate(clock, { atOnce: AT_ONCE }),
    queries: createGate(clock, { perMinute: queriesPerMinute, atOnce: AT_ONCE, idle: true }),
    pace: createPace(journal?.history?.bind(journal)),
    exchange,
  };
}

/** A logger whose own faults lose nothing: what it hears of may be the answer to a paid create. */
function harmless(logger: Logger): Logger {
  return {
    debug(message, facts) {
      try {
        logger.debug(message, facts);
      } catch {
        // Nobody is left to tell.
      }
    },
  };
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
  return new ValidationError("No usable API key", [{ path: "apiKey", rule: "apiKey", severity: "error", message }]);
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

function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}
