/** Receives and sends callbacks over real HTTP. */
import { createServer, type RequestListener, type Server } from "node:http";
import { connect } from "node:net";
import { afterAll } from "vitest";
import type { TaskStatus } from "../../src/index.js";
import { createWebhookHandler, nodeListener, type WebhookOptions, webhookUrl } from "../../src/webhooks/index.js";
import { listening } from "./listening.js";

export const SECRET = "a secret of the receiver, which nobody may see";
export const TASK = "115334141465231360";

const servers: Server[] = [];

/** Listens on a free port until the tests of the file are over. Returns the base URL. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  if (servers.length === 0)
    afterAll(() => {
      for (const one of servers) one.closeAllConnections();
      // Emptied, so that the next file registers its own hook.
      for (const one of servers.splice(0)) one.close();
    });
  servers.push(server);
  return await listening(server);
}

/** A handler behind node:http, its URL, and everything that it received. */
export async function receiver(options: Partial<WebhookOptions> = {}) {
  const heard: TaskStatus[] = [];
  const about: object[] = [];
  const errors: unknown[] = [];
  const handler = createWebhookHandler({
    secret: SECRET,
    onStatus: (status, facts) => {
      heard.push(status);
      about.push(facts);
    },
    onError: (error) => errors.push(error),
    ...options,
  });
  const base = await listen(nodeListener(handler));
  const url = await webhookUrl(`${base}/callbacks`, { secret: SECRET });
  const words = () => heard.map(({ word }) => word).join(" ");
  return {
    handler,
    base,
    url,
    heard,
    about,
    errors,
    words,
    say: (status: string, more?: object) => say(url, status, more),
  };
}

/** Sends a callback as MiniMax does. */
export function say(url: string, status: string, more: object = {}): Promise<Response> {
  const base_resp = { status_code: 0, status_msg: "success" };
  return call(url, { task_id: TASK, status, file_id: "", base_resp, ...more });
}

export function call(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body), ...init });
}

export interface Message {
  method?: string;
  target?: string;
  version?: string;
  /** Header lines in addition to `host` and `content-type`. */
  head?: string[];
  /** Sent with its length. */
  body?: string;
}

/** The text of a request for a URL. */
export function message(url: string, parts: Message = {}): string {
  const { method = "POST", target, version = "1.1", head = [], body } = parts;
  const { pathname, search } = new URL(url);
  const length = body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  const type = head.some((line) => line.startsWith("content-type")) ? [] : ["content-type: application/json"];
  const lines = [`${method} ${target ?? pathname + search} HTTP/${version}`, "host: a", ...type, ...length, ...head];
  return `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}

/** A piece that closes the connection. */
export const CUT = Symbol("the connection is cut");

/** Sends bytes over a connection, piece by piece, and resolves with everything received until it closes. */
export function answers(url: string, ...pieces: (string | Uint8Array | typeof CUT)[]): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(new URL(url).port), "127.0.0.1", async () => {
      for (const piece of pieces) {
        if (piece === CUT) socket.destroy();
        else if (!socket.destroyed) socket.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}
