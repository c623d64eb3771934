import { describe, expect, test, vi } from "vitest";
import { TaskFailedError, WaitTimeoutError } from "../src/base/errors.js";
import type { Journal } from "../src/base/journal.js";
import type { TaskRecord, TaskStatus, VideoKind } from "../src/base/task.js";
import { createClient } from "../src/client.js";
import { statusCodes } from "../src/generated/codes.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers, type Given, OK, refusal } from "./helpers/fake-fetch.js";

const RUNNING = { task_id: "7", status: "Processing", ...OK };
const DONE = { task_id: "7", status: "Success", file_id: "8", ...OK };
const BORN = Date.UTC(2026, 10, 20);

/** A task of a service that answers so, after `slow` milliseconds; the seconds at which it was asked, and what a journal was told. */
function asked(given: Given[], facts: Partial<TaskRecord<VideoKind>> = {}, { slow = 0 } = {}) {
  const { options, clock } = answers(...given);
  const seconds: number[] = [];
  const ends: object[] = [];
  const journal: Journal = {
    begin: () => Promise.reject(new Error("nothing is created here")),
    ended: async (_, end) => void ends.push(end),
    saved: async () => {},
  };
  const client = createClient({
    ...options,
    server: "global",
    journal,
    async fetch(...call: Parameters<typeof fetch>) {
      seconds.push(Math.round(clock.now() - BORN) / 1000);
      if (slow) await clock.pause(slow);
      return options.fetch(...call);
    },
  });
  const task = client.videos.task({ version: 1, id: "7", kind: "video", server: "global", ...facts });
  return { client, task, clock, seconds, ends };
}

describe("a failure tells", () => {
  test.each<[string, object, string, object]>([
    [
      "its code and what that means",
      refusal(1027, "x"),
      `: 1027, ${statusCodes[1027]?.meaning}`,
      { code: 1027, kind: "content_rejected" },
    ],
    ["words without a code", { ...OK, fail_reason: "too dark" }, ": too dark", { kind: "unknown" }],
    ["that there is no reason", OK, "; the service gives no reason", { kind: "unknown" }],
  ])("%s", async (_, reason, words, facts) => {
    const { task, clock } = asked([{ task_id: "7", status: "Fail", ...reason }]);
    const error = await failureOf(clock.until(task.wait()));
    expect(error).toBeInstanceOf(TaskFailedError);
    expect(error).toMatchObject({ operation: "wait", task, ...facts });
    expect(error.message).toBe(`Task 7 failed (status Fail)${words}`);
  });
});

describe("a time-out", () => {
  test("tells after how long, and how to go on", async () => {
    const { task, clock } = asked([RUNNING]);
    const error = await failureOf(clock.until(task.wait({ timeout: 60_000 })));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error).toMatchObject({ operation: "wait", task });
    expect(error).not.toHaveProperty("cause");
    expect(error.message).toBe(
      "Task 7 did not finish within 60 s. It goes on at the service: wait for it again with task.wait().",
    );
    expect(clock.now()).toBe(BORN + 60_000);
  });

  test("names the last query that failed", async () => {
    const { task, clock } = asked([refusal(1000, "down")]);
    const error = await failureOf(clock.until(task.wait({ timeout: 60_000 })));
    expect(error.message).toMatch(
      /^Task 7 did not finish within 60 s\. The last query that failed: .*1000.*\. It goes/,
    );
    expect(error.cause).toMatchObject({ code: 1000 });
  });

  test("of no time at all comes before a question", async () => {
    const { task, clock, seconds } = asked([DONE]);
    expect(await failureOf(clock.until(task.wait({ timeout: 0 })))).toBeInstanceOf(WaitTimeoutError);
    expect(seconds).toEqual([]);
  });
});

describe("it is asked", () => {
  test("at once, then at the pace that was wished for, and as slowly after a passing fault", async () => {
    const { task, clock, seconds } = asked([RUNNING, RUNNING, refusal(1000, "down"), RUNNING, DONE]);
    await clock.until(task.wait({ pollInterval: 7000 }));
    expect(seconds).toEqual([0, 7, 14, 21, 28]);
  });

  test("after faults at pauses that grow, where no pace was wished for", async () => {
    const { task, clock, seconds } = asked([...Array(5).fill(refusal(1000, "down")), DONE]);
    vi.spyOn(clock, "random").mockReturnValue(0.5);
    await clock.until(task.wait());
    const pauses = seconds.slice(1).map((second, index) => second - (seconds[index] as number));
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
    expect([pauses.length, new Set(pauses).size > 3, (pauses[0] as number) <= 1]).toEqual([5, true, true]);
  });

  test("no more once it can never succeed", async () => {
    const { task, clock, seconds } = asked([RUNNING, refusal(1004, "key")]);
    expect(await failureOf(clock.until(task.wait({ pollInterval: 1000 })))).toMatchObject({ code: 1004 });
    expect(seconds).toEqual([0, 1]);
  });
});

describe("its statuses", () => {
  const words = async (statuses: AsyncIterable<TaskStatus>) => {
    const all: string[] = [];
    for await (const { word } of statuses) all.push(word);
    return all;
  };
  const preparing = { ...RUNNING, status: "Preparing" };

  test("come as they change, in whatever letters, up to the last", async () => {
    const given = [preparing, preparing, RUNNING, { ...RUNNING, status: "processing" }, DONE];
    const { task, clock, seconds } = asked(given);
    expect(await clock.until(words(task.watch({ pollInterval: 1000 })))).toEqual([
      "Preparing",
      "Processing",
      "Success",
    ]);
    expect(seconds).toEqual([0, 1, 2, 3, 4]);
    const heard: string[] = [];
    const other = asked(given);
    await other.clock.until(other.task.wait({ pollInterval: 1000, onStatus: ({ word }) => heard.push(word) }));
    expect(heard).toEqual(["Preparing", "Processing", "Success"]);
  });

  test("end with a failure as well, without an error", async () => {
    const { task, clock } = asked([RUNNING, { ...RUNNING, status: "Fail" }]);
    expect(await clock.until(words(task.watch({ pollInterval: 1000 })))).toEqual(["Processing", "Fail"]);
  });

  test("end the wait with an error that carries the task, when onStatus throws", async () => {
    const { task, clock, seconds } = asked([RUNNING]);
    const thrown = new Error("enough");
    const onStatus = () => {
      throw thrown;
    };
    expect(await failureOf(clock.until(task.wait({ onStatus })))).toMatchObject({
      name: "MiniMaxError",
      task,
      cause: thrown,
    });
    expect(seconds).toEqual([0]);
  });
});

describe("the journal is told the end", () => {
  test("in the middle between the last two answers", async () => {
    const { task, clock, ends } = asked([RUNNING, DONE]);
    await clock.until(task.wait({ pollInterval: 10_000 }));
    expect(ends).toEqual([{ state: "succeeded", at: BORN + 5_000 }]);
  });

  test("without a time where it was never seen to run", async () => {
    const { task, clock, ends } = asked([{ ...RUNNING, status: "Fail" }]);
    await failureOf(clock.until(task.wait()));
    expect(ends).toEqual([{ state: "failed" }]);
  });

  test("and when it was heard: at that moment", async () => {
    const { client, task, clock, ends } = asked([RUNNING], { createdAt: BORN });
    const wait = task.wait({ pollInterval: 1_000_000 });
    const heard = clock
      .pause(30_000)
      .then(() =>
        client.callbacks.heard({ state: "succeeded", taskId: "7", word: "success", fileId: "8" }, { confirm: false }),
      );
    const [video] = await clock.until(Promise.all([wait, heard]));
    expect([video.fileId, clock.now()]).toEqual(["8", BORN + 30_000]);
    expect(ends).toEqual([{ state: "succeeded", at: BORN + 30_000 }]);
  });
});

describe("what is heard while a query is on its way", () => {
  const both = (state: "running" | "succeeded", word: string) => {
    const { client, task, clock, seconds } = asked([DONE], {}, { slow: 20_000 });
    const heard = async () => {
      await clock.pause(5_000);
      await client.callbacks.heard({ state, taskId: "7", word }, { confirm: false });
    };
    return clock.until(Promise.all([task.wait({ onStatus: () => {} }), heard()])).then(([video]) => {
      return { seconds, after: clock.now() - BORN, fileId: video.fileId };
    });
  };

  test("ends the wait, if it is the end", async () => {
    expect(await both("succeeded", "success")).toEqual({ seconds: [0], after: 5_000, fileId: undefined });
  });

  test("is no reason to give the query up, if it is not", async () => {
    expect(await both("running", "processing")).toEqual({ seconds: [0], after: 20_000, fileId: "8" });
  });
});

test("a reason to give up passes untouched, while it pauses and while it asks", async () => {
  for (const given of [RUNNING, () => Response.json(RUNNING)]) {
    const { task, clock } = asked([given]);
    const control = new AbortController();
    const reason = new Error("enough of this");
    const wait = task.wait({ signal: control.signal, pollInterval: 60_000 });
    const ended = clock.pause(30_000).then(() => control.abort(reason));
    const [error] = await clock.until(Promise.all([failureOf(wait), ended]));
    expect(error).toBe(reason);
  }
});
