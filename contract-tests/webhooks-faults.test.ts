/** Callbacks when the user's code, the store, the service or the host fails, hangs or answers late. */
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
const JSON_TYPE = { "content-type": "application/json" };

/** The part of a client that a handler uses. */
function clientWith(callbacks: Partial<Record<keyof MiniMax["callbacks"], unknown>>): Pick<MiniMax, "callbacks"> {
  return { callbacks: { expect: async () => {}, heard: async () => ended, ...callbacks } } as never;
}

/** A store in memory with some methods replaced. */
function storeWith(own: (memory: WebhookStore) => Partial<WebhookStore>): WebhookStore {
  const memory = memoryStore();
  return { ...memory, ...own(memory) };
}

/** Errors that would have ended the process. */
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

/** A function that sends bodies to a handler, and resolves with the status of the answer. */
const hosts: Record<string, (options: WebhookOptions) => Promise<(body: unknown) => Promise<number>>> = {
  async "node:http"(options) {
    const url = await webhookUrl(await listen(nodeListener(createWebhookHandler(options))), { secret: SECRET });
    return async (body) => (await call(url, body)).status;
  },
  async "a host with web requests"(options) {
    const handler = createWebhookHandler(options);
    const url = await webhookUrl("https://example.com/", { secret: SECRET });
    const init = (body: unknown) => ({ method: "POST", body: JSON.stringify(body), headers: JSON_TYPE });
    return async (body) => (await handler(new Request(url, init(body)))).status;
  },
  async Fastify(options) {
    const app = fastify();
    app.post("/", fastifyRoute(createWebhookHandler(options)));
    const { pathname, search } = new URL(await webhookUrl("https://example.com/", { secret: SECRET }));
    const post = { method: "POST", url: pathname + search, headers: JSON_TYPE } as const;
    return async (body) => (await app.inject({ ...post, payload: JSON.stringify(body) })).statusCode;
  },
};

const thenable = {
  // biome-ignore lint/suspicious/noThenProperty: a thenable must have it
  then: (_: unknown, reject: (error: Error) => void) => reject(new Error("the user's own mistake")),
};

describe.each(Object.entries(hosts))("%s survives (I5)", (_, host) => {
  const faults: [string, Partial<WebhookOptions>, number, string?][] = [
    ["an onStatus that throws", { onStatus: fail }, 500],
    ["an onStatus that rejects", { onStatus: reject }, 500],
    ["an onStatus whose thenable rejects", { onStatus: () => thenable }, 500],
    ["an onError that throws", { onStatus: fail, onError: fail }, 500],
    ["an onError that rejects", { onStatus: fail, onError: reject }, 500],
    ["a store.put that throws", { store: storeWith(() => ({ put: fail })) }, 500],
    ["a store.put that rejects", { store: storeWith(() => ({ put: reject })) }, 500],
    ["a store.put that returns nothing", { store: storeWith(() => ({ put: () => undefined as never })) }, 500],
    ["a store.has that throws", { store: storeWith(() => ({ has: fail })) }, 500],
    ["a store.has that rejects", { store: storeWith(() => ({ has: reject })) }, 500],
    ["a store.remove that throws", { onStatus: fail, store: storeWith(() => ({ remove: fail })) }, 500],
    ["a store.remove that rejects", { onStatus: fail, store: storeWith(() => ({ remove: reject })) }, 500],
    ["a query that throws", { client: clientWith({ heard: fail }) }, 500, "success"],
    ["a query that rejects", { client: clientWith({ heard: reject }) }, 500, "success"],
    ["a query that returns nothing", { client: clientWith({ heard: () => {} }) }, 503, "success"],
    ["a query that returns a word", { client: clientWith({ heard: () => "Success" }) }, 503, "success"],
    ["waits that throw when they are told", { client: clientWith({ heard: fail }) }, 200],
    ["a client whose expect() throws", { client: clientWith({ expect: fail }) }, 200],
    ["a clock that throws", { now: fail }, 500],
  ];
  test.each(faults)("%s", async (_, options, status, word = "processing") => {
    const onError = vi.fn();
    const call = await host({ secret: SECRET, onStatus: () => {}, onError, ...options });
    expect(await call({ task_id: TASK, status: word })).toBe(status);
    if (status === 500 && !options.onError) expect(onError).toHaveBeenCalledWith(expect.any(Error));
  });

  test("a console that throws, with the default onError", async () => {
    vi.spyOn(console, "error").mockImplementation(fail);
    const call = await host({ secret: SECRET, onStatus: fail });
    expect(await call({ task_id: TASK, status: "processing" })).toBe(500);
    expect(console.error).toHaveBeenCalled();
  });
});

describe("a host that misbehaves gets an answer:", () => {
  const thrower = (name: string) => Object.defineProperty({ task_id: TASK, status: "success" }, name, { get: fail });
  const values: unknown[] = ["c3f1", 1n];
  const changing = { get: () => (values.length > 1 ? values.shift() : values[0]) };
  test.each<[string, object]>([
    ...["challenge", "task", "status", "task_id", "file_id"].map((name): [string, object] => [name, thrower(name)]),
    ["every property", new Proxy({}, { get: fail, has: fail, ownKeys: fail })],
    ["a changing challenge", Object.defineProperty({}, "challenge", changing)],
  ])("a parsed body whose getters throw (%s)", async (_, body) => {
    const { handler, url, errors } = await receiver();
    const server = await listen((request, response) => {
      request.resume().on("end", () => nodeListener(handler)(Object.assign(request, { body }), response));
    });
    expect([200, 400]).toContain((await call(server + new URL(url).search, {})).status);
    const { pathname, search } = new URL(url);
    const reply = { code: vi.fn(), headers: vi.fn(), send: vi.fn() };
    await fastifyRoute(handler)({ method: "POST", url: pathname + search, headers: {}, body }, reply);
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

  test("a body that setEncoding converts to text", async () => {
    const { handler, url, words } = await receiver();
    const server = await listen((request, response) => nodeListener(handler)(request.setEncoding("utf8"), response));
    const body = JSON.stringify({ task_id: TASK, status: "Revü" });
    const head = [`content-length: ${Buffer.byteLength(body)}`, "connection: close"];
    const pieces = [message(server + new URL(url).search, { head }), body.slice(0, 20), body.slice(20)];
    expect(await answers(server, ...pieces)).toMatch(/^HTTP\/1\.1 200 /);
    expect(words()).toBe("Revü");
  });

  test.each(["writeHead", "end"] as const)("a response whose %s() throws costs only that answer", async (method) => {
    const { handler, url } = await receiver();
    const server = await listen((request, response) => {
      const own = response[method];
      nodeListener(handler)(request, Object.assign(response, { [method]: fail }));
      setTimeout(() => Object.assign(response, { [method]: own }).end(), 20);
    });
    await call(server + new URL(url).search, { challenge: "c3f1" });
    expect((await call(url, { challenge: "c3f1" })).status).toBe(200);
  });

  test.each<[string, Partial<Receiver>]>([
    ["admit() throws", { admit: fail }],
    ["admit() rejects", { admit: reject }],
    ["receive() throws", { receive: fail }],
    ["receive() rejects", { receive: reject }],
  ])("a receiver whose %s", async (_, own) => {
    const { handler, url } = await receiver();
    const wrapped = { receiver: { ...handler.receiver, ...own } };
    const { search } = new URL(url);
    expect((await call((await listen(nodeListener(wrapped))) + search, { challenge: "c3f1" })).status).toBe(500);
    const app = fastify();
    app.post("/", fastifyRoute(wrapped));
    const post = { method: "POST", url: `/${search}`, headers: JSON_TYPE, payload: "{}" } as const;
    expect((await app.inject(post)).statusCode).toBe(500);
  });
});

describe("a status that takes longer than answerWithin (I6)", () => {
  type Wait = () => Promise<void>;
  const delayed =
    <T extends unknown[], R>(wait: Wait, work: (...args: T) => R) =>
    async (...args: T): Promise<Awaited<R>> => {
      await wait();
      return await work(...args);
    };

  test.each<[string, string, (wait: Wait, onStatus: () => void) => Partial<WebhookOptions>]>([
    ["onStatus", "processing", (wait, onStatus) => ({ onStatus: () => [onStatus(), wait()][1] })],
    ["store.put", "processing", (wait) => ({ store: storeWith(({ put }) => ({ put: delayed(wait, put) })) })],
    ["store.has", "success", (wait) => ({ store: storeWith(({ has }) => ({ has: delayed(wait, has) })) })],
    ["the query", "success", (wait) => ({ client: clientWith({ heard: delayed(wait, () => ended) }) })],
  ])("because of %s is answered 503, and 200 once it is delivered", async (_, word, make) => {
    const waiting: (() => void)[] = [];
    const wait = () => new Promise<void>((resolve) => waiting.push(resolve));
    const onStatus = vi.fn();
    const { say, errors } = await receiver({ answerWithin: 40, onStatus, ...make(wait, onStatus) });
    const first = await say(word);
    expect([first.status, await first.json()]).toEqual([503, { error: "not delivered yet" }]);
    expect(Number(first.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await say(word)).status).toBe(503);
    const opened = setInterval(() => {
      for (const resolve of waiting.splice(0)) resolve();
    });
    await expect.poll(() => onStatus.mock.calls.length).toBe(1);
    await expect.poll(async () => (await say(word)).status).toBe(200);
    clearInterval(opened);
    expect([onStatus.mock.calls.length, errors]).toEqual([1, []]);
  });

  test.each([hang, reject, fail])("is answered 200 if only the store is slow to record it", async (late) => {
    let calls = 0;
    const store = storeWith(({ put }) => ({ put: (...mark) => (calls > 0 ? late() : put(...mark)) }));
    const { say } = await receiver({ answerWithin: 500, store, onStatus: () => void calls++ });
    for (let times = 0; times < 3; times++) expect((await say("success")).status).toBe(200);
    expect(calls).toBe(1);
  });

  test("delays no challenge, no other task, and no end of its own task", async () => {
    const heard: string[] = [];
    const onStatus = ({ word }: TaskStatus) => {
      heard.push(word);
      return word === "processing" ? hang() : undefined;
    };
    const { say, url } = await receiver({ answerWithin: 500, onStatus });
    expect((await say("processing")).status).toBe(503);
    expect((await call(url, { challenge: "c3f1" })).status).toBe(200);
    expect((await say("success")).status).toBe(200);
    expect((await say("success", { task_id: "8" })).status).toBe(200);
    expect(heard).toEqual(["processing", "success", "success"]);
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 40])("is waited for if answerWithin is %d", async (answerWithin) => {
    const { say } = await receiver({ answerWithin, bodyTimeout: answerWithin, onStatus: () => pause(50) });
    expect((await say("success")).status).toBe(200);
  });
});

test("processes with one store do not mistake a forged end for the real one while one of them checks it", async () => {
  const store = memoryStore();
  let answer: ((status: TaskStatus) => void) | undefined;
  const heard = (status: TaskStatus) =>
    status.state === "running" ? status : new Promise<TaskStatus>((resolve) => (answer = resolve));
  const one = await receiver({ store, client: clientWith({ heard }), answerWithin: 30_000 });
  const other = await receiver({ store, answerWithin: 500 });
  const forged = one.say("success");
  await expect.poll(() => answer).toBeDefined();
  expect((await other.say("success")).status).toBe(503);
  expect((await other.say("processing")).status).toBe(200);
  answer?.({ ...ended, state: "running" });
  expect((await forged).status).toBe(503);
  expect((await other.say("success")).status).toBe(200);
  expect(other.words()).toBe("processing success");
});
