import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { type NodeRequest, nodeListener } from "./node-listener.js";
import { createWebhookHandler } from "./webhook-handler.js";
import { webhookUrl } from "./webhook-url.js";

const SECRET = "a secret that nobody may see, of some length";
const BASE = "https://example.com";
const path = (await webhookUrl(`${BASE}/callbacks`, { secret: SECRET })).slice(BASE.length);
const BODY = Buffer.from(JSON.stringify({ task_id: "115334141465231360", status: "Revü" }));

/** Sends a request as node:http hands it over; resolves once a turn has passed. */
async function sent(own: Partial<NodeRequest> = {}) {
  const request = Object.assign(new EventEmitter(), {
    method: "POST",
    url: path,
    rawHeaders: ["Host", "example.com", "Content-Type", "application/json"],
    readableEnded: false,
    readableFlowing: null,
    complete: true,
    readableLength: BODY.length,
    destroyed: false,
    read: () => BODY,
    pause: vi.fn(),
    resume: vi.fn(),
    ...own,
  });
  const words: string[] = [];
  const handler = createWebhookHandler({
    secret: SECRET,
    maxBytes: BODY.length,
    onStatus: ({ word }) => void words.push(word),
  });
  const response = { headersSent: false, writeHead: vi.fn(), end: vi.fn() };
  response.end.mockImplementation(() => {
    response.headersSent = true;
  });
  nodeListener(handler)(request, response);
  await turns();
  const [status, headers] = response.writeHead.mock.calls[0] ?? [];
  return { request, response, words, status, headers, statusNow: () => response.writeHead.mock.calls[0]?.[0] };
}

/** Until everything has followed that needs no other event. */
async function turns(): Promise<void> {
  for (let count = 0; count < 5; count++) await turn();
}

/** One whose body is still to come. */
const toCome = { complete: false, readableLength: 0, read: () => null };

test("a body that is there, of as many bytes as it may have, is taken at once, and nobody is listened to", async () => {
  const { request, words, status } = await sent();
  expect([status, words, request.eventNames()]).toEqual([200, ["Revü"], []]);
  expect(request.pause).not.toHaveBeenCalled();
});

test("one of a byte more is refused, and no more of it is wanted", async () => {
  const { request, response, words, status } = await sent({
    ...toCome,
    complete: true,
    readableLength: BODY.length + 1,
  });
  expect(status).toBeUndefined();
  request.emit("data", Buffer.concat([BODY, Buffer.from(" ")]));
  request.emit("end");
  await turns();
  expect(response.writeHead.mock.calls).toEqual([[413, expect.objectContaining({ connection: "close" })]]);
  expect(request.pause).toHaveBeenCalledOnce();
  expect(words).toEqual([]);
});

test("one that comes later, in pieces of a letter, is waited for, and taken once", async () => {
  const { request, response, words, statusNow } = await sent(toCome);
  expect(request.resume).toHaveBeenCalledOnce();
  const middle = BODY.indexOf(0xc3) + 1;
  request.emit("data", BODY.subarray(0, middle));
  request.emit("data", BODY.subarray(middle));
  request.emit("end");
  request.emit("error");
  await turns();
  expect([statusNow(), words]).toEqual([200, ["Revü"]]);
  expect(response.end).toHaveBeenCalledOnce();
  expect(request.pause).not.toHaveBeenCalled();
});

test("one that breaks off is not understood", async () => {
  const { request, words, statusNow } = await sent(toCome);
  request.emit("data", BODY);
  request.emit("error");
  await turns();
  expect([statusNow(), words]).toEqual([400, []]);
});

test("whoever has gone is not listened to", async () => {
  const { request, response } = await sent({ ...toCome, destroyed: true });
  expect(request.eventNames()).toEqual([]);
  expect(response.writeHead).not.toHaveBeenCalled();
});

test("whom somebody else listens to as well is held up first", async () => {
  expect((await sent({ readableFlowing: true })).request.pause).toHaveBeenCalledOnce();
});

test.each([
  [["Content-Tape", "text/plain", "CONTENT-TYPE", "application/json"], 200],
  [["Content-Types", "text/plain", "content-type", "application/json"], 200],
  [["Content-Tape", "application/json", "Content-Type", "text/plain"], 415],
  [["X-Large", "99999", "Content-Length", "1"], 200],
  [["X-Small", "1", "Content-Length", "99999"], 413],
])("headers are told apart: %j", async (rawHeaders, expected) => {
  expect((await sent({ rawHeaders })).status).toBe(expected);
});

test("a request that cannot be judged is answered, and ends nothing", async () => {
  const receiver = {
    maxBytes: 1,
    bodyTimeout: 1,
    receive: vi.fn(),
    admit: () => Promise.reject(new Error("no crypto")),
  };
  const response = { headersSent: false, writeHead: vi.fn(), end: vi.fn() };
  nodeListener({ receiver })({ rawHeaders: [] } as unknown as NodeRequest, response);
  await turns();
  expect(response.writeHead.mock.calls[0]?.[0]).toBe(500);
});
