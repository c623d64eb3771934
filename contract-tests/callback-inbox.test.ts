import { describe, expect, test, vi } from "vitest";
import type { TaskStatus } from "../src/base/task.js";
import { createClient } from "../src/client.js";
import { createCallbackInbox } from "../src/tasks/callback-inbox.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers, OK, refusal } from "./helpers/fake-fetch.js";

const END: TaskStatus = { state: "succeeded", taskId: "7", word: "success", fileId: "1" };
const RUNNING: TaskStatus = { state: "running", taskId: "7", word: "processing" };
const SUCCESS = { task_id: "7", status: "Success", file_id: "8", ...OK };
const QUERY = "GET /v1/query/video_generation?task_id=7";

describe("what was heard", () => {
  test("of an end is asked for, and the answer is what counts", async () => {
    const { options, sent } = answers(SUCCESS);
    const { callbacks } = createClient(options);
    expect(await callbacks.heard(END)).toEqual({ state: "succeeded", taskId: "7", word: "Success", fileId: "8" });
    expect(sent.map(({ request }) => request)).toEqual([QUERY]);
  });

  test("of an end is asked for where the task was made", async () => {
    const { options, sent } = answers({ task: { id: "7", status: "running" } });
    await createClient(options).callbacks.heard(END, { kind: "generation" });
    expect(sent.map(({ request }) => request)).toEqual(["GET /v2/query/video_generation/7"]);
  });

  test("of an end is believed by whoever says so, and so is anything else: nobody is asked", async () => {
    const { options, sent } = answers(SUCCESS);
    const { callbacks } = createClient(options);
    expect(await callbacks.heard(END, { confirm: false })).toBe(END);
    expect(await callbacks.heard(RUNNING)).toBe(RUNNING);
    expect(sent).toEqual([]);
  });

  test("is asked for again after a passing fault, and fails with the task when there is none", async () => {
    const { options, sent, clock } = answers(new TypeError("fetch failed"), SUCCESS);
    expect(await clock.until(createClient(options).callbacks.heard(END))).toMatchObject({ fileId: "8" });
    expect(sent).toHaveLength(2);
    const refused = answers(refusal(1004, "no"));
    const error = await failureOf(createClient(refused.options).callbacks.heard(END));
    expect(error).toMatchObject({ kind: "authentication", taskId: "7", task: { id: "7", kind: "video" } });
    expect(refused.sent).toHaveLength(1);
  });

  test("ends with the caller's reason", async () => {
    const reason = new Error("enough");
    const { options } = answers(SUCCESS);
    const heard = createClient(options).callbacks.heard(END, { signal: AbortSignal.abort(reason) });
    expect(await failureOf(heard)).toBe(reason);
  });

  test("wakes a wait for that task, which then need not ask before its time", async () => {
    const { options, sent, clock } = answers({ task_id: "7", status: "Processing", ...OK });
    const { callbacks, videos } = createClient(options);
    let tell: (word: string) => void;
    const first = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const video = videos.task("7").wait({ onStatus: ({ word }) => tell(word) });
    expect(await clock.until(first)).toBe("Processing");
    await callbacks.heard(END, { confirm: false });
    expect(await video).toMatchObject({ taskId: "7", fileId: "1" });
    expect(sent).toHaveLength(1);
  });
});

describe("news", () => {
  const listener = (id: string) => ({ task: { id }, received: undefined as TaskStatus | undefined, wake: vi.fn() });

  test("are told to all who wait for the task, and to nobody else", () => {
    const news = createCallbackInbox(() => 5);
    expect(news.isExpecting).toBe(false);
    const [one, two, other] = [listener("7"), listener("7"), listener("8")];
    for (const waiting of [one, two, two, other]) news.listen(waiting);
    news.deliver(END);
    expect([one.received, two.received, other.received]).toEqual([END, END, undefined]);
    expect([one, two, other].map(({ wake }) => wake.mock.calls.length)).toEqual([1, 1, 0]);
  });

  test("are not told to who has left, and to who does not sleep they lie ready", () => {
    const news = createCallbackInbox(() => 5);
    const [one, two] = [listener("7"), { ...listener("7"), wake: undefined }];
    for (const waiting of [one, two]) news.listen(waiting);
    news.leave(one);
    news.leave(one);
    news.leave(listener("9"));
    news.deliver(RUNNING);
    expect([one.received, two.received]).toEqual([undefined, RUNNING]);
    news.leave(two);
    news.deliver(END);
    expect(two.received).toBe(RUNNING);
  });

  test("that came before anybody waited are kept for a wait that begins later, with the time they were heard", () => {
    const news = createCallbackInbox(() => 5);
    news.deliver(END);
    news.deliver(RUNNING);
    const [late, other] = [listener("7"), listener("8")];
    for (const waiting of [late, other]) news.listen(waiting);
    expect([late, other]).toMatchObject([{ received: END, receivedAt: 5 }, { received: undefined }]);
    late.received = undefined;
    news.listen(late);
    expect(late.received, "a wait that goes on is told once").toBeUndefined();
  });

  test("of ten thousand tasks are kept, and the oldest go first", () => {
    const news = createCallbackInbox(() => 5);
    for (let task = 0; task <= 10_000; task++) news.deliver({ ...END, taskId: `${task}` });
    const [first, second] = [listener("0"), listener("1")];
    for (const waiting of [first, second]) news.listen(waiting);
    expect([first.received?.state, second.received?.state]).toEqual([undefined, "succeeded"]);
  });
});
