/** Callbacks when the user's code, its store or the service fails, hangs or answers late. */
import { request as send } from "node:http";
import fastify from "fastify";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { MiniMax, TaskStatus } from "../src/index.js";
import {
  createWebhookHandler,
  fastifyRoute,
  memoryStore,
  nodeListener,
  type Receiver,
  type WebhookOptions,
  type WebhookStore,
  webhookUrl,
} from "../src/webhooks/index.js";
import { answers, call, listen, message, receiver, SECRET, TASK } from "./helpers/receiver.js";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const fail = (): never => {
  throw new Error("the user's own mistake");
};
const reject = async (): Promise<never> => fail();
const hang = () => new Promise<never>(() => {});
const ended: TaskStatus = { state: "succeeded", taskId: TASK, word: "Success" };

/** A client as far as a handler uses one. */
function clientWith(callbacks: Partial<Record<keyof MiniMax["callbacks"], unknown>>): Pick<MiniMax, "callbacks"> {
  return { callbacks: { expect: async () => {}, heard: async () => ended, ...callbacks } } as never;
}

/** A store in memory, with functions of its own. */
function storeWith(own: (memory: WebhookStore) => Partial<WebhookStore>): WebhookStore {
  const memory = memoryStore();
  return { ...memory, ...own(memory) };
}

/** What would have ended the process. */
const crashes: unknown[] = [];
const crash = (error: unknown) => void crashes.push(error);
beforeEach(() => {
  crashes.length = 0;
  process.on("unhandledRejection", crash).on("uncaughtException", crash);
});
afterEach(async () => {
  await pause(5);
  process.off("unhandledRejection", crash).off("uncaughtException", crash);
  vi.restoreAllMocks();
  expect(crashes).toEqual([]);
});

const hosts: Record<string, (options: WebhookOptions) => Promise<(body: unknown) => Promise<number>>> = {
  async "node:http"(options) {
    const url = await webhookUrl(await listen(nodeListener(createWebhookHandler(options))), { secret: SECRET });
    return async (body) => (await call(url, body)).status;
  },
  async "a fetch-style host"(options) {
    const handler = createWebhookHandler(options);
    const url = await webhookUrl("https://example.com/", { secret: SECRET });
    const post = (body: unknown) =>
      new Request(url, { method: "POST", body: JSON.stringify(body), headers: JSON_TYPE });
    return async (body) => (await handler(post(body))).status;
  },
  async Fastify(options) {
    const app = fastify();
    app.post("/", fastifyRoute(createWebhookHandler(options)));
    const { pathname, search } = new URL(await webhookUrl("https://example.com/", { secret: SECRET }));
    const post = { method: "POST", url: pathname + search, headers: JSON_TYPE } as const;
    return async (body) => (await app.inject({ ...post, payload: JSON.stringify(body) })).statusCode;
  },
};
const JSON_TYPE = { "content-type": "application/json" };

/** Somebody else's promise, which is less than one. */
const thenable = {
  // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is
  then: (_: unknown, reject: (error: Error) => void) => reject(new Error("the user's own mistake")),
};

describe.each(Object.entries(hosts))("on %s, the host survives and answers", (_, host) => {
  const faults: [string, Partial<WebhookOptions>, number, string?][] = [
    ["an onStatus that throws", { onStatus: fail }, 500],
    ["an onStatus that rejects", { onStatus: reject }, 500],
    ["an onStatus whose thenable rejects", { onStatus: () => thenable }, 500],
    ["an onError that throws", { onStatus: fail, onError: fail }, 500],
    ["an onError that rejects", { onStatus: fail, onError: reject }, 500],
    ["a store.put that throws", { store: storeWith(() => ({ put: fail })) }, 500],
    ["a store.put that rejects", { store: storeWith(() => ({ put: reject })) }, 500],
    ["a store.put that gives nothing", { store: storeWith(() => ({ put: () => undefined as never })) }, 500],
    ["a store.has that throws", { store: storeWith(() => ({ has: fail })) }, 500],
    ["a store.has that rejects", { store: storeWith(() => ({ has: reject })) }, 500],
    ["a store.remove that throws", { onStatus: fail, store: storeWith(() => ({ remove: fail })) }, 500],
    ["a store.remove that rejects", { onStatus: fail, store: storeWith(() => ({ remove: reject })) }, 500],
    [
      "a store and an onError that throw",
      { onError: fail, store: storeWith(() => ({ put: fail, remove: fail })) },
      500,
    ],
    ["a query that throws", { client: clientWith({ heard: fail }) }, 500, "success"],
    ["a query that rejects", { client: clientWith({ heard: reject }) }, 500, "success"],
    ["a query that answers nothing", { client: clientWith({ heard: () => {} }) }, 503, "success"],
    ["a query that answers a word", { client: clientWith({ heard: () => "Success" }) }, 503, "success"],
    ["waits that throw when they are told", { client: clientWith({ heard: fail }) }, 200],
    ["waits that give no promise", { client: clientWith({ heard: () => {} }) }, 200],
    ["a client whose expect() throws", { client: clientWith({ expect: fail }) }, 200],
    ["a clock that throws", { now: fail }, 500],
  ];
  test.each(faults)("%s", async (_, options, status, word = "processing") => {
    const onError = vi.fn();
    const call = await host({ secret: SECRET, onStatus: () => {}, onError, ...options });
    expect(await call({ task_id: TASK, status: word })).toBe(status);
    if (status === 500 && !options.onError) expect(onError).toHaveBeenCalledWith(expect.any(Error));
  });

  test("a console that throws, where onError is the default", async () => {
    vi.spyOn(console, "error").mockImplementation(fail);
    const call = await host({ secret: SECRET, onStatus: fail });
    expect(await call({ task_id: TASK, status: "processing" })).toBe(500);
    expect(console.error).toHaveBeenCalled();
  });
});

test("a clock that is not a number lets no expired address in", async () => {
  let time = 1_700_000_000_000;
  const { url } = await receiver({ now: () => time });
  const brief = await webhookUrl(new URL(url).origin, { secret: SECRET, expiresIn: 1_000, now: () => time });
  expect((await call(brief, { challenge: "c3f1" })).status).toBe(200);
  time = Number.NaN;
  expect((await call(brief, { challenge: "c3f1" })).status).toBe(403);
  await expect(
    webhookUrl("https://example.com", { secret: SECRET, expiresIn: 1, now: () => Number.NaN }),
  ).rejects.toThrow("now");
});

describe("a host that misbehaves gets an answer", () => {
  const thrower = (name: string) => Object.defineProperty({ task_id: TASK, status: "success" }, name, { get: fail });
  const odd: [string, object][] = [
    ["whose challenge throws", thrower("challenge")],
    ["whose task throws", thrower("task")],
    ["whose status throws", thrower("status")],
    ["whose task_id throws", thrower("task_id")],
    ["whose file_id throws", thrower("file_id")],
    ["that is a proxy which throws", new Proxy({}, { get: fail, has: fail, ownKeys: fail })],
    ["whose challenge changes", Object.defineProperty({}, "challenge", { get: changing("c3f1", 1n) })],
  ];

  function changing(...values: unknown[]) {
    return () => (values.length > 1 ? values.shift() : values[0]);
  }

  test.each(odd)("a parsed body %s", async (_, body) => {
    const { handler, url, errors } = await receiver();
    const server = await listen((request, response) => {
      request.resume().on("end", () => nodeListener(handler)(Object.assign(request, { body }), response));
    });
    const answer = await call(server + new URL(url).search, {});
    expect([200, 400]).toContain(answer.status);
    const { pathname, search } = new URL(url);
    const reply = { code: vi.fn(), headers: vi.fn(), send: vi.fn() };
    const request = { method: "POST", url: pathname + search, headers: JSON_TYPE, body };
    await fastifyRoute(handler)(request, reply);
    expect([200, 400]).toContain(reply.code.mock.calls[0]?.[0]);
    expect(errors).toEqual([]);
  });

  test("a body property that throws", async () => {
    const { handler, url } = await receiver();
    const server = await listen((request, response) => {
      Object.defineProperty(request, "body", { get: fail });
      request.resume().on("end", () => nodeListener(handler)(request, response));
    });
    expect((await call(server + new URL(url).search, {})).status).toBe(500);
  });

  test("a body that was set to come as text, in pieces", async () => {
    const { handler, url, words } = await receiver();
    const listener = nodeListener(handler);
    const server = await listen((request, response) => listener(request.setEncoding("utf8"), response));
    const body = JSON.stringify({ task_id: TASK, status: "Revü" });
    const head = [`content-length: ${Buffer.byteLength(body)}`, "connection: close"];
    const target = new URL(url).search;
    const pieces = [message(server, { target: `/${target}`, head }), body.slice(0, 20), body.slice(20)];
    expect(await answers(server, ...pieces)).toMatch(/^HTTP\/1\.1 200 /);
    expect(words()).toBe("Revü");
  });

  test.each(["writeHead", "end"] as const)("a response whose %s() throws costs only that answer", async (method) => {
    const { handler, url } = await receiver();
    const listener = nodeListener(handler);
    const server = await listen((request, response) => {
      const own = response[method];
      listener(request, Object.assign(response, { [method]: fail }));
      setTimeout(() => Object.assign(response, { [method]: own }).end(), 20);
    });
    await call(server + new URL(url).search, { challenge: "c3f1" });
    await call(server + new URL(url).search, { challenge: "c3f1" }, { method: "PUT" });
    expect((await call(url, { challenge: "c3f1" })).status).toBe(200);
  });

  const broken: [string, Partial<Receiver>][] = [
    ["admit() throws", { admit: fail }],
    ["admit() rejects", { admit: reject }],
    ["receive() throws", { receive: fail }],
    ["receive() rejects", { receive: reject }],
  ];
  test.each(broken)("a receiver whose %s", async (_, own) => {
    const { handler, url } = await receiver();
    const wrapped = { receiver: { ...handler.receiver, ...own } };
    const { search } = new URL(url);
    expect((await call((await listen(nodeListener(wrapped))) + search, { challenge: "c3f1" })).status).toBe(500);
    const app = fastify();
    app.post("/", fastifyRoute(wrapped));
    const post = { method: "POST", url: `/${search}`, headers: JSON_TYPE, payload: "{}" } as const;
    expect((await app.inject(post)).json()).toEqual({ error: "not delivered" });
  });

  test("a caller who cuts the connection in the middle of its body", async () => {
    const { url, handler, errors } = await receiver();
    const { port, pathname, search } = new URL(url);
    for (let times = 0; times < 20; times++) {
      const options = {
        port,
        method: "POST",
        path: pathname + search,
        headers: { ...JSON_TYPE, "content-length": 99 },
      };
      const request = send(options).on("error", () => {});
      request.write('{"task_id":');
      setTimeout(() => request.destroy(), times);
    }
    await pause(60);
    expect(errors).toEqual([]);
    expect(handler.receiver.maxBytes).toBe(65_536);
  });

  type Source = UnderlyingDefaultSource;
  const streams: [string, Source, number, string?][] = [
    ["that stalls", {}, 408],
    ["that stalls, and whose cancel() throws", { cancel: fail }, 408],
    ["that stalls, and whose cancel() rejects", { cancel: reject }, 408],
    ["that stalls, and whose cancel() hangs", { cancel: hang }, 408],
    ["that fails when it is read", { pull: reject }, 400],
    ["that gives text in place of bytes, without end", { pull: (controller) => controller.enqueue("{}") }, 413],
    ["that gives nothing in place of bytes", { pull: (controller) => controller.enqueue(undefined) }, 400],
    ["that gives empty pieces for ever", { pull: (controller) => controller.enqueue(new Uint8Array()) }, 413],
    ["that never ends, and whose cancel() throws", { pull: endless, cancel: fail }, 413],
  ];
  function endless(controller: ReadableStreamDefaultController): void {
    controller.enqueue(new Uint8Array(4096));
  }

  test.each(streams)("a Request with a body %s", async (_, source, status) => {
    const onStatus = vi.fn();
    const handler = createWebhookHandler({ secret: SECRET, onStatus, bodyTimeout: 30, maxBytes: 4_096 });
    const url = await webhookUrl("https://example.com/", { secret: SECRET });
    const cancel = vi.fn(source.cancel ?? (() => {}));
    const body = new ReadableStream({ ...source, cancel });
    const init = { method: "POST", body, headers: JSON_TYPE, duplex: "half" } as RequestInit;
    expect((await handler(new Request(url, init))).status).toBe(status);
    if (!source.pull || status === 413) expect(cancel).toHaveBeenCalledOnce();
    expect(onStatus).not.toHaveBeenCalled();
  });

  test("a Request whose body somebody else is reading, and onError hears of it", async () => {
    const onError = vi.fn();
    const handler = createWebhookHandler({ secret: SECRET, onStatus: () => {}, onError });
    const request = new Request(await webhookUrl("https://example.com/", { secret: SECRET }), {
      method: "POST",
      body: "{}",
      headers: JSON_TYPE,
    });
    request.body?.getReader();
    expect((await handler(request)).status).toBe(500);
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe("a status that takes longer than answerWithin", () => {
  const answerWithin = 40;

  /** Work that ends when it is told to, once for each call. */
  function gate() {
    const waiting: { resolve(): void; reject(error: Error): void }[] = [];
    const wait = () => new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
    return { waiting, wait };
  }

  /** The same function, after a wait. */
  const delayed =
    <T extends unknown[], R>(wait: Wait, work: (...args: T) => R) =>
    async (...args: T): Promise<Awaited<R>> => {
      await wait();
      return await work(...args);
    };

  type Wait = () => Promise<void> | undefined;
  const slow: [string, string, (wait: Wait, onStatus: () => void) => Partial<WebhookOptions>][] = [
    [
      "onStatus",
      "processing",
      (wait, onStatus) => ({
        onStatus() {
          onStatus();
          return wait();
        },
      }),
    ],
    ["a store", "processing", (wait) => ({ store: storeWith(({ put }) => ({ put: delayed(wait, put) })) })],
    ["a look into the store", "success", (wait) => ({ store: storeWith(({ has }) => ({ has: delayed(wait, has) })) })],
    ["a confirming query", "success", (wait) => ({ client: clientWith({ heard: delayed(wait, () => ended) }) })],
  ];

  test.each(
    slow,
  )("because of %s is answered 503, and 200 without another delivery once that succeeded", async (_, word, make) => {
    const { waiting, wait } = gate();
    let heard = 0;
    const onStatus = () => void heard++;
    const { say, errors } = await receiver({ answerWithin, onStatus, ...make(wait, onStatus) });
    const first = await say(word);
    expect([first.status, await first.json()]).toEqual([503, { error: "not delivered yet" }]);
    expect(Number(first.headers.get("retry-after"))).toBeGreaterThan(0);
    const during = await say(word);
    expect(during.status).toBe(503);
    const opened = setInterval(() => {
      for (const { resolve } of waiting.splice(0)) resolve();
    });
    await expect.poll(() => heard).toBe(1);
    const after = await Promise.all([say(word), say(word), say(word)]);
    expect(after.map(({ status }) => status)).toEqual([200, 200, 200]);
    clearInterval(opened);
    expect([heard, errors]).toEqual([1, []]);
  });

  test.each(
    slow,
  )("because of %s that then fails is told to onError, and delivered when it comes again", async (_, word, make) => {
    const { waiting, wait } = gate();
    let isBroken = true;
    let heard = 0;
    const onStatus = () => void heard++;
    const { say, errors } = await receiver({
      answerWithin,
      onStatus,
      ...make(async () => (isBroken ? wait() : undefined), onStatus),
    });
    expect((await say(word)).status).toBe(503);
    isBroken = false;
    const before = heard;
    for (const { reject } of waiting.splice(0)) reject(new Error("gone"));
    await expect.poll(() => errors.map(String)).toContain("Error: gone");
    expect((await say(word)).status).toBe(200);
    expect(heard).toBe(before + 1);
    expect((await say(word)).status).toBe(200);
    expect(heard).toBe(before + 1);
  });

  test("is waited for by its repetitions, which are answered 200 when it is delivered", async () => {
    const { waiting, wait } = gate();
    const { say } = await receiver({ answerWithin: 5_000, onStatus: wait });
    const answers = Array.from({ length: 5 }, () => say("success"));
    let answered = 0;
    for (const answer of answers) void answer.then(() => answered++);
    await pause(50);
    expect([answered, waiting.length]).toEqual([0, 1]);
    waiting[0]?.resolve();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(waiting.length).toBe(1);
  });

  test("is answered 200 if only the mark of its delivery is late, and is not delivered again", async () => {
    for (const late of [hang, reject, fail]) {
      let calls = 0;
      const store = storeWith(({ put }) => ({ put: (...mark) => (calls > 0 ? late() : put(...mark)) }));
      const { say } = await receiver({ answerWithin, store, onStatus: () => void calls++ });
      for (let times = 0; times < 3; times++) expect((await say("success")).status).toBe(200);
      expect(calls).toBe(1);
    }
  });

  test("holds up no challenge and no other task, nor the end of its own", async () => {
    const heard: string[] = [];
    const onStatus = ({ word }: TaskStatus) => {
      heard.push(word);
      return word === "processing" ? hang() : undefined;
    };
    const { say, url } = await receiver({ answerWithin, onStatus });
    expect((await say("processing")).status).toBe(503);
    expect((await call(url, { challenge: "c3f1" })).status).toBe(200);
    expect((await say("success")).status).toBe(200);
    expect((await say("success", { task_id: "8" })).status).toBe(200);
    expect(heard).toEqual(["processing", "success", "success"]);
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 40])("waits as long as it takes when that is %d", async (answerWithin) => {
    const { say } = await receiver({ answerWithin, bodyTimeout: answerWithin, onStatus: () => pause(50) });
    expect((await say("success")).status).toBe(200);
  });
});

describe("several processes with one store", () => {
  const MINUTE = 60_000;

  /** Receivers that share a store and a clock. */
  async function processes(...options: Partial<WebhookOptions>[]) {
    const store = memoryStore();
    const clock = { time: 1_700_000_000_000 };
    const all = options.map((own) => receiver({ store, now: () => clock.time, answerWithin: 40, ...own }));
    return { clock, store, all: await Promise.all(all) };
  }

  test("acknowledge no status that another one has claimed and not delivered yet", async () => {
    const { all, clock } = await processes({ onStatus: () => work }, {});
    let finish = () => {};
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const [one, other] = all as [(typeof all)[0], (typeof all)[0]];
    expect((await one.say("success")).status).toBe(503);
    const answer = await other.say("success");
    expect([answer.status, Number(answer.headers.get("retry-after")) > 0]).toEqual([503, true]);
    finish();
    await pause(10);
    expect((await other.say("success")).status).toBe(200);
    clock.time += 60 * MINUTE;
    expect((await other.say("success")).status).toBe(200);
    expect(other.heard).toEqual([]);
  });

  test("take over what another one claimed and did not deliver before it died, one of them, after some minutes", async () => {
    const { all, clock } = await processes({ onStatus: hang }, {}, {}, {});
    const [dead, ...living] = all;
    expect((await dead?.say("success"))?.status).toBe(503);
    const everybody = () => Promise.all(living.map(({ say }) => say("success")));
    // The one that died does not renew its claim.
    for (let waited = 0; waited < 2; waited++, clock.time += MINUTE)
      expect((await everybody()).map(({ status }) => status)).toEqual([503, 503, 503]);
    clock.time += 3 * MINUTE;
    expect((await everybody()).map(({ status }) => status)).toContain(200);
    expect(living.flatMap(({ heard }) => heard).length).toBe(1);
    expect((await everybody()).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test("deliver what another one failed to deliver", async () => {
    const { all } = await processes({ onStatus: fail }, {});
    const [one, other] = all;
    expect((await one?.say("success"))?.status).toBe(500);
    expect((await other?.say("success"))?.status).toBe(200);
    expect(other?.heard.length).toBe(1);
  });

  test("do not mistake a forged end that one of them looks into for the end", async () => {
    const running = { ...ended, state: "running" } as const;
    let answer = (_: TaskStatus) => {};
    const client = clientWith({
      heard: (status: TaskStatus) =>
        status.state === "running"
          ? status
          : new Promise<TaskStatus>((resolve) => {
              answer = resolve;
            }),
    });
    const { all } = await processes({ client, answerWithin: 5_000 }, {});
    const [one, other] = all as [(typeof all)[0], (typeof all)[0]];
    const forged = one.say("success");
    await pause(20);
    expect((await other.say("success")).status).toBe(503);
    expect((await other.say("processing")).status).toBe(200);
    answer(running);
    expect((await forged).status).toBe(503);
    expect((await other.say("success")).status).toBe(200);
    expect(other.words()).toBe("processing success");
  });
});
