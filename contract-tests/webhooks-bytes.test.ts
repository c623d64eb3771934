/** Callbacks byte by byte: every request is answered correctly, and only valid ones are delivered. */
import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import express, { type RequestHandler } from "express";
import { expect, test } from "vitest";
import { createWebhookHandler, nodeListener, webhookUrl } from "../src/webhooks/index.js";
import { answers, CUT, call, listen, type Message, message, receiver, SECRET, say } from "./helpers/receiver.js";

const body = JSON.stringify({ task_id: "7", status: "processing" });
const close = "connection: close";
const chunked = "transfer-encoding: chunked";
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const statuses = (answer: string) => (answer.match(/(?<=HTTP\/1\.1 )\d+/g) ?? []).join(" ");

/** A request, the status of its answer, and whether it is delivered. The path has a valid token. */
const requests: [string, (path: string) => Message, string, "delivered"?][] = [
  ["HTTP/1.0", () => ({ version: "1.0", body }), "200", "delivered"],
  ["HTTP/1.0 without a length, and so without a body", () => ({ version: "1.0" }), "400"],
  ["no body", () => ({ head: [close] }), "400"],
  ["an absolute target", (path) => ({ target: `http://example.com${path}`, body, head: [close] }), "200", "delivered"],
  ["an upgrade", () => ({ body, head: ["connection: upgrade, close", "upgrade: h2c"] }), "200", "delivered"],
  ["a parameter after the token", (path) => ({ target: `${path}&a=b`, body, head: [close] }), "200", "delivered"],
  ["a long path", (path) => ({ target: `/${"a".repeat(14_000)}${path}`, body, head: [close] }), "200", "delivered"],
  ["a path that is too long for Node", (path) => ({ target: `/${"a".repeat(20_000)}${path}`, body }), "431"],
  ["a query full of tokens", () => ({ target: `/?${"token=v0.".repeat(1_600)}`, body }), "403"],
  ["a valid token, then an invalid one", (path) => ({ target: `${path}&token=x`, body }), "403"],
  ["an invalid token, then a valid one", (path) => ({ target: path.replace("?", "?token=x&"), body }), "403"],
  ["the valid token twice", (path) => ({ target: path.replace(/\?(.*)/, "?$1&$1"), body }), "403"],
  ["a valid token, then an empty one", (path) => ({ target: `${path}&token=`, body }), "403"],
  ["a percent-encoded token", (path) => ({ target: path.replace("token=v", "token=%76"), body }), "403"],
  ["a percent-encoded name of the token", (path) => ({ target: path.replace("token=", "%74oken="), body }), "403"],
  ["the token in the path", (path) => ({ target: `${path.replace("?", "")}&?a=b`, body }), "403"],
  ["HEAD", () => ({ method: "HEAD" }), "405"],
  ["OPTIONS *", () => ({ method: "OPTIONS", target: "*" }), "405"],
  ["PURGE", () => ({ method: "PURGE", body }), "405"],
  ["two lengths", () => ({ body, head: ["content-length: 3"] }), "400"],
  ["a length and chunks", () => ({ body, head: [chunked] }), "400"],
  [
    "two types",
    () => ({ body, head: ["content-type: text/plain", "content-type: application/json", close] }),
    "200",
    "delivered",
  ],
  ["a byte order mark", () => ({ body: `\ufeff${body}`, head: [close] }), "200", "delivered"],
  ["a body of 64 kB", () => ({ body: body.padEnd(65_536), head: [close] }), "200", "delivered"],
  ["a body of one byte more", () => ({ body: body.padEnd(65_537) }), "413"],
];

test.each(requests)("%s", async (_, request, status, isDelivered) => {
  const { url, words } = await receiver();
  const { pathname, search } = new URL(url);
  const answer = await answers(url, message(url, request(pathname + search)));
  expect(statuses(answer)).toBe(status);
  expect(words()).toBe(isDelivered ? "processing" : "");
});

test("pipelined requests are answered in order", async () => {
  const { url, heard } = await receiver();
  const ids = Array.from({ length: 200 }, (_, index) => String(index));
  const requests = ids.map((task_id) => message(url, { body: JSON.stringify({ task_id, status: "processing" }) }));
  const challenge = message(url, { body: '{"challenge":"c3f1"}', head: [close] });
  const answer = await answers(url, requests.join("") + challenge);
  expect(statuses(answer)).toBe("200 ".repeat(201).trim());
  expect(answer).toMatch(/\{"challenge":"c3f1"\}$/);
  expect(heard.map(({ taskId }) => taskId)).toEqual(ids);
});

test("a body may arrive in any pieces, with a length or in chunks, or after a 100 Continue", async () => {
  const { url, heard } = await receiver();
  const of = (task_id: string) => JSON.stringify({ task_id, status: "processing 🦊" });
  const bytes = [...Buffer.from(of("1"))].map((byte) => Uint8Array.of(byte));
  const length = `content-length: ${Buffer.byteLength(of("1"))}`;
  expect(statuses(await answers(url, message(url, { head: [length, close] }), ...bytes))).toBe("200");
  const pieces = [...of("2")].map(chunk);
  expect(statuses(await answers(url, message(url, { head: [chunked, close] }), ...pieces, "0\r\n\r\n"))).toBe("200");
  const asked = message(url, { head: [length, close, "expect: 100-continue"] });
  expect(statuses(await answers(url, asked, of("3")))).toBe("100 200");
  expect(heard).toMatchObject(["1", "2", "3"].map((taskId) => ({ taskId, word: "processing 🦊" })));
});

test("a body of unknown length is limited, even if it arrives in one piece with its head", async () => {
  const { url, words } = await receiver({ maxBytes: 100 });
  const whole = (length: number) => `${message(url, { head: [chunked, close] })}${chunk(body.padEnd(length))}0\r\n\r\n`;
  expect([statuses(await answers(url, whole(101))), words()]).toEqual(["413", ""]);
  expect([statuses(await answers(url, whole(100))), words()]).toEqual(["200", "processing"]);
});

test("a body that is cut off anywhere is not delivered", async () => {
  const { url, heard, errors } = await receiver();
  const whole = message(url, { body });
  for (let end = whole.indexOf("{"); end < whole.length; end += 4)
    expect(await answers(url, whole.slice(0, end), CUT)).toBe("");
  const inChunks = message(url, { head: [chunked] }) + chunk(body);
  for (const cut of [inChunks, `${inChunks}0\r\n`]) expect(await answers(url, cut, CUT)).toBe("");
  expect(statuses(await answers(url, `${inChunks}zz\r\n`))).toBe("400");
  expect([heard, errors]).toEqual([[], []]);
});

test("a compressed body is refused", async () => {
  const { url, heard } = await receiver();
  const bytes = gzipSync(body);
  const head = [`content-length: ${bytes.length}`, "content-encoding: gzip", close];
  expect(statuses(await answers(url, message(url, { head }), bytes))).toBe("400");
  expect(heard).toEqual([]);
});

test("hundreds of connections without a body time out, and delay no other", async () => {
  const { url, say } = await receiver({ bodyTimeout: 500 });
  const head = message(url, { head: ["content-length: 100"] });
  const open = Array.from({ length: 400 }, () => answers(url, head));
  expect((await say("processing")).status).toBe(200);
  expect(new Set((await Promise.all(open)).map(statuses))).toEqual(new Set(["408"]));
});

test("a caller that disconnects early, and a host that answers first, do no harm", async () => {
  const finish: (() => void)[] = [];
  const { url, handler } = await receiver({ onStatus: () => new Promise<void>((resolve) => finish.push(resolve)) });
  expect(await answers(url, message(url, { body }), CUT)).toBe("");
  const listener = nodeListener(handler);
  const impatient = await listen((request, response) => {
    listener(request, response);
    setTimeout(() => response.writeHead(503).end(), 50);
  });
  expect((await say(impatient + new URL(url).search, "processing")).status).toBe(503);
  await expect.poll(() => finish.length).toBe(2);
  for (const one of finish) one();
  // A second answer would have ended the process by now.
  expect((await call(url, { challenge: "c3f1" })).status).toBe(200);
});

const listening: RequestHandler = (request, _, next) => {
  request.on("data", () => {});
  next();
};

test.each([
  ["a middleware that listens to the body", express().use(listening)],
  ["a parser that passes on bytes", express().use(express.raw({ type: "*/*" }))],
  ["a parser that passes on text", express().use(express.text({ type: "*/*" }))],
])("Express works behind %s", async (_, app) => {
  const words: string[] = [];
  const handler = createWebhookHandler({ secret: SECRET, onStatus: ({ word }) => void words.push(word) });
  const base = await listen(app.post("/", nodeListener(handler)));
  const minted = await webhookUrl(base, { secret: SECRET });
  expect((await say(minted, "processing", { task_id: 7 })).status).toBe(200);
  // The URL is from another process, so its token is verified while the body arrives.
  const said = `v0.${"x".repeat(20)}`;
  const signature = createHmac("sha256", SECRET).update(`minimax-video callback ${said}`).digest("base64url");
  expect((await say(`${base}/?token=${said}.${signature}`, "success", { task_id: 7 })).status).toBe(200);
  const long = body.replace("7", "8").padEnd(200);
  const pieces = [message(minted, { head: ["content-length: 200", close] }), long.slice(0, 20), long.slice(20)];
  expect(statuses(await answers(minted, ...pieces))).toBe("200");
  expect(words.join(" ")).toBe("processing success processing");
});
