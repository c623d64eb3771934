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
  // Node wants to be told that a stream goes one way.
  const init = { method: "POST", body: content, headers: { "content-type": type }, duplex: "half" } as RequestInit;
  return new Request(URL_OF_TASK, init);
}

/** A body in these pieces; `cancelled` tells what became of it. */
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

describe("options of createWebhookHandler", () => {
  const duration = "must be a number of milliseconds above 0, or Infinity";
  const size = "must be a number above 0, or Infinity";
  const store = { has: () => false, put: () => true, remove: () => true };
  test.each<[object, string]>([
    [
      { secret: undefined },
      "secret: must be a string of at least 32 characters, or several; make one with: openssl rand -hex 32",
    ],
    [
      { secret: null },
      "secret: must be a string of at least 32 characters, or several; make one with: openssl rand -hex 32",
    ],
    [{ onStatus: undefined }, "onStatus: must be a function"],
    [{ onStatus: "log" }, 'onStatus: must be a function (got "log")'],
    [{ client: {} }, "client: must be a client of createClient (got an object)"],
    [{ client: null }, "client: must be a client of createClient (got null)"],
    [{ client: { callbacks: {} } }, "client: must be a client of createClient (got an object)"],
    [{ confirm: true }, "confirm: needs a client, which makes the query"],
    [{ confirm: "false" }, 'confirm: must be true or false (got "false")'],
    [{ store: { ...store, put: 1 } }, "store: must be an object with has(), put(), remove() (got an object)"],
    [{ store: null }, "store: must be an object with has(), put(), remove() (got null)"],
    [{ onError: true }, "onError: must be a function (got true)"],
    [{ maxBytes: 0 }, `maxBytes: ${size} (got 0)`],
    [{ maxBytes: "64kb" }, `maxBytes: ${size} (got "64kb")`],
    [{ bodyTimeout: -1 }, `bodyTimeout: ${duration} (got -1)`],
    [{ bodyTimeout: null }, `bodyTimeout: ${duration} (got null)`],
    [{ answerWithin: Number.NaN }, `answerWithin: ${duration} (got NaN)`],
    [{ answerWithin: "5m" }, `answerWithin: ${duration} (got "5m")`],
    [{ now: 1_700_000_000_000 }, "now: must be a function (got 1700000000000)"],
    [{ onstatus: () => {} }, "onstatus: is not a known option; did you mean onStatus?"],
    [{ answer_within: 5 }, "answer_within: is not a known option; did you mean answerWithin?"],
  ])("%o is refused", (options, words) => {
    expect(() => receiving(options)).toThrow(
      new WebhookError(`createWebhookHandler cannot use these options:\n  ${words}`),
    );
  });

  test("are refused all at once, and no secret is shown", () => {
    const options = { secret: "short-secret", onStatus: undefined, maxBytes: -1, onerror: () => {} } as object;
    expect(() => receiving(options)).toThrow(
      new WebhookError(
        [
          "createWebhookHandler cannot use these options:",
          "  onStatus: must be a function",
          "  secret: must be a string of at least 32 characters, or several; make one with: openssl rand -hex 32",
          `  maxBytes: ${size} (got -1)`,
          "  onerror: is not a known option; did you mean onError?",
        ].join("\n"),
      ),
    );
  });

  test.each([undefined, null, "secret", []])("that are %j are refused", (options) => {
    expect(() => createWebhookHandler(options as never)).toThrow(
      new WebhookError("createWebhookHandler takes an object of options"),
    );
  });

  test.each<object>([
    { confirm: false, client: undefined, store: undefined, onError: undefined, now: undefined },
    { maxBytes: Number.POSITIVE_INFINITY, bodyTimeout: Number.POSITIVE_INFINITY, answerWithin: 0.5, other: undefined },
    { store },
  ])("%j are taken", async (options) => {
    expect((await receiving(options).handler(post(body()))).status).toBe(200);
  });
});

test.each([
  ["application/json", 200],
  ["Application/JSON; charset=utf-8", 200],
  ["application/cloudevents+json", 200],
  ["xapplication/json", 415],
  ["application/jsonl", 415],
  ["text/json", 415],
])("the type %s is answered with %d", async (type, status) => {
  expect((await receiving().handler(post(body(), type))).status).toBe(status);
});

describe("a body", () => {
  const bytes = new TextEncoder().encode(body("Revü"));
  const middle = bytes.indexOf(0xc3) + 1;

  test("may come in any pieces, also of a letter, and is not let go of", async () => {
    const { handler, heard } = receiving({ maxBytes: bytes.length });
    const { stream, cancelled } = pieces(bytes.slice(0, middle), bytes.slice(middle));
    expect((await handler(post(stream))).status).toBe(200);
    expect(heard).toMatchObject([{ word: "Revü" }]);
    expect(cancelled).not.toHaveBeenCalled();
  });

  test("of one byte too many is let go of", async () => {
    const { handler, heard } = receiving({ maxBytes: bytes.length - 1 });
    const { stream, cancelled } = pieces(bytes, bytes);
    expect((await handler(post(stream))).status).toBe(413);
    expect(cancelled).toHaveBeenCalledOnce();
    expect(heard).toEqual([]);
  });

  test("that is missing is not understood", async () => {
    expect((await receiving().handler(new Request(URL_OF_TASK, { method: "POST" }))).status).toBe(400);
  });
});

test("what onStatus throws is said on the console, where nobody else wants to hear of it", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const error = new Error("no disk");
  const { handler } = receiving({ onStatus: () => Promise.reject(error) });
  expect((await handler(post(body()))).status).toBe(500);
  expect(said.mock.calls).toEqual([["minimax-video: a callback could not be delivered:", error]]);
});

test("waits of a client hear of what is not confirmed, and what they throw is told", async () => {
  const error = new Error("no line");
  const callbacks = { expect: vi.fn(async () => {}), heard: vi.fn(() => Promise.reject(error)) };
  const onError = vi.fn();
  const client = { callbacks } as unknown as MiniMax; // nothing else of it is used
  const { handler, heard } = receiving({ client, confirm: false, onError });
  expect((await handler(post(body("success")))).status).toBe(200);
  expect(callbacks.heard.mock.calls).toEqual([[heard[0], { kind: "video", confirm: false }]]);
  await vi.waitFor(() => expect(onError.mock.calls).toEqual([[error]]));
});
