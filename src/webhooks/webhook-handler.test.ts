import { afterEach, describe, expect, test, vi } from "vitest";
import { WebhookError } from "../base/errors.js";
import type { TaskStatus } from "../base/task.js";
import type { MiniMax } from "../client.js";
import { createWebhookHandler, type WebhookOptions } from "./webhook-handler.js";
import { webhookUrl } from "./webhook-url.js";

const SECRET = "a secret that nobody may see, of some length";
const URL_OF_TASK = await webhookUrl("https://example.com/callbacks", { secret: SECRET });
const body = (status = "processing") => JSON.stringify({ task_id: "115334141465231360", status });

function receiving(options: Partial<WebhookOptions> = {}) {
  const heard: TaskStatus[] = [];
  const handler = createWebhookHandler({ secret: SECRET, onStatus: (status) => void heard.push(status), ...options });
  return { heard, handler };
}

function post(content: RequestInit["body"], type = "application/json"): Request {
  // Node requires `duplex` for a stream.
  const init = { method: "POST", body: content, headers: { "content-type": type }, duplex: "half" } as RequestInit;
  return new Request(URL_OF_TASK, init);
}

/** A body in these pieces. `cancelled` is called if it is cancelled. */
function pieces(...parts: Uint8Array[]) {
  const cancelled = vi.fn();
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part) controller.enqueue(part);
      else controller.close();
    },
    cancel: cancelled,
  });
  return { stream, cancelled };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const fail = (): never => {
  throw new Error("the user's own mistake");
};
const reject = async (): Promise<never> => fail();
const hang = () => new Promise<never>(() => {});

test.each<[string, (request: Request) => unknown]>([
  ["was read", (request) => request.text()],
  ["is being read", (request) => request.body?.getReader()],
])("a body that %s before the handler got it is answered with 500, and onError is told", async (_, read) => {
  const onError = vi.fn();
  const { handler, heard } = receiving({ onError });
  const request = post(body());
  await read(request);
  expect((await handler(request)).status).toBe(500);
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(WebhookError));
  expect(String(onError.mock.calls[0])).toContain("The body of a callback was read before the handler got it");
  expect(heard).toEqual([]);
});

describe("createWebhookHandler", () => {
  const duration = "must be a number of milliseconds above 0, or Infinity";
  const size = "must be a number above 0, or Infinity";
  const secret = "secret: must be a string of at least 32 characters, or several; make one with: openssl rand -hex 32";
  const store = { has: () => false, put: () => true, remove: () => true };
  test.each<[object, string]>([
    [{ secret: undefined }, secret],
    [{ secret: null }, secret],
    [{ onStatus: undefined }, "onStatus: must be a function"],
    [{ onStatus: "log" }, 'onStatus: must be a function (got "log")'],
    [{ client: {} }, "client: must be a client of createClient (got an object)"],
    [{ client: null }, "client: must be a client of createClient (got null)"],
    [{ client: { callbacks: {} } }, "client: must be a client of createClient (got an object)"],
    [{ confirm: true }, "confirm: needs a client to make the query"],
    [{ confirm: "false" }, 'confirm: must be true or false (got "false")'],
    [{ store: { ...store, put: 1 } }, "store: must be an object with has(), put(), remove() (got an object)"],
    [{ onError: true }, "onError: must be a function (got true)"],
    [{ maxBytes: 0 }, `maxBytes: ${size} (got 0)`],
    [{ bodyTimeout: -1 }, `bodyTimeout: ${duration} (got -1)`],
    [{ answerWithin: "5m" }, `answerWithin: ${duration} (got "5m")`],
    [{ now: 1_700_000_000_000 }, "now: must be a function (got 1700000000000)"],
    [{ answer_within: 5 }, "answer_within: is not a known option; did you mean answerWithin?"],
    [
      { secret: "short-secret", onStatus: undefined, maxBytes: -1 },
      `onStatus: must be a function\n  ${secret}\n  maxBytes: ${size} (got -1)`,
    ],
  ])("refuses %o, and shows no secret", (options, words) => {
    const error = new WebhookError(`createWebhookHandler cannot use these options:\n  ${words}`);
    expect(() => receiving(options)).toThrow(error);
  });

  test.each([undefined, null, "secret", []])("refuses %j as options", (options) => {
    const error = new WebhookError("createWebhookHandler takes an object of options");
    expect(() => createWebhookHandler(options as never)).toThrow(error);
  });

  test.each<object>([
    { confirm: false, client: undefined, store: undefined, onError: undefined, now: undefined },
    { maxBytes: Number.POSITIVE_INFINITY, bodyTimeout: Number.POSITIVE_INFINITY, answerWithin: 0.5, other: undefined },
    { store },
  ])("accepts %j", async (options) => {
    expect((await receiving(options).handler(post(body()))).status).toBe(200);
  });
});

test.each([
  "application/json",
  "application/cloudevents+json",
  "text/plain",
  "x",
])("reads JSON with the type %s (A3)", async (type) => {
  expect((await receiving().handler(post(body(), type))).status).toBe(200);
});

describe("a request", () => {
  const bytes = new TextEncoder().encode(body("Revü"));
  const middle = bytes.indexOf(0xc3) + 1;

  test("may have a body that is split within a character, which is not cancelled", async () => {
    const { handler, heard } = receiving({ maxBytes: bytes.length });
    const { stream, cancelled } = pieces(bytes.slice(0, middle), bytes.slice(middle));
    expect((await handler(post(stream))).status).toBe(200);
    expect(heard).toMatchObject([{ word: "Revü" }]);
    expect(cancelled).not.toHaveBeenCalled();
  });

  test("with a body that is one byte too long is refused, and its body cancelled", async () => {
    const { handler, heard } = receiving({ maxBytes: bytes.length - 1 });
    const { stream, cancelled } = pieces(bytes, bytes);
    expect((await handler(post(stream))).status).toBe(413);
    expect(cancelled).toHaveBeenCalledOnce();
    expect(heard).toEqual([]);
  });

  test.each<[string, UnderlyingDefaultSource, number]>([
    ["stalls", {}, 408],
    ["stalls, and whose cancel() throws", { cancel: fail }, 408],
    ["stalls, and whose cancel() rejects", { cancel: reject }, 408],
    ["stalls, and whose cancel() hangs", { cancel: hang }, 408],
    ["fails", { pull: reject }, 400],
    ["yields undefined", { pull: (controller) => controller.enqueue(undefined) }, 400],
    ["yields empty chunks for ever", { pull: (controller) => controller.enqueue(new Uint8Array()) }, 413],
    ["never ends", { pull: (controller) => controller.enqueue(new Uint8Array(4096)), cancel: fail }, 413],
  ])("whose body %s is answered", async (_, source, status) => {
    const { handler, heard } = receiving({ bodyTimeout: 30, maxBytes: 4_096 });
    const cancel = vi.fn(source.cancel ?? (() => {}));
    const body = new ReadableStream({ ...source, cancel });
    expect((await handler(post(body))).status).toBe(status);
    if (status !== 400) expect(cancel).toHaveBeenCalledOnce();
    expect(heard).toEqual([]);
  });

  test("whose body other code is reading is answered", async () => {
    const onError = vi.fn();
    const { handler } = receiving({ onError });
    const request = post("{}");
    request.body?.getReader();
    expect((await handler(request)).status).toBe(500);
    expect(onError).toHaveBeenCalledOnce();
  });

  test("without a body is refused", async () => {
    expect((await receiving().handler(new Request(URL_OF_TASK, { method: "POST" }))).status).toBe(400);
  });
});

test("errors of onStatus go to the console by default", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const error = new Error("no disk");
  const { handler } = receiving({ onStatus: () => Promise.reject(error) });
  expect((await handler(post(body()))).status).toBe(500);
  expect(said.mock.calls).toEqual([["minimax-video: a callback could not be delivered:", error]]);
});

test("an unconfirmed status wakes the client's waits, and their errors go to onError", async () => {
  const error = new Error("no line");
  const callbacks = { expect: vi.fn(async () => {}), heard: vi.fn(() => Promise.reject(error)) };
  const onError = vi.fn();
  const client = { callbacks } as unknown as MiniMax; // uses nothing else
  const { handler, heard } = receiving({ client, confirm: false, onError });
  expect((await handler(post(body("success")))).status).toBe(200);
  const options = { kind: "video", callback: expect.stringMatching(/^v0\./), confirm: false };
  expect(callbacks.heard.mock.calls).toEqual([[heard[0], options]]);
  await vi.waitFor(() => expect(onError.mock.calls).toEqual([[error]]));
});
