/** Callbacks over real HTTP: which are answered, which are delivered, and which are refused. */
import { pbkdf2 } from "node:crypto";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterAll, describe, expect, test } from "vitest";
import { createClient, type TaskStatus } from "../src/index.js";
import {
  createWebhookHandler,
  fastifyRoute,
  nodeListener,
  type WebhookHandler,
  type WebhookStore,
  webhookUrl,
} from "../src/webhooks/index.js";
import { fakeServer, json, refused, success } from "./helpers/fake-server.js";
import { answers, call, listen, message, receiver, SECRET, say, TASK } from "./helpers/receiver.js";

const never = (_?: unknown) => new Promise<never>(() => {});
const service = fakeServer();
const query = (status: string) => json({ task_id: TASK, status, file_id: "9", video_width: 16, ...success });
const client = () => createClient({ apiKey: "sk-nobody-may-see", server: service.url, maxRetries: 0 });
const challenge = { challenge: "c3f1" };

describe("a handler works in one line with", () => {
  const closing: (() => unknown)[] = [];
  afterAll(() => Promise.all(closing.map((close) => close())));

  const hosts: Record<string, (handler: WebhookHandler) => Promise<string>> = {
    "node:http": (handler) => listen(nodeListener(handler)),
    Express: (handler) => listen(express().post("/callbacks", nodeListener(handler))),
    "Express behind express.json()": (handler) =>
      listen(express().use(express.json()).post("/callbacks", nodeListener(handler))),
    "Express below a path": (handler) => listen(express().use("/callbacks", nodeListener(handler))),
    async Fastify(handler) {
      const app = fastify();
      app.post("/callbacks", fastifyRoute(handler));
      closing.push(() => app.close());
      return app.listen({ port: 0, host: "127.0.0.1" });
    },
    Hono: (handler) =>
      new Promise((resolve) => {
        const { fetch } = new Hono().post("/callbacks", (c) => handler(c.req.raw));
        // By default, it replaces the Response of all tests in this process.
        const options = { fetch, port: 0, hostname: "127.0.0.1", overrideGlobalObjects: false };
        const server = serve(options, ({ port }) => resolve(`http://127.0.0.1:${port}`));
        closing.push(() => server.close());
      }),
  };

  test.each(Object.entries(hosts))("%s", async (_, host) => {
    const heard: TaskStatus[] = [];
    const base = await host(createWebhookHandler({ secret: SECRET, onStatus: (status) => void heard.push(status) }));
    const url = await webhookUrl(`${base}/callbacks`, { secret: SECRET });
    const challenged = await call(url, challenge);
    expect([challenged.status, await challenged.json()]).toEqual([200, challenge]);
    expect(challenged.headers.get("content-type")).toMatch(/^application\/json/);
    for (const word of ["processing", "success", "processing"]) {
      const answer = await say(url, word, { file_id: word === "success" ? "205258526306433" : "" });
      expect([answer.status, await answer.json()]).toEqual([200, { status: "success" }]);
    }
    expect(heard).toEqual([
      { state: "running", taskId: TASK, word: "processing" },
      { state: "succeeded", taskId: TASK, word: "success", fileId: "205258526306433" },
    ]);
    expect((await call(url, "{ no JSON")).status).toBe(400);
    expect((await say(`${base}/callbacks`, "success", { task_id: "2" })).status).toBe(403);
    expect((await say(`${url.slice(0, -1)}!`, "success", { task_id: "2" })).status).toBe(403);
    expect((await call(url, "x".repeat(2_000_000))).status).toBe(413);
    expect((await fetch(url)).status).toBeGreaterThanOrEqual(404);
    expect(heard.length).toBe(2);
  });
});

describe("a challenge", () => {
  test("is answered in time while onStatus and the store hang and the thread pool is busy", async () => {
    const store: WebhookStore = { has: never, put: never, remove: never };
    const { url } = await receiver({ onStatus: never, store });
    const hung = await receiver({ onStatus: never });
    void say(url, "processing").catch(() => {});
    for (let task = 0; task < 200; task++) void hung.say("success", { task_id: String(task) }).catch(() => {});
    // Twice as many as there are threads, so that a signature would have to wait for them.
    let finished = 0;
    const busy = Array.from(
      { length: 8 },
      () => new Promise((done) => pbkdf2("a", "b", 1_000_000, 64, "sha512", () => done(finished++))),
    );
    for (const address of [url, hung.url]) {
      const answer = await call(address, challenge);
      expect([answer.status, await answer.json()]).toEqual([200, challenge]);
    }
    expect(finished).toBeLessThan(5);
    await Promise.all(busy);
  });

  test.each([
    "a\r\nset-cookie: b=c",
    "</script>\u2028\ud83e\udd8a",
    "__proto__",
    "",
  ])("%j is returned unchanged, and in no header", async (challenge) => {
    const { url } = await receiver();
    const answer = await call(url, { challenge });
    expect([await answer.json(), answer.headers.has("set-cookie")]).toEqual([{ challenge }, false]);
  });

  test.each([
    ["7"],
    ["-1.5"],
    ["115334141465231360123"],
    ['"007"'],
    ['"\\u00e9"', '"é"'],
  ])("%s is echoed unchanged, whatever the content type is (A3)", async (text, echo = text) => {
    const { url } = await receiver();
    for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", ""]) {
      const body = new Blob([`{ "challenge" : ${text} }`]);
      const answer = await call(url, "", { headers: type ? { "content-type": type } : {}, body });
      expect([answer.status, await answer.text()]).toEqual([200, `{"challenge":${echo}}`]);
    }
  });
});

describe("a status", () => {
  test("whose store fails is answered with 500, and the answer does not show the error", async () => {
    const { say, errors, heard } = await receiver({
      store: { has: () => false, remove: () => true, put: () => Promise.reject(new Error("redis:pw")) },
    });
    const answer = await say("success");
    expect([answer.status, await answer.text(), heard.length]).toEqual([500, '{"error":"not delivered"}', 0]);
    expect(errors.length).toBe(1);
  });
});

describe("an end", () => {
  test("of a template is confirmed by the query for templates", async () => {
    const { base, heard } = await receiver({ client: client() });
    service.next(json({ task_id: TASK, status: "Success", video_url: "https://cdn.example/v.mp4", ...success }));
    await say(await webhookUrl(`${base}/`, { secret: SECRET, kind: "template" }), "Success");
    expect(service.seen.map(({ url }) => url)).toEqual([`/v1/query/video_template_generation?task_id=${TASK}`]);
    expect(heard).toMatchObject([{ state: "succeeded", url: "https://cdn.example/v.mp4" }]);
  });

  test.each([
    "generation",
    "regeneration",
    "h3_context_ir",
    undefined,
  ])("of version 2 (%s) is confirmed by the V2 query, whatever the kind in the URL", async (task_type) => {
    const told: unknown[] = [];
    const { url } = await receiver({ client: client(), onStatus: (...all) => void told.push(...all) });
    const ended = { id: TASK, task_type, status: "succeeded", content: { url: "https://cdn.example/v.mp4" } };
    service.next(json({ task: { ...ended, status: "running" } }), json({ task: ended }));
    // Forged: the task is still running.
    expect((await call(url, { task: ended })).status).toBe(503);
    expect((await call(url, { task: ended })).status).toBe(200);
    expect(service.seen.map(({ url }) => url)).toEqual(Array(2).fill(`/v2/query/video_generation/${TASK}`));
    const status = { state: "succeeded", taskId: TASK, word: "succeeded", url: "https://cdn.example/v.mp4" };
    expect(told).toEqual([status, { kind: task_type ?? "generation" }]);
  });

  test.each([
    ["a task that is still running", query("Processing"), 503],
    ["an unknown task", json(refused(2013, "task_id not found")), 500],
    ["a service that is down", json({}, 502), 500],
  ])("that is forged never reaches onStatus: %s", async (_, answer, status) => {
    const { say, heard } = await receiver({ client: client() });
    service.next(answer);
    for (const word of ["success", "failed", "expired"]) expect((await say(word)).status).toBe(status);
    expect(heard).toEqual([]);
    service.next(query("Success"));
    expect((await say("success")).status).toBe(200);
    expect(heard).toMatchObject([{ state: "succeeded", fileId: "9" }]);
  });

  test("is delivered even if a forged one is being checked when it arrives", async () => {
    const { say, heard } = await receiver({ client: client() });
    service.next((response, seen) => void setTimeout(() => query("Processing")(response, seen), 100), query("Success"));
    const forged = say("success");
    await expect.poll(() => service.seen.length).toBe(1);
    const [early, real] = await Promise.all([forged, say("success")]);
    expect([early.status, real.status, heard.length]).toEqual([503, 200, 1]);
  });
});

describe("a request is refused", () => {
  test("with 403 once its URL has expired, even if it was valid before", async () => {
    let time = 1_700_000_000_000;
    const { base } = await receiver({ now: () => time });
    const url = await webhookUrl(base, { secret: SECRET, expiresIn: 60_000, now: () => time });
    const statuses = [];
    for (const step of [0, 59_999, 1, Number.NaN]) {
      time += step;
      statuses.push((await call(url, challenge)).status);
    }
    expect(statuses).toEqual([200, 200, 403, 403]);
  });

  test("with 405 unless it is a POST", async () => {
    const { url } = await receiver();
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await fetch(url, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    }
  });

  test("with 408 if its body does not arrive, or trickles", async () => {
    const { url, heard } = await receiver({ bodyTimeout: 100 });
    const head = message(url, { head: ["content-length: 100"] });
    expect(await answers(url, head)).toMatch(/^HTTP\/1\.1 408 /);
    expect(await answers(url, head, ...Array.from({ length: 60 }, () => " "))).toMatch(/^HTTP\/1\.1 408 /);
    expect(heard).toEqual([]);
  });
});
