import { afterEach, describe, expect, test, vi } from "vitest";
import type { MiniMax } from "../client.js";
import type { TaskStatus } from "../engine/status.js";
import { WebhookError } from "../errors.js";
import { createWebhookHandler, type WebhookOptions } from "./handler.js";
import { webhookUrl } from "./url.js";

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

test.each([
  [{ onStatus: undefined as never }, "onStatus: must be a function (got null)"],
  [{ confirm: true }, "confirm: needs a client, which makes the query"],
  [{ maxBytes: 0 }, "maxBytes: must be a number above 0, or Infinity (got 0)"],
  [{ bodyTimeout: -1 }, "bodyTimeout: must be a number of milliseconds above 0, or Infinity (got -1)"],
  [{ answerWithin: Number.NaN }, "answerWithin: must be a number of milliseconds above 0, or Infinity (got NaN)"],
])("options that make no handler: %j", (options, words) => {
  expect(() => receiving(options)).toThrow(
    new WebhookError(`createWebhookHandler cannot use these options:\n  ${words}`),
  );
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
