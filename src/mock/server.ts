/** The HTTP server: it reads a request, lets Prism judge it, and sends what the service answers. */
import { randomBytes, randomInt } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { read } from "./body.js";
import { loadEngine } from "./engine.js";
import { type Desk, judge } from "./judge.js";
import { fileIdIn } from "./links.js";
import { send } from "./send.js";
import { createService } from "./service.js";
import { parcelOf } from "./wire.js";
import type { Answer } from "./world.js";

/** How the mock shall behave. All optional. */
export interface MockOptions {
  /** Port to listen on. Default 0, any free one. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1: only this machine. */
  host?: string;
  /** How many times faster than life. Default 1, at which a task of V1 takes about 90 s and one of V2 130 s; at 50, 1.8 s and 2.6 s. */
  speed?: number;
  /** True: an invalid request is answered as Prism does, 4xx with the rule. Default false: as MiniMax does, with 2013. */
  strict?: boolean;
  /** Called once a request is answered. Default: nobody is told. */
  onRequest?: (line: RequestLine) => void;
  /** The clock, milliseconds since 1970, that tasks and links go by; callbacks keep real time. Default `Date.now`. */
  now?: () => number;
}

/** A line for a log. Never holds a key, a prompt, a data URL or a signed query. */
export interface RequestLine {
  method: string;
  path: string;
  /** The HTTP status; 0 when the connection was cut instead. */
  status: number;
  /** What else there is to say: a scenario, a status, a `base_resp`. */
  note?: string;
}

/** A running mock. */
export interface Mock {
  /** Where it listens, such as `http://127.0.0.1:40123`, without a slash at the end. */
  readonly url: string;
  /** How many creates were accepted, of V1 and V2: each would have been paid for, also where the reply was lost. */
  readonly creates: number;
  /** Ids of the accepted creates, oldest first. */
  readonly taskIds: readonly string[];
  /** How many requests arrived, downloads included. */
  readonly requests: number;
  /** Stops at once: breaks off what is under way and leaves no socket or timer behind. */
  close(): Promise<void>;
}

// Milliseconds. By default a server hangs up after five seconds, in the very moment in which a busy test may ask again.
const PATIENCE = 75_000;

/** Starts a MiniMax on this machine. Rejects when Prism is not installed, or when the port is taken. */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const { port = 0, host = "127.0.0.1", speed = 1, strict = false, onRequest, now = Date.now } = options;
  if (!(speed > 0)) throw new RangeError(`speed must be a positive number, not ${speed}`);
  const engine = await loadEngine();
  const seed = randomInt(1e14, 3e14);
  const service = createService({ engine, speed, now, seed, secret: randomBytes(32).toString("hex") });
  const desk: Desk = { engine, service, strict };
  let requests = 0;

  const server = createServer({ keepAliveTimeout: PATIENCE }, async (request, response) => {
    requests += 1;
    const line = await serve(desk, request, response).catch((error: unknown) => failed(request, response, error));
    onRequest?.(line);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  // A TCP server that listens has an address of this kind.
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    get creates() {
      return service.taskIds.length;
    },
    get taskIds() {
      return service.taskIds;
    },
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        service.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<RequestLine> {
  const origin = `http://${request.headers.host ?? "localhost"}`;
  const url = new URL(request.url ?? "/", origin);
  const answer = await answerTo(desk, request, url);
  const parcel = parcelOf(answer);
  // MiniMax names each exchange for its support; whoever follows a link talks to somebody else.
  if (!fileIdIn(url.pathname)) parcel.headers["trace-id"] = randomBytes(16).toString("hex");
  await send(response, parcel);
  const note = answer.note ? { note: answer.note } : {};
  return { method: request.method ?? "GET", path: url.pathname, status: parcel.status, ...note };
}

async function answerTo(desk: Desk, request: IncomingMessage, url: URL): Promise<Answer> {
  const asked = await read(request, url);
  if (!asked) {
    const problem = { type: "about:blank", title: "Payload Too Large", status: 413, detail: "The limit is 64 MB." };
    return { problem, status: 413, note: "above 64 MB" };
  }
  return fileIdIn(url.pathname) ? desk.service.download(url, asked) : judge(desk, asked, url.origin);
}

function failed(request: IncomingMessage, response: ServerResponse, error: unknown): RequestLine {
  const note = error instanceof Error ? error.message : String(error);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { "content-type": "text/plain; charset=utf-8" }).end(`The mock failed. ${note}\n`);
  return { method: request.method ?? "GET", path: (request.url ?? "/").replace(/\?.*/, ""), status: 500, note };
}
