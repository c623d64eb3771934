/** The HTTP server: reads a request, has it answered, and sends the reply. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { certificateFor } from "./certificate.js";
import { answer } from "./mock-operations.js";
import { byteReply, jsonReply, type MockReply, sendReply } from "./mock-reply.js";
import { readMockRequest } from "./mock-request.js";
import { type MockState, newState } from "./mock-state.js";
import { playgroundReply, requestLog } from "./own-pages.js";
import { loadPrism } from "./prism-engine.js";
import { replayOf } from "./recorded-replies.js";

/** Options of the mock. All are optional. */
export interface MockOptions {
  /** Port to listen on. Default: 0, any free port. */
  port?: number;
  /** Address to listen on. Default: 127.0.0.1, which answers only to names of this machine. An address given here answers to any name. */
  host?: string;
  /** How many times faster than real time. Default: 1, so that a task of V1 takes about 90 s and one of V2 130 s; at 50, 1.8 s and 2.6 s. */
  speed?: number;
  /** Whether to answer an invalid request as Prism does, with 4xx and the broken rule. Default: false, to answer 2013 as MiniMax does. */
  strict?: boolean;
  /** Whether to use HTTPS, with a certificate made for this run, see `Mock.certificate`. Needs the package selfsigned. Default: false. */
  tls?: boolean;
  /** Recorded traffic, as `contract --traffic` writes it, to answer as that server did. Default: none, to answer as MiniMax does. */
  replay?: string;
  /** Called after each reply. Default: none. */
  onRequest?: (line: RequestLine) => void;
  /** The clock of tasks and links, in milliseconds since 1970; callbacks keep real time. Default: `Date.now`. */
  now?: () => number;
}

/** A line for a log. Never contains a key, a prompt, a data URL or a signed query. */
export interface RequestLine {
  /** The HTTP method. */
  method: string;
  /** The path, without its query. */
  path: string;
  /** The HTTP status; 0 if the connection was cut instead. */
  status: number;
  /** More about the reply: a scenario, a status, the name of an example in the spec. */
  note?: string;
}

/** A running mock. */
export interface Mock {
  /** The address it listens on, such as `http://127.0.0.1:40123`, without a trailing slash. */
  readonly url: string;
  /** The certificate in PEM, with `tls`. A client trusts it as a CA, through `NODE_EXTRA_CA_CERTS` or the `ca` of a TLS connection. */
  readonly certificate?: string;
  /** How many creates were accepted, in V1 and V2. MiniMax would charge for each, even if its reply was lost. */
  readonly creates: number;
  /** Ids of the accepted creates, oldest first. */
  readonly taskIds: readonly string[];
  /** How many requests arrived, including downloads. */
  readonly requests: number;
  /** Stops at once. Aborts requests under way, and leaves no socket or timer behind. */
  close(): Promise<void>;
}

/**
 * Starts a mock of MiniMax on this machine.
 * @throws if Prism is not installed, or the port is taken.
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const { port = 0, host, speed = 1, strict = false, tls = false, now = Date.now } = options;
  if (!(speed > 0)) throw new RangeError(`speed must be a positive number, not ${speed}`);
  const mock = newState(await loadPrism(), speed, strict, now);
  const certificate = tls ? await certificateFor(host) : undefined;
  const scheme = certificate ? "https" : "http";
  const listener = listenerOf(mock, scheme, options);
  // Milliseconds. The default of five seconds can end just as a busy test sends its next request.
  const settings = { keepAliveTimeout: 75_000, ...certificate };
  const server = certificate ? createTlsServer(settings, listener) : createServer(settings, listener);
  await once(server.listen(port, host ?? "127.0.0.1"), "listening");
  // The address of a listening TCP server has this type.
  const address = server.address() as AddressInfo;
  return {
    ...(certificate && { certificate: certificate.cert }),
    url: `${scheme}://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    get creates() {
      return mock.accepted.length;
    },
    get taskIds() {
      return [...mock.accepted];
    },
    get requests() {
      return mock.requests;
    },
    async close() {
      mock.closing.abort();
      server.close().closeAllConnections();
      await once(server, "close");
    },
  };
}

/** What happens to each request. */
function listenerOf(mock: MockState, scheme: string, { host, replay, onRequest }: MockOptions) {
  const log = requestLog();
  const recorded = replay === undefined ? undefined : replayOf(replay);

  async function replyTo(message: IncomingMessage): Promise<MockReply> {
    const url = urlOf(message, scheme);
    if (!url || (host === undefined && !LOOPBACK.test(url.hostname))) return FORBIDDEN;
    const request = await readMockRequest(message, url);
    if (!request) return TOO_LARGE;
    const own = log.answer(request) ?? (await playgroundReply(request));
    if (own) return own;
    const reply = recorded?.(request) ?? (await answer({ ...request, mock, origin: url.origin }));
    log.add(request, reply);
    return reply;
  }

  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    mock.requests += 1;
    const reply = await replyTo(message).catch(failed);
    await sendReply(response, reply);
    const { status, note } = reply;
    // The queries of links contain their signatures.
    const path = (message.url ?? "/").replace(/\?.*/, "");
    onRequest?.({ method: message.method ?? "GET", path, status, ...(note && { note }) });
  };
}

/** The URL of a request; undefined if it is invalid. Joined, not resolved, because "//elsewhere" is a path here. */
function urlOf({ url = "/", headers: { host = "localhost" } }: IncomingMessage, scheme: string): URL | undefined {
  const whole = /^https?:/i.test(url) ? url : `${scheme}://${host}${url.replace(/^(?!\/)/, "/")}`;
  return URL.canParse(whole) ? new URL(whole) : undefined;
}

/** Names of this machine. Others are refused, because a web page can point its own name here (DNS rebinding). */
const LOOPBACK = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])\.?$/;

const PLAIN = "text/plain; charset=utf-8";
const STRANGER = "this mock answers only to names of this machine; with --host ADDRESS (host) it answers to any name";
const FORBIDDEN = byteReply(PLAIN, `${STRANGER}\n`, { status: 403, headers: { connection: "close" }, note: STRANGER });

const LARGE = { type: "about:blank", title: "Payload Too Large", status: 413, detail: "The limit is 64 MB." };
const TOO_LARGE = jsonReply(LARGE, { status: 413, note: "above 64 MB" });

function failed(error: unknown): MockReply {
  const note = error instanceof Error ? error.message : String(error);
  return byteReply(PLAIN, `The mock failed. ${note}\n`, { status: 500, note });
}
