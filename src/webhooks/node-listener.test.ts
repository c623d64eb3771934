import { Readable } from "node:stream";
import { expect, test, vi } from "vitest";
import { type NodeRequest, nodeListener } from "./node-listener.js";
import { createWebhookHandler } from "./webhook-handler.js";
import { webhookUrl } from "./webhook-url.js";

const SECRET = "a secret that nobody may see, of some length";
const BASE = "https://example.com";
const path = (await webhookUrl(`${BASE}/callbacks`, { secret: SECRET })).slice(BASE.length);
const BODY = Buffer.from(JSON.stringify({ task_id: "115334141465231360", status: "Revü" }));

/** Sends a request in the form that node:http provides, with a body from `body`. */
async function sent(body: Readable, own: Partial<NodeRequest> = {}) {
  const request = Object.assign(body, { method: "POST", url: path, complete: false, ...own });
  const read = vi.spyOn(request, "read");
  const words: string[] = [];
  const onStatus = ({ word }: { word: string }) => void words.push(word);
  const handler = createWebhookHandler({ secret: SECRET, maxBytes: BODY.length, onStatus });
  const response = { headersSent: false, writeHead: vi.fn(), end: vi.fn() };
  nodeListener(handler)(request, response);
  await vi.waitFor(() => expect(response.end).toHaveBeenCalledOnce());
  const [status, headers] = response.writeHead.mock.calls[0] ?? [];
  return { request, read, words, status, headers };
}

/** A body that arrived together with its head. */
function arrived(bytes: Buffer): Readable {
  const body = new Readable({ read() {} });
  body.push(bytes);
  body.push(null);
  return body;
}

test("a body that has arrived is read immediately, without listeners", async () => {
  const { request, read, words, status } = await sent(arrived(BODY), { complete: true });
  expect([status, words, read.mock.calls.length]).toEqual([200, ["Revü"], 1]);
  expect(request.listenerCount("readable") + request.listenerCount("data")).toBe(0);
});

test("a body that is one byte too long is refused, and the connection closes", async () => {
  const { status, headers, words } = await sent(arrived(Buffer.concat([BODY, Buffer.from(" ")])), {
    complete: true,
  });
  expect([status, headers.connection, words]).toEqual([413, "close", []]);
});

test("a receiver that rejects affects only that answer", async () => {
  const receiver = {
    maxBytes: 1,
    bodyTimeout: 1,
    receive: vi.fn(),
    admit: () => Promise.reject(new Error("no crypto")),
  };
  const response = { headersSent: false, writeHead: vi.fn(), end: vi.fn() };
  nodeListener({ receiver })({ pause() {} } as unknown as NodeRequest, response);
  await vi.waitFor(() => expect(response.writeHead.mock.calls[0]?.[0]).toBe(500));
});
