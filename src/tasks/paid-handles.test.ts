/** Every failure after a create was accepted is an error of this library that has the task: cases that random tests have found. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, type Given, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import {
  ApiError,
  ConnectionError,
  createClient,
  type Journal,
  MiniMaxError,
  type VideoRequest,
  WaitTimeoutError,
} from "../index.js";

const REQUEST: VideoRequest = { model: "MiniMax-Hailuo-2.3", prompt: "a fox" };
const ACCEPTED = { task_id: "176843862716480", ...OK };
const DONE = { task_id: "176843862716480", status: "Success", file_id: "9", ...OK };
const HANDLE = { taskId: "176843862716480", task: { id: "176843862716480" } };
const OPEN = { name: "SubmissionUnknownError" };

/** The error of `videos.generate` if the service gives these answers. */
function generating(given: Given[], settings = {}, options?: object) {
  const { options: client, clock } = answers(...given);
  const { videos } = createClient({ ...client, ...settings });
  return clock.until(failureOf(videos.generate(REQUEST, options)));
}

const silent = () => new Response(new ReadableStream());
const entry = { accepted: async () => {}, refused: async () => {}, unknown: async () => {} };

describe("the reason of an abort is this library's error from another call", () => {
  test("and ends generateAll, even if it is a rate limit", async () => {
    const { options, clock } = answers(refusal(1002, "too fast"));
    const { videos } = createClient(options);
    const controller = new AbortController();
    const reason = new ApiError("enough", { kind: "rate_limited", retryable: true, status: 429 });
    const { signal } = controller;
    const all = failureOf(videos.generateAll([REQUEST, REQUEST], { signal }).next());
    void clock.pause(10_000).then(() => controller.abort(reason));
    expect(await clock.until(all)).toBe(reason);
  });

  test.each([{ taskId: "1" }, {}])("and gets no task of the wait that it ends: %j", async (facts) => {
    const { options } = answers(silent);
    const { videos } = createClient({ ...options, clock: undefined });
    const controller = new AbortController();
    const waiting = failureOf(videos.task("2").wait({ signal: controller.signal }));
    await sleep(10);
    const reason = new WaitTimeoutError("too long", facts);
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect([reason.taskId, reason.task]).toEqual([facts.taskId, undefined]);
  });

  test("and passes through while the create is under way", async () => {
    const reason = new WaitTimeoutError("enough");
    const controller = new AbortController();
    const aborting = () => {
      controller.abort(reason);
      return silent();
    };
    expect(await generating([aborting], {}, { signal: controller.signal })).toBe(reason);
  });
});

describe("a create has an unknown outcome", () => {
  test.each([
    ["an error message that is an object", () => Response.json({ type: "error", error: { message: { toString: 1 } } })],
    ["a non-string text", () => ({ status: 200, headers: new Headers(), text: async () => ({}) }) as Response],
    ["a refusal without headers", () => ({ status: 500, text: async () => "" }) as Response],
    ["an unclosed title of spaces", () => new Response(`<title>${" ".repeat(300_000)}`, { status: 502 })],
    ["a message of spaces", () => Response.json({ type: "error", error: { message: " ".repeat(300_000) } })],
    ["one of our errors from the caller's fetch", new ConnectionError("no", { sent: "no" })],
  ])("after %s", { timeout: 2000 }, async (_, reply) => {
    expect(await generating([reply])).toMatchObject(OPEN);
  });

  test("after a reply that arrives too late and cannot be cancelled", async () => {
    const late = () => sleep(20, { status: 200, body: {} }) as unknown as Response;
    expect(await generating([late], { timeout: 5 })).toMatchObject(OPEN);
    await sleep(30);
  });

  test("and names its task if the reply breaks off after the id", async () => {
    const half = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"task_id":"176843862716480","base_resp":')),
      pull: (controller) => controller.error(new TypeError("terminated")),
    });
    expect(await generating([() => new Response(half)])).toMatchObject({ ...OPEN, ...HANDLE });
  });
});

test("an error of another task, thrown by the caller's fetch, is only the cause", async () => {
  expect(await generating([ACCEPTED, new MiniMaxError("mine", { taskId: "1" })])).toMatchObject(HANDLE);
});

test("onTask gets a task that a refusal names, even after the consumer has left", async () => {
  const { options, clock } = answers(ACCEPTED, DONE, { task_id: "2", ...refusal(1008, "no money") });
  const { videos } = createClient(options);
  const told: string[] = [];
  const onTask = ({ id }: { id: string }) => told.push(id);
  const all = videos.generateAll([REQUEST, REQUEST], { concurrency: 1, onTask });
  await clock.until(all.next());
  await clock.until(all.return());
  expect(told).toEqual([HANDLE.taskId, "2"]);
});

describe("a journal", () => {
  test("whose error cannot be read does not lose the task", async () => {
    const written: string[] = [];
    const unreadable = Object.defineProperty(new Error(), "message", {
      get() {
        throw new RangeError("unreadable");
      },
    });
    const accepted = async () => {
      written.push("accepted");
      throw unreadable;
    };
    const refused = async () => void written.push("refused");
    const journal = { begin: async () => ({ entry: { ...entry, accepted, refused } }), ended: async () => {} };
    const { options, clock } = answers(ACCEPTED, DONE);
    const { videos } = createClient({ ...options, journal: journal as unknown as Journal });
    expect((await clock.until(videos.generate(REQUEST))).taskId).toBe(HANDLE.taskId);
    expect(written).toEqual(["accepted"]);
  });

  test("that records only after the abort sends nothing", async () => {
    const { options, clock, sent } = answers(ACCEPTED);
    const begin = () => clock.pause(1000).then(() => ({ entry }));
    const journal: Journal = { begin, ended: async () => {}, saved: async () => {} };
    const { videos } = createClient({ ...options, journal });
    const controller = new AbortController();
    const all = failureOf(videos.generateAll([REQUEST], { signal: controller.signal }).next());
    // A fingerprint takes real time.
    await sleep(20);
    controller.abort("enough");
    expect(await clock.until(all)).toBe("enough");
    await clock.until(clock.pause(5000));
    expect(sent).toEqual([]);
  });

  test.each([
    ...[undefined, 5, "past", [null], [{ kind: "video" }], [{ kind: "video", milliseconds: Number.NaN }]],
    ...[[{ kind: "video", milliseconds: -5000 }], [{ kind: "video", milliseconds: Number.POSITIVE_INFINITY }]],
  ])("whose history is %j does not disturb a wait", async (past) => {
    const journal = { begin: async () => ({ entry }), ended: async () => {}, history: async () => past };
    const { options, clock } = answers(ACCEPTED, { ...DONE, status: "Processing" }, DONE);
    const { videos } = createClient({ ...options, journal: journal as unknown as Journal });
    expect(await clock.until(videos.generate(REQUEST))).toMatchObject(HANDLE);
  });
});

describe("a request that is changed afterwards is sent as it was", () => {
  const prompts = ["one fox", "two foxes"];
  const same = { ...REQUEST };

  test("when generateAll read it", async () => {
    const { options, clock, sent } = answers(ACCEPTED);
    function* requests() {
      for (const prompt of prompts) yield Object.assign(same, { prompt });
    }
    const all = createClient(options).videos.generateAll(requests(), { timeout: 0 });
    await clock.until(all.next());
    await clock.until(all.return());
    expect(sent.map(({ body }) => JSON.parse(body).prompt)).toEqual(prompts);
  });

  test("when create was called", async () => {
    const { options, clock, sent } = answers(ACCEPTED);
    const { videos } = createClient(options);
    await clock.until(Promise.all(prompts.map((prompt) => videos.create(Object.assign(same, { prompt })))));
    expect(sent.map(({ body }) => JSON.parse(body).prompt)).toEqual(prompts);
  });
});

test.each([
  ["a signal that cannot be left", { signal: { aborted: false, addEventListener() {} } as unknown as AbortSignal }],
  ["an inherited option", Object.create({ onTask: 5 })],
])("%s is checked before anything is sent", async (_, wrong) => {
  const { options, sent } = answers(ACCEPTED, DONE);
  const error = await failureOf(createClient(options).videos.generate(REQUEST, wrong));
  expect([error.name, sent]).toEqual(["ValidationError", []]);
});
