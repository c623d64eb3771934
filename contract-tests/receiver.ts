/** A receiver of callbacks over real HTTP, and somebody who calls it back. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import type { TaskStatus } from "../src/index.js";
import { createWebhookHandler, nodeListener, type WebhookOptions, webhookUrl } from "../src/webhooks/index.js";

export const SECRET = "a secret of the receiver, which nobody may see";
export const TASK = "115334141465231360";

const servers: Server[] = [];

/** Listens on a free port until the tests of the file are over. Gives its base URL. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  if (servers.length === 0)
    afterAll(() => {
      for (const one of servers) one.closeAllConnections();
      for (const one of servers) one.close();
    });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A handler behind node:http, an address of it, and what it was told. */
export async function receiver(options: Partial<WebhookOptions> = {}) {
  const heard: TaskStatus[] = [];
  const errors: unknown[] = [];
  const handler = createWebhookHandler({
    secret: SECRET,
    onStatus: (status) => void heard.push(status),
    onError: (error) => errors.push(error),
    ...options,
  });
  const base = await listen(nodeListener(handler));
  const url = await webhookUrl(`${base}/callbacks`, { secret: options.secret ?? SECRET });
  const words = () => heard.map(({ word }) => word).join(" ");
  return { handler, base, url, heard, errors, words, say: (status: string, more?: object) => say(url, status, more) };
}

/** A callback as MiniMax sends it. */
export function say(url: string, status: string, more: object = {}): Promise<Response> {
  const base_resp = { status_code: 0, status_msg: "success" };
  return call(url, { task_id: TASK, status, file_id: "", base_resp, ...more });
}

export function call(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });
}
