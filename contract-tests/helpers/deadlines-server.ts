/** A server that answers up to a step and then stalls. The path names the step and how it stalls: /query-trickle/v1/query/… */
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { listening } from "./listening.js";

/** Milliseconds between the bytes of a trickle. */
const BEAT = 50;

/** The answers before the reply that stalls. */
const STEPS = {
  all: () => undefined,
  query: (_, method) => (method === "POST" ? { task_id: "7" } : undefined),
  link: (path) => finished(path),
  bytes: (path, _, base) => {
    const file = { file_id: "9", download_url: `${base}/fox.mp4` };
    return path.startsWith("/v1/files/retrieve?") ? { file } : finished(path);
  },
  cancel: (_, method) => (method === "GET" ? { task: { id: "7", status: "queued" } } : undefined),
  delete: (_, method) => (method === "GET" ? { task: { id: "7", status: "succeeded" } } : undefined),
  page: (path) => (path.includes("page_num=1") ? { items: [{ id: "7", status: "running" }], total: 9 } : undefined),
} satisfies Record<string, (path: string, method: string | undefined, base: string) => object | undefined>;

export type Step = keyof typeof STEPS;

function finished(path: string): object | undefined {
  return path.startsWith("/v1/query") ? { task_id: "7", status: "Success", file_id: "9" } : undefined;
}

/** The beginning of a valid answer that never ends. */
const BEGINNING = '{"base_resp":{"status_code":0},"status":"Processing","task_id":"7","more":"';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const head = (type: string, header: string) => `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${header}\r\n\r\n`;

/** What is sent at once, and then with each beat. */
const MANNERS: Record<string, (type: string) => [start: string, beat?: string]> = {
  silence: () => [""],
  "slow head": () => ["HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-more: ", "x"],
  "head alone": (type) => [head(type, "content-length: 100000")],
  trickle: (type) => [head(type, "content-length: 100000"), "x"],
  chunks: (type) => [head(type, "transfer-encoding: chunked") + chunk(BEGINNING), chunk("x")],
};

export const manners = Object.keys(MANNERS);

/** The base URL for a step and a manner to stall. */
export function stallingAt(server: string, step: Step, manner: string): string {
  return `${server}/${step}-${manner.replaceAll(" ", "_")}`;
}

export async function stallingServer(): Promise<{ url: string; close(): void }> {
  const trickling = new Map<Socket, string>();
  const server = createServer((request, response) => {
    const [, step = "", words = "", path = ""] = /^\/([a-z]+)-([a-z_]+)(\/.*)$/.exec(request.url ?? "") ?? [];
    const manner = words.replaceAll("_", " ");
    request.resume().on("end", () => {
      const base = stallingAt(`http://${request.headers.host}`, step as Step, manner);
      const answer = STEPS[step as Step](path, request.method, base);
      if (answer) {
        const json = "task" in answer ? answer : { ...answer, base_resp: { status_code: 0 } };
        return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
      }
      const [start, beat] = MANNERS[manner]?.(typeOf(path)) ?? [""];
      if (start) request.socket.write(start);
      if (beat) trickling.set(request.socket, beat);
    });
  });
  // No keep-alive time-out, which could close a connection just as a request arrives.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    socket.on("error", () => {}).on("close", () => trickling.delete(socket));
  });
  const timer = setInterval(() => {
    for (const [socket, beat] of trickling) socket.write(beat);
  }, BEAT);
  return {
    url: await listening(server),
    close() {
      clearInterval(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}

function typeOf(path: string): string {
  if (path.endsWith(".mp4")) return "video/mp4";
  return path.startsWith("/v1/files/retrieve_content") ? "application/octet-stream" : "application/json";
}
