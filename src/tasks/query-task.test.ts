/** A reply about another task is not accepted (I10). */
import { expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import { MiniMaxError } from "../base/errors.js";
import type { Journal } from "../base/journal.js";
import { createClient } from "../client.js";

const done = { status: "Success", file_id: "9", ...OK };

test.each<[string, object]>([
  ["version 1", { task_id: "8", ...done }],
  ["an id in digits", { task_id: 8, ...done }],
  ["an id in a list", { task_id: ["8"], ...done }],
  ["an id in an object", { task_id: { id: "8" }, ...done }],
  ["version 2", { task: { id: "8", status: "succeeded", content: { url: "https://a.example/fox.mp4" } } }],
  ["a failure", { task_id: "8", status: "Fail", ...refusal(1027, "no") }],
])("a query fails, after retries, if its reply is about another task: %s", async (_, reply) => {
  const { options, sent, clock } = answers(reply);
  const error = await failureOf(clock.until(createClient(options).videos.task("7").status()));
  expect(error).toMatchObject({ name: "ApiError", taskId: "7", retryable: true });
  expect(error.message).toContain("was asked for task 7, but its reply is about task 8");
  expect(sent).toHaveLength(2);
});

test("a wait continues until a reply is about its task", async () => {
  const { options, clock } = answers({ task_id: "8", ...done }, { task_id: "7", ...done, file_id: "10" });
  const wait = createClient(options).videos.task("7").wait();
  expect(await clock.until(wait)).toMatchObject({ taskId: "7", fileId: "10" });
});

test("a task at a gateway is known by the gateway's id, not by that of the underlying task", async () => {
  const wrapped = (task_id: string) => {
    return { code: "success", data: { task_id, status: "SUCCESS", data: { task_id: "upstream", ...done } } };
  };
  const { options } = answers(wrapped("own"), wrapped("another"));
  const server = { baseUrl: "https://gateway.example", like: "aimanyi" } as const;
  const task = createClient({ ...options, maxRetries: 0, server }).videos.task("own");
  expect(await task.status()).toMatchObject({ state: "succeeded", fileId: "9" });
  expect(await failureOf(task.status())).toMatchObject({ name: "ApiError" });
});

test.each<unknown>([
  undefined,
  null,
  "7",
  { state: "running", word: "processing" },
  { taskId: 7, state: "running", word: "processing" },
  { taskId: " 7", state: "running", word: "processing" },
  { taskId: "7", word: "processing" },
  { taskId: "7", state: "not running", word: "processing" },
  { taskId: "7", state: "succeeded?", word: "Success" },
  { taskId: "7", state: "succeeded" },
])("callbacks.heard refuses %j, and sends nothing", async (status) => {
  const { options, sent } = answers(done);
  const error = await failureOf(createClient(options).callbacks.heard(status as never));
  const message =
    "This status was not passed to any wait\n  status: must have the taskId of a task, a state and a word";
  expect(error).toMatchObject({ name: "ValidationError", message });
  expect(sent).toEqual([]);
});

test("callbacks.heard tells the journal which create a task belongs to, unless this client knows it already", async () => {
  const { options } = answers({ task_id: "7", ...OK });
  const told: unknown[] = [];
  const entry = { accepted: async () => {} };
  const found = async (...call: unknown[]) => void told.push(call);
  const journal = { begin: async () => ({ entry }), found } as unknown as Journal;
  const { videos, callbacks } = createClient({ ...options, server: "global", journal });
  await videos.create({ model: "T2V-01", prompt: "a fox" });
  const heard = (taskId: string, callback?: string) =>
    callbacks.heard({ taskId, state: "running", word: "processing" }, { callback });
  await heard("7", "one");
  await heard("8");
  expect(told).toEqual([]);
  await heard("8", "two");
  expect(told).toMatchObject([[{ callback: "two" }, { id: "8", kind: "video", server: "global" }]]);
});

test("the reason of an abort during a query is left as it is, even if it is an error of this library", async () => {
  const stop = new AbortController();
  const reason = new MiniMaxError("enough");
  const { options } = answers(() => {
    stop.abort(reason);
    return Response.json(done);
  });
  expect(await failureOf(createClient(options).videos.task("7").status({ signal: stop.signal }))).toBe(reason);
  expect(reason.taskId).toBeUndefined();
});
