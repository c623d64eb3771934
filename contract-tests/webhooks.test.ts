/** Callbacks over real HTTP: what is answered, what is delivered, and that nobody can make it otherwise. */
import { pbkdf2 } from "node:crypto";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterAll, describe, expect, test } from "vitest";
import { createClient, MiniMaxError, type TaskStatus } from "../src/index.js";
import {
  createWebhookHandler,
  fastifyRoute,
  memoryStore,
  nodeListener,
  WebhookError,
  type WebhookHandler,
  type WebhookStore,
  webhookUrl,
} from "../src/webhooks/index.js";
import { fakeServer, json, refused, success } from "./helpers/fake-server.js";
import { answers, call, listen, message, receiver, SECRET, say, TASK } from "./helpers/receiver.js";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const never = (_?: unknown) => new Promise<never>(() => {});
const service = fakeServer();
const query = (status: string) => json({ task_id: TASK, status, file_id: "9", video_width: 16, ...success });
const client = () => createClient({ apiKey: "sk-nobody-may-see", server: service.url, maxRetries: 0 });

describe("one line for each host", () => {
  type Host = (handler: WebhookHandler) => Promise<string>;
  const closing: (() => unknown)[] = [];
  afterAll(() => Promise.all(closing.map((close) => close())));

  const hosts: Record<string, Host> = {
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
    Hono: (handler) => served(new Hono().post("/callbacks", (c) => handler(c.req.raw))),
  };

  function served(app: Hono): Promise<string> {
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
        resolve(`http://127.0.0.1:${port}`),
      );
      closing.push(() => server.close());
    });
  }

  test.each(Object.entries(hosts))("%s", async (_, host) => {
    const heard: TaskStatus[] = [];
    const base = await host(createWebhookHandler({ secret: SECRET, onStatus: (status) => void heard.push(status) }));
    const url = await webhookUrl(`${base}/callbacks`, { secret: SECRET });
    const challenged = await call(url, { challenge: "c3f1a9e07b" });
    expect([challenged.status, await challenged.json()]).toEqual([200, { challenge: "c3f1a9e07b" }]);
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
    expect((await call(url, { task_id: "1" })).status).toBe(400);
    expect((await say(`${base}/callbacks`, "success", { task_id: "2" })).status).toBe(403);
    expect((await say(`${url.slice(0, -1)}!`, "success", { task_id: "2" })).status).toBe(403);
    // Whose parser reads the body, answers what it does not like.
    expect((await call(url, "x".repeat(2_000_000))).status).toBe(413);
    expect((await fetch(url)).status).toBeGreaterThanOrEqual(404);
    expect(heard.length).toBe(2);
  });
});

describe("a challenge", () => {
  test("is answered in time while onStatus hangs, the store hangs, and the thread pool is busy", async () => {
    const store: WebhookStore = { has: never, put: never, remove: never };
    const { base, url } = await receiver({ onStatus: never, store });
    const hung = await receiver({ onStatus: never });
    void say(url, "processing").catch(() => {});
    for (let task = 0; task < 200; task++) void hung.say("success", { task_id: String(task) }).catch(() => {});
    // Twice as many as there are threads: what had to be signed would stand in line behind all of them.
    let finished = 0;
    const finish = () => finished++;
    const busy = Array.from(
      { length: 8 },
      () => new Promise((done) => pbkdf2("a", "b", 1_000_000, 64, "sha512", () => done(finish()))),
    );
    for (const address of [url, hung.url]) {
      const answer = await call(address, { challenge: "c3f1" });
      expect([answer.status, await answer.json()]).toEqual([200, { challenge: "c3f1" }]);
    }
    expect(finished).toBeLessThan(5);
    expect((await call(`${base}/callbacks`, { challenge: "c3f1" })).status).toBe(403);
    await Promise.all(busy);
  });

  test("comes back as it was, and in no header", async () => {
    const { url } = await receiver();
    for (const challenge of ["a\r\nset-cookie: b=c", "</script>\u2028\ud83e\udd8a", "__proto__", ""]) {
      const answer = await call(url, { challenge });
      expect(await answer.json()).toEqual({ challenge });
      expect([...answer.headers.keys()].sort()).toEqual(expect.not.arrayContaining(["set-cookie"]));
    }
  });
});

describe("a status", () => {
  test("is delivered once and never backwards, however it comes", async () => {
    const { say, words } = await receiver();
    for (const word of ["processing", "processing", "success", "processing", "Success", "failed"]) await say(word);
    expect(words()).toBe("processing success");
  });

  test("is delivered once among several processes with one store", async () => {
    const memory = memoryStore();
    const slow =
      <T>(work: (taskId: string, mark: string) => T) =>
      async (taskId: string, mark: string) =>
        pause(1 + 4 * Math.random()).then(() => work(taskId, mark));
    const store = { has: slow(memory.has), put: slow(memory.put), remove: slow(memory.remove) } as WebhookStore;
    const both = [await receiver({ store }), await receiver({ store })];
    const ids = Array.from({ length: 40 }, (_, index) => String(1000 + index));
    await Promise.all(
      ids.flatMap((task_id) =>
        ["processing", "success", "success", "processing"].flatMap((word) =>
          both.map(({ say }) => say(word, { task_id })),
        ),
      ),
    );
    const ends = both.flatMap(({ heard }) => heard).filter(({ state }) => state === "succeeded");
    expect(ends.map(({ taskId }) => taskId).sort()).toEqual(ids);
    for (const { heard } of both)
      for (const id of ids) {
        const words = heard.filter(({ taskId }) => taskId === id).map(({ word }) => word);
        expect(words.indexOf("success")).toBe(words.includes("success") ? words.length - 1 : -1);
      }
  });

  test("that onStatus fails on is answered with 500, told to onError, and delivered when it comes again", async () => {
    let fails = true;
    const heard: string[] = [];
    const { say, errors } = await receiver({
      async onStatus({ word }) {
        heard.push(word);
        if (fails) throw new Error("the disk is full");
      },
    });
    expect([(await say("success")).status, (await say("Success")).status]).toEqual([500, 500]);
    fails = false;
    expect([(await say("success")).status, (await say("success")).status]).toEqual([200, 200]);
    expect(heard).toEqual(["success", "Success", "success"]);
    expect(errors.map(String)).toEqual(["Error: the disk is full", "Error: the disk is full"]);
  });

  test("of a store that fails is answered with 500, and shows nothing of it", async () => {
    const store: WebhookStore = {
      has: () => false,
      remove: () => true,
      put: () => Promise.reject(new Error("redis:pw")),
    };
    const { say, errors, heard } = await receiver({ store });
    const answer = await say("success");
    expect([answer.status, await answer.text(), heard.length]).toEqual([500, '{"error":"not delivered"}', 0]);
    expect(errors.length).toBe(1);
  });
});

describe("an end", () => {
  test("is confirmed by one query, and what the query says is delivered", async () => {
    const { say, heard } = await receiver({ client: client() });
    service.next(query("Success"));
    await say("processing");
    expect(service.seen.length).toBe(0);
    expect((await say("success", { file_id: "1" })).status).toBe(200);
    expect((await say("success")).status).toBe(200);
    expect(service.seen.map(({ url }) => url)).toEqual([`/v1/query/video_generation?task_id=${TASK}`]);
    expect(heard[1]).toEqual({ state: "succeeded", taskId: TASK, word: "Success", fileId: "9", width: 16 });
  });

  test("of a template is asked for as a template", async () => {
    const { base, heard } = await receiver({ client: client() });
    service.next(json({ task_id: TASK, status: "Success", video_url: "https://cdn.example/v.mp4", ...success }));
    await say(await webhookUrl(`${base}/`, { secret: SECRET, kind: "template" }), "Success");
    expect(service.seen.map(({ url }) => url)).toEqual([`/v1/query/video_template_generation?task_id=${TASK}`]);
    expect(heard).toMatchObject([{ state: "succeeded", url: "https://cdn.example/v.mp4" }]);
  });

  test.each([
    ["generation", undefined],
    ["regeneration", undefined],
    ["h3_context_ir", undefined],
    [undefined, "generation" as const],
  ])("of version 2 (%s) is asked for there, at an address of any kind (%s)", async (task_type, kind) => {
    const abouts: object[] = [];
    const { base, heard } = await receiver({
      client: client(),
      onStatus: (status, about) => void abouts.push(status, about),
    });
    const url = await webhookUrl(`${base}/`, { secret: SECRET, ...(kind ? { kind } : {}) });
    const ended = { id: TASK, task_type, status: "succeeded", content: { url: "https://cdn.example/v.mp4" } };
    service.next(json({ task: { ...ended, status: "running" } }), json({ task: ended }));
    // Forged: it still runs.
    expect((await call(url, { task: ended })).status).toBe(503);
    expect((await call(url, { task: ended })).status).toBe(200);
    expect(service.seen.map(({ url }) => url)).toEqual(Array(2).fill(`/v2/query/video_generation/${TASK}`));
    const status = { state: "succeeded", taskId: TASK, word: "succeeded", url: "https://cdn.example/v.mp4" };
    expect(abouts).toEqual([status, { kind: task_type ?? "generation" }]);
    expect(heard).toEqual([]);
  });

  test.each([
    ["a task that still runs", query("Processing"), 503],
    ["a task that there is not", json(refused(2013, "task_id not found")), 500],
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

  test("that is forged does not eat the real one that comes while it is looked into", async () => {
    const { say, heard } = await receiver({ client: client() });
    service.next((response, seen) => void setTimeout(() => query("Processing")(response, seen), 100), query("Success"));
    const forged = say("success");
    await pause(20);
    const [early, real] = await Promise.all([forged, say("success")]);
    expect([early.status, real.status, heard.length]).toEqual([503, 200, 1]);
  });

  test("says otherwise than the query: the query counts", async () => {
    const { say, heard } = await receiver({ client: client() });
    service.next(query("Fail"));
    await say("success");
    expect(heard).toMatchObject([{ state: "failed", word: "Fail" }]);
  });

  test("is believed without a client, or when nobody wants to ask", async () => {
    service.next(query("Processing"));
    const { say, heard } = await receiver({ client: client(), confirm: false });
    await say("success");
    expect([heard.length, service.seen.length]).toEqual([1, 0]);
  });
});

describe("nobody else", () => {
  const ours = { challenge: "c3f1" };

  test("a forged, truncated or foreign token gets 403, and neither challenge nor status an answer", async () => {
    const { base, url, heard } = await receiver();
    const other = await webhookUrl(`${base}/callbacks`, { secret: `${SECRET} of somebody else` });
    const forged = [`${base}/callbacks`, `${base}/callbacks?token=`, url.slice(0, -1), url.slice(0, -20), other];
    forged.push(url.replace("token=v", "token=t"), url.replace(/token=v0/, "token=vzzzzzz"), `${url}x`);
    for (const address of forged)
      for (const body of [ours, { task_id: TASK, status: "success" }]) {
        const answer = await call(address, body);
        expect([answer.status, await answer.text()]).toEqual([403, '{"error":"not an address of ours"}']);
      }
    expect(heard).toEqual([]);
  });

  test("a URL is dead once it has expired, also one that was good before", async () => {
    let time = 1_700_000_000_000;
    const { base, heard } = await receiver({ now: () => time });
    const url = await webhookUrl(base, { secret: SECRET, expiresIn: 60_000, now: () => time });
    expect((await call(url, ours)).status).toBe(200);
    time += 59_999;
    expect((await say(url, "processing")).status).toBe(200);
    time += 1;
    expect((await say(url, "success")).status).toBe(403);
    expect(heard.length).toBe(1);
  });

  test("another method gets 405, and another type 415; JSON by any name, or by none, is taken", async () => {
    const { url, heard } = await receiver();
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await fetch(url, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"])
      expect((await call(url, ours, { headers: { "content-type": type } })).status).toBe(415);
    for (const type of ["application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"])
      expect((await call(url, ours, { headers: { "content-type": type } })).status).toBe(200);
    expect((await call(url, ours, { headers: {}, body: new Blob([JSON.stringify(ours)]) })).status).toBe(200);
    expect(heard).toEqual([]);
  });

  test("prototypes stay as they are", async () => {
    const { url, heard, say } = await receiver();
    const bodies = [
      '{"__proto__":{"status":"success","task_id":"1"}}',
      '{"constructor":{"prototype":{"status":"success"}}}',
    ];
    for (const body of bodies) expect((await call(url, body)).status).toBe(400);
    await say("__proto__");
    await call(url, `{"task_id":"8","status":"success","__proto__":{"polluted":1},"file_id":"1"}`);
    expect(heard).toMatchObject([
      { state: "running", word: "__proto__" },
      { state: "succeeded", taskId: "8" },
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(heard[1] ?? {}).sort()).toEqual(["fileId", "state", "taskId", "word"]);
  });

  test("deep JSON is refused", async () => {
    const { url } = await receiver();
    expect((await call(url, `${"[".repeat(30_000)}${"]".repeat(30_000)}`)).status).toBe(400);
    expect((await call(url, `{"task_id":${"[".repeat(30_000)}${"]".repeat(30_000)},"status":"success"}`)).status).toBe(
      400,
    );
  });

  test("ten megabytes are not read, announced or not", async () => {
    const { url, heard } = await receiver();
    const announced = await answers(url, message(url, { head: ["content-length: 10000000"] }));
    expect(announced).toMatch(/^HTTP\/1\.1 413 /);
    const chunk = `2000\r\n${"x".repeat(0x2000)}\r\n`;
    const streamed = await answers(
      url,
      message(url, { head: ["transfer-encoding: chunked"] }),
      ...Array.from({ length: 12 }, () => chunk),
    );
    expect(streamed).toMatch(/^HTTP\/1\.1 413 /);
    expect(heard).toEqual([]);
  });

  test("a body that does not come is given up, and so is one that trickles", async () => {
    const { url, heard } = await receiver({ bodyTimeout: 100 });
    const head = message(url, { head: ["content-length: 100"] });
    expect(await answers(url, head)).toMatch(/^HTTP\/1\.1 408 /);
    const trickle = Array.from({ length: 60 }, () => " ");
    expect(await answers(url, head, ...trickle)).toMatch(/^HTTP\/1\.1 408 /);
    expect(heard).toEqual([]);
  });

  test("and the same holds where requests are those of the web", async () => {
    const heard: TaskStatus[] = [];
    const options = { secret: SECRET, bodyTimeout: 50, onStatus: (status: TaskStatus) => void heard.push(status) };
    const handler = createWebhookHandler(options);
    const url = await webhookUrl("https://example.com/", { secret: SECRET });
    const post = async (body: BodyInit | null) =>
      (await handler(new Request(url, { method: "POST", body, duplex: "half" } as RequestInit))).status;
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(4096));
      },
    });
    expect([await post(endless), pulled < 30]).toEqual([413, true]);
    expect(await post(new ReadableStream())).toBe(408);
    expect(await post(new ReadableStream({ start: (controller) => controller.error(new Error("cut")) }))).toBe(400);
    expect(await post(null)).toBe(400);
    expect(await post("🦊")).toBe(415);
    expect(await post(new Blob(['{"challenge":"🦊"}']))).toBe(200);
    expect(heard).toEqual([]);
  });
});

test("10,000 events: none is lost, each is heard once, an end last", async () => {
  const { url, heard, handler } = await receiver();
  const ids = Array.from({ length: 3_400 }, (_, index) => String(1_000_000 + index));
  const events = ids.flatMap((task_id) => ["processing", "success", "success"].map((status) => ({ task_id, status })));
  // Shuffled within reach, as a crowd of senders does.
  const order = events.map((event, index) => ({ event, at: index + 30 * Math.abs(Math.sin(index)) }));
  order.sort((one, other) => one.at - other.at);
  let next = 0;
  const sender = async () => {
    for (let entry = order[next++]; entry; entry = order[next++])
      expect((await call(url, entry.event)).status).toBe(200);
  };
  await Promise.all(Array.from({ length: 32 }, sender));
  const ends = heard.filter(({ state }) => state === "succeeded").map(({ taskId }) => taskId);
  expect(ends.sort()).toEqual(ids);
  const over = new Set<string>();
  for (const { state, taskId } of heard) {
    expect(over.has(taskId)).toBe(false);
    if (state === "succeeded") over.add(taskId);
  }
  expect(handler.receiver.maxBytes).toBe(65_536);
}, 60_000);

describe("a handler that could not be trusted is refused", () => {
  const onStatus = () => {};
  test.each<[string, object]>([
    ["no secret", { onStatus }],
    ["a short secret", { onStatus, secret: "short-secret-value" }],
    ["nobody to tell", { secret: SECRET }],
    ["a confirmation without a client", { onStatus, secret: SECRET, confirm: true }],
    ["a limit of nothing", { onStatus, secret: SECRET, maxBytes: 0 }],
    ["no time", { onStatus, secret: SECRET, answerWithin: Number.NaN }],
  ])("%s", (_, options) => {
    const make = () => createWebhookHandler(options as never);
    expect(make).toThrow(WebhookError);
    expect(make).toThrow(MiniMaxError);
    expect(make).not.toThrow(/short-secret|nobody may see/);
  });
});
