/** A server that answers exactly as a test scripts, for faults that the mock of a well-behaved service cannot imitate. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll } from "vitest";
import { listening } from "./listening.js";

export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export type Answer = (response: ServerResponse, seen: Seen) => void;

/** Starts a server before the tests of a file and stops it after them. Returns a function that returns its base URL. */
export function forAll(server: Server): () => string {
  let url = "";
  beforeAll(async () => {
    url = await listening(server);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return () => url;
}

/** Starts a server before the tests of a file and stops it after them. Queue answers with `next`. The last one is repeated. */
export function fakeServer() {
  const seen: Seen[] = [];
  let answers: Answer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(entry);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response, entry);
    });
  });
  const url = forAll(server);
  return {
    seen,
    get url() {
      return url();
    },
    next(...script: Answer[]) {
      seen.length = 0;
      answers = script;
    },
  };
}

export const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(typeof value === "string" ? value : JSON.stringify(value));
  };

export const html =
  (status: number, text = "<html><head><title>502 Bad Gateway</title></head></html>"): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": "text/html" }).end(text);
  };

/** Reads the request and closes the connection without an answer. */
export const cut: Answer = (response) => response.destroy();

/** Announces a hundred bytes, sends a few, and closes the connection. */
export const cutBody: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
  response.write('{"task_id":"1", "base_');
  setTimeout(() => response.destroy(), 10);
};

export const silence: Answer = () => {};

export const success = { base_resp: { status_code: 0, status_msg: "success" } };
export const refused = (status_code: number, status_msg = "") => ({
  task_id: "",
  base_resp: { status_code, status_msg },
});
