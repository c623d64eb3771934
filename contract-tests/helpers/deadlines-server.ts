/** A server that answers up to a step and then stalls in some manner. The path names both: /query-trickle/v1/query/… */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { promisify } from "node:util";
import { constants, createGzip } from "node:zlib";

/** Milliseconds between the bytes of a trickle. */
const BEAT = 50;
/** More beats than any test waits for. */
const BEATS = 600;

/** The answers before the reply that stalls. */
const STEPS = {
  all: () => undefined,
  query: (_, method) => (method === "POST" ? { task_id: "7" } : undefined),
  link: (path) => finished(path),
  bytes: (path, _, base) =>
    path.startsWith("/v1/files/retrieve?")
      ? { file: { file_id: "9", download_url: `${base}/fox.mp4` } }
      : finished(path),
  cancel: (_, method) => (method === "GET" ? { task: { id: "7", status: "queued" } } : undefined),
  delete: (_, method) => (method === "GET" ? { task: { id: "7", status: "succeeded" } } : undefined),
  page: (path) => (path.includes("page_num=1") ? { items: [{ id: "7", status: "running" }], total: 9 } : undefined),
} satisfies Record<string, (path: string, method: string | undefined, base: string) => object | undefined>;

export type Step = keyof typeof STEPS;

function finished(path: string): object | undefined {
  return path.startsWith("/v1/query") ? { task_id: "7", status: "Success", file_id: "9" } : undefined;
}

/** What is sent at once, and what follows with each beat. */
interface Stall {
  start?: string;
  next?: (beat: number) => string | Buffer;
}

const HALF_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-more: ";
const headOf = (type: string, header: string) => `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${header}\r\n\r\n`;
const endless = () => "x";

const MANNERS = {
  silence: () => ({}),
  "half a head": () => ({ start: HALF_HEAD }),
  "slow head": () => ({ start: HALF_HEAD, next: endless }),
  "head alone": (type) => ({ start: headOf(type, "content-length: 100000") }),
  trickle: (type) => ({ start: headOf(type, "content-length: 100000"), next: endless }),
  chunks: (type) => ({
    start: headOf(type, "transfer-encoding: chunked"),
    next: (beat) => chunkOf(pieces[beat] ?? "x"),
  }),
  gzip: (type) => ({ start: headOf(type, "content-encoding: gzip"), next: (beat) => zipped[beat] ?? "" }),
} satisfies Record<string, (type: string) => Stall>;

export type Manner = keyof typeof MANNERS;
export const manners = Object.keys(MANNERS) as Manner[];

/** The beginning of a valid answer that never ends. */
const pieces = ['{"base_resp":{"status_code":0},"status":"Processing","task_id":"7","more":"', ..."x".repeat(BEATS)];
const chunkOf = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const zipped: Buffer[] = [];

/** Flushes each piece, so that the client can decode it at once. */
async function zip(): Promise<void> {
  const gzip = createGzip();
  const flush = promisify((kind: number, done: () => void) => gzip.flush(kind, done));
  for (const piece of pieces) {
    gzip.write(piece);
    await flush(constants.Z_SYNC_FLUSH);
    zipped.push(gzip.read());
  }
}

/** The base URL at which a step stalls. */
export function stallingAt(server: string, step: Step, manner: Manner): string {
  return `${server}/${step}-${manner.replaceAll(" ", "_")}`;
}

export interface StallingServer {
  url: string;
  close(): void;
}

export async function stallingServer(): Promise<StallingServer> {
  if (zipped.length === 0) await zip();
  const trickling = new Map<Socket, { next: (beat: number) => string | Buffer; beat: number }>();
  const server = createServer((request, response) => {
    const { step, manner, path } = partsOf(request);
    request.resume().on("end", () => {
      const base = stallingAt(`http://${request.headers.host}`, step, manner);
      const answer = STEPS[step](path, request.method, base);
      if (answer) {
        const json = "task" in answer ? answer : { ...answer, base_resp: { status_code: 0 } };
        return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
      }
      const { start, next }: Stall = MANNERS[manner](typeOf(path));
      if (start) request.socket.write(start);
      if (next) trickling.set(request.socket, { next, beat: 0 });
    });
  });
  // Never close a connection just as a request arrives on it.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    socket.on("error", () => {}).on("close", () => trickling.delete(socket));
  });
  const timer = setInterval(() => {
    for (const [socket, trickle] of trickling) socket.write(trickle.next(trickle.beat++));
  }, BEAT);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      clearInterval(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}

function partsOf({ url = "" }: IncomingMessage): { step: Step; manner: Manner; path: string } {
  const [, step = "", words = "", path = ""] = /^\/([a-z]+)-([a-z_]+)(\/.*)$/.exec(url) ?? [];
  const manner = words.replaceAll("_", " ");
  if (!(step in STEPS && manner in MANNERS)) throw new Error(`${url} names no step and manner`);
  return { step: step as Step, manner: manner as Manner, path };
}

function typeOf(path: string): string {
  if (path.endsWith(".mp4")) return "video/mp4";
  return path.startsWith("/v1/files/retrieve_content") ? "application/octet-stream" : "application/json";
}
