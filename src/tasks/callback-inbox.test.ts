/** Statuses from callbacks: confirmed by a query, passed to waits, and kept for waits that begin later. */
import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import type { Journal } from "../base/journal.js";
import type { TaskStatus } from "../base/task.js";
import { createClient } from "../client.js";
import { createCallbackInbox } from "./callback-inbox.js";

const END: TaskStatus = { state: "succeeded", taskId: "7", word: "success", fileId: "1" };
const RUNNING: TaskStatus = { state: "running", taskId: "7", word: "processing" };
const RUNNING_REPLY = { task_id: "7", status: "Processing", ...OK };
const SUCCESS = { task_id: "7", status: "Success", file_id: "8", ...OK };

describe("a received status", () => {
  test("that is final is confirmed by a query, whose result counts", async () => {
    const { options, sent } = answers(SUCCESS);
    const confirmed = await createClient(options).callbacks.heard(END);
    expect(confirmed).toEqual({ state: "succeeded", taskId: "7", word: "Success", fileId: "8" });
    expect(sent.map(({ request }) => request)).toEqual(["GET /v1/query/video_generation?task_id=7"]);
  });

  test("is confirmed at the server of the task", async () => {
    const { options, sent } = answers({ task: { id: "7", status: "running" } });
    await createClient(options).callbacks.heard(END, { kind: "generation" });
    expect(sent.map(({ request }) => request)).toEqual(["GET /v2/query/video_generation/7"]);
  });

  test("is used without a query if it is not final, or if confirmation is off", async () => {
    const { options, sent } = answers(SUCCESS);
    const { callbacks } = createClient(options);
    expect(await callbacks.heard(END, { confirm: false })).toBe(END);
    expect(await callbacks.heard(RUNNING)).toBe(RUNNING);
    expect(sent).toEqual([]);
  });

  test.each([
    null,
    undefined,
    "7",
    {},
    { ...END, taskId: 7 },
    { ...RUNNING, taskId: ".." },
    { ...RUNNING, word: undefined },
    { ...RUNNING, state: "processing" },
  ])("that is invalid, or is not about a task, is refused: %j", async (status) => {
    const { options, sent } = answers(SUCCESS);
    const error = await failureOf(createClient(options).callbacks.heard(status as TaskStatus));
    expect(error).toMatchObject({ name: "ValidationError", issues: [{ path: "status" }] });
    expect(sent).toEqual([]);
  });

  test("is queried again after a transient failure, and fails with the task otherwise", async () => {
    const { options, sent, clock } = answers(new TypeError("fetch failed"), SUCCESS);
    expect(await clock.until(createClient(options).callbacks.heard(END))).toMatchObject({ fileId: "8" });
    expect(sent).toHaveLength(2);
    const refused = answers(refusal(1004, "no"));
    const error = await failureOf(createClient(refused.options).callbacks.heard(END));
    expect(error).toMatchObject({ kind: "authentication", taskId: "7", task: { id: "7", kind: "video" } });
    expect(refused.sent).toHaveLength(1);
  });

  test.each<[string, object, boolean]>([
    ["is contradicted by the query", RUNNING_REPLY, false],
    ["is contradicted by the query while a wait sleeps", RUNNING_REPLY, true],
    ["names a task that the service does not know yet", refusal(2013, "task not found"), false],
  ])("lets waits poll if it %s, because it may not come again", async (_, first, isWaiting) => {
    const { options, clock } = answers({ ...OK, task_id: "7" }, first, SUCCESS);
    const { callbacks, videos } = createClient({ ...options, server: "global" });
    await callbacks.expect();
    const callback_url = "https://a.example.com/callbacks";
    const task = await videos.create({ model: "MiniMax-Hailuo-02", prompt: "a fox", callback_url });
    const begun = clock.now();
    const early = isWaiting ? task.wait() : undefined;
    await clock.until(clock.pause(500));
    await clock.until(callbacks.heard(END).catch(() => {}));
    expect(await clock.until(early ?? task.wait())).toMatchObject({ fileId: "8" });
    expect(clock.now() - begun).toBeLessThan(30_000);
  });

  test("is recorded in the journal with the id of the URL, unless this client has created the task", async () => {
    const found: unknown[] = [];
    const entry = { accepted: async () => {}, refused: async () => {}, unknown: async () => {} };
    const journal = {
      begin: async () => ({ entry }),
      found: async (create: object, { id }: { id: string }) => void found.push([create, id]),
    };
    const { options } = answers({ ...OK, task_id: "7" });
    const { callbacks, videos } = createClient({ ...options, journal: journal as unknown as Journal });
    await videos.create({ model: "MiniMax-Hailuo-02", prompt: "a fox" });
    for (const taskId of ["7", "8"]) await callbacks.heard({ ...RUNNING, taskId }, { callback: "v0.a" });
    await callbacks.heard({ ...RUNNING, taskId: "9" });
    expect(found).toEqual([[{ callback: "v0.a" }, "8"]]);
  });

  test("ends with the caller's reason", async () => {
    const reason = new Error("enough");
    const heard = createClient(answers(SUCCESS).options).callbacks.heard(END, { signal: AbortSignal.abort(reason) });
    expect(await failureOf(heard)).toBe(reason);
  });
});

describe("an inbox", () => {
  const listener = (id: string) => ({ task: { id }, received: undefined as TaskStatus | undefined, wake: vi.fn() });

  test("passes a status to all listeners of the task, until they leave", () => {
    const inbox = createCallbackInbox(() => 5);
    const [one, two, other] = [listener("7"), { ...listener("7"), wake: undefined }, listener("8")];
    for (const waiting of [one, two, other]) inbox.listen(waiting);
    inbox.deliver(RUNNING);
    expect([one, two, other].map(({ received }) => received)).toEqual([RUNNING, RUNNING, undefined]);
    expect([one.wake, other.wake].map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
    for (const leaving of [one, one, listener("9")]) inbox.leave(leaving);
    inbox.deliver(END);
    expect([one.received, two.received]).toEqual([RUNNING, END]);
    inbox.leave(two);
    inbox.deliver({ ...END, word: "Success" });
    expect(two.received).toBe(END);
  });

  test("keeps the final status for a wait that begins later, with its time of arrival", () => {
    const inbox = createCallbackInbox(() => 5);
    inbox.deliver(END);
    inbox.deliver(RUNNING);
    const [late, other] = [listener("7"), listener("8")];
    for (const waiting of [late, other]) inbox.listen(waiting);
    expect([late, other]).toMatchObject([{ received: END, receivedAt: 5 }, { received: undefined }]);
  });

  test("keeps the last status of a task that is still running", () => {
    const inbox = createCallbackInbox(() => 5);
    const words = ["queueing", "processing"];
    for (const word of words) inbox.deliver({ ...RUNNING, word });
    const late = listener("7");
    inbox.listen(late);
    expect(late.received?.word).toBe("processing");
    inbox.deliver(END);
    inbox.deliver({ ...END, word: "Success" });
    const later = listener("7");
    inbox.listen(later);
    expect(later.received?.word).toBe("Success");
  });

  test("knows the tasks of the callbacks to a URL", () => {
    const inbox = createCallbackInbox(() => 5);
    for (const [taskId, callback] of [["7", "a"], ["8", "a"], ["9", "b"], ["10"]] as const)
      inbox.deliver({ ...RUNNING, taskId }, callback);
    expect(["a", "b", "c"].map((callback) => [...inbox.tasksOf(callback)])).toEqual([["7", "8"], ["9"], []]);
  });

  test("keeps the statuses of ten thousand tasks, and drops the oldest first", () => {
    const inbox = createCallbackInbox(() => 5);
    for (let task = 0; task <= 10_000; task++) inbox.deliver({ ...END, taskId: `${task}` });
    const [first, second] = [listener("0"), listener("1")];
    for (const waiting of [first, second]) inbox.listen(waiting);
    expect([first.received?.state, second.received?.state]).toEqual([undefined, "succeeded"]);
  });
});
