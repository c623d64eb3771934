/** A server that breaks the connection of the first POST, as servers and proxies do, and records the POSTs. */
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { extname, join } from "node:path";
import { listening } from "./listening.js";

// Pages of other origins may read all replies.
const CORS = "access-control-allow-origin: *\r\naccess-control-allow-headers: *, authorization\r\n";
const ok = (headers: string) => `HTTP/1.1 200 OK\r\n${CORS}content-type: application/json\r\n${headers}`;

const close = (bytes: string) => (socket: Socket) => void socket.end(bytes);
const reset = (socket: Socket) => void socket.resetAndDestroy();
const answer =
  (status: string, headers = "") =>
  (socket: Socket) => {
    const bytes = `HTTP/1.1 ${status}\r\n${CORS}content-type: text/plain\r\n${headers}content-length: 2\r\n\r\nno`;
    if (headers.includes("close")) socket.end(bytes);
    else socket.write(bytes);
  };

/** What happens to the first POST: after its whole body was read, except for the last. */
const ENDS = {
  closed: close(""),
  reset,
  "closed after 300 ms": (socket) => void setTimeout(() => socket.end(), 300),
  "half a status line": close("HTTP/1.1 20"),
  "headers cut": close(ok("")),
  "body cut": close(ok('content-length: 100\r\n\r\n{"task_id":"1')),
  "103 Early Hints, then reset": (socket) =>
    void socket.write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", () => reset(socket)),
  "connection: close, no body": close(ok("connection: close\r\ncontent-length: 0\r\n\r\n")),
  garbage: close("\u0015\u0003\u0001 no HTTP at all\r\n\r\n"),
  "an empty line": close("\r\n"),
  "HTTP 307 to itself": answer("307 Temporary Redirect", "location: /\r\n"),
  "HTTP 401": answer("401 Unauthorized", 'www-authenticate: Basic realm="x"\r\n'),
  "HTTP 408, kept open": answer("408 Request Timeout"),
  "HTTP 408, closed": answer("408 Request Timeout", "connection: close\r\n"),
  "HTTP 421": answer("421 Misdirected Request"),
  "HTTP 503, closed": answer("503 Service Unavailable", "retry-after: 0\r\nconnection: close\r\n"),
  "reset within the body": reset,
} satisfies Record<string, (socket: Socket) => void>;

export type Ending = keyof typeof ENDS;
export const ENDINGS = Object.keys(ENDS) as Ending[];
/** Happens before the body was read. */
export const EARLY: Ending = "reset within the body";

export interface Post {
  /** The number of earlier requests on its connection. */
  before: number;
  headers: Record<string, string>;
  /** The number of body bytes received. */
  bytes: number;
  isWhole: boolean;
}

export interface BreakingServer {
  url: string;
  posts: Post[];
  close(): void;
}

/** Listens on a free port. Answers later POSTs and all other requests normally. */
export async function breakingServer(end: Ending, folder: string): Promise<BreakingServer> {
  const posts: Post[] = [];
  const sockets: Socket[] = [];
  // A client that has closed only its half of a connection still gets an answer.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    serve(socket, posts, end, folder);
  });
  return {
    url: await listening(server),
    posts,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Reads the requests of one connection in sequence. */
function serve(socket: Socket, posts: Post[], end: Ending, folder: string): void {
  let before = 0;
  let head = "";
  let post: Post | undefined;

  socket.on("data", (chunk) => {
    // One character per byte.
    const text = chunk.toString("latin1");
    if (post) return more(post, text);
    head += text;
    const ended = head.indexOf("\r\n\r\n");
    if (ended < 0) return;
    const [line = "", ...lines] = head.slice(0, ended).split("\r\n");
    const body = head.slice(ended + 4);
    head = "";
    const [method, path = ""] = line.split(" ");
    if (method === "POST") {
      const headers = Object.fromEntries(lines.map((one) => one.toLowerCase().split(": ", 2)));
      post = { before, headers, bytes: 0, isWhole: false };
      posts.push(post);
      more(post, body);
    } else socket.write(method === "OPTIONS" ? json() : file(path, folder), "latin1");
    before++;
  });

  function more(current: Post, text: string): void {
    const { "content-length": length, "transfer-encoding": coding } = current.headers;
    current.bytes += text.length;
    current.isWhole = coding ? text.endsWith("0\r\n\r\n") : current.bytes >= Number(length ?? 0);
    const isFirst = posts.length === 1;
    if (!current.isWhole && !(isFirst && end === EARLY)) return;
    post = undefined;
    if (isFirst) ENDS[end](socket);
    else socket.write(json({ task_id: "2", file: { file_id: "2" } }));
  }
}

const TYPES: Record<string, string> = { ".js": "text/javascript", ".mjs": "text/javascript" };

/** A script, an empty page, or the status of a task. */
function file(path: string, folder: string): string {
  if (path === "/") return whole("", "text/html");
  const type = TYPES[extname(path)];
  return type ? whole(readFileSync(join(folder, path), "latin1"), type) : json({ task_id: "1", status: "Processing" });
}

const json = (value: object = {}) =>
  whole(JSON.stringify({ ...value, base_resp: { status_code: 0, status_msg: "success" } }), "application/json");

const whole = (body: string, type: string) =>
  `HTTP/1.1 200 OK\r\n${CORS}content-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
