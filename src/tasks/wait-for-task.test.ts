/** The queries, the reports and the end of a wait. */
import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, type Given, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import { MiniMaxError, TaskFailedError, WaitTimeoutError } from "../base/errors.js";
import type { Journal } from "../base/journal.js";
import type { TaskRecord, TaskStatus, VideoKind } from "../base/task.js";
import { createClient } from "../client.js";
import { statusCodes } from "../generated/codes.js";

const RUNNING = { task_id: "7", status: "Processing", ...OK };
const PREPARING = { ...RUNNING, status: "Preparing" };
const FAILED = { ...RUNNING, status: "Fail" };
const DONE = { task_id: "7", status: "Success", file_id: "8", ...OK };
const DOWN = refusal(1000, "down");
const BORN = Date.UTC(2026, 10, 20);

/** A task at a service with these answers, `slow` milliseconds after each query; the times of the queries in seconds; a journal. */
function waiting(given: Given[], facts: Partial<TaskRecord<VideoKind>> = {}, slow = 0) {
  const { options, clock } = answers(...given);
  const seconds: number[] = [];
  const ends: object[] = [];
  const journal = { ended: async (_: unknown, end: object) => void ends.push(end) } as unknown as Journal;
  const fetch: typeof globalThis.fetch = async (...call) => {
    seconds.push(Math.round(clock.now() - BORN) / 1000);
    if (slow) await clock.pause(slow);
    return options.fetch(...call);
  };
  const client = createClient({ ...options, server: "global", journal, fetch });
  const task = client.videos.task({ version: 1, id: "7", kind: "video", server: "global", ...facts });
  return { client, task, clock, seconds, ends };
}

describe("a failed task", () => {
  test.each<[string, object, string, object]>([
    [
      "its code and the meaning",
      refusal(1027, "x"),
      `: 1027, ${statusCodes[1027]?.meaning}`,
      { code: 1027, kind: "content_rejected" },
    ],
    ["words without a code", { ...OK, fail_reason: "too dark" }, ": too dark", { kind: "unknown" }],
    ["that there is no reason", OK, "; the service gives no reason", { kind: "unknown" }],
  ])("ends the wait with an error that says %s", async (_, reason, words, facts) => {
    const { task, clock } = waiting([{ task_id: "7", status: "Fail", ...reason }]);
    const error = await failureOf(clock.until(task.wait()));
    expect(error).toBeInstanceOf(TaskFailedError);
    expect(error).toMatchObject({ operation: "wait", task, ...facts });
    expect(error.message).toBe(`Task 7 failed (status Fail)${words}`);
  });
});

test("a cancelled task ends the wait with an error that says that it is not charged", async () => {
  const { task, clock } = waiting([{ ...OK, task_id: "7", status: "Cancelled" }]);
  expect((await failureOf(clock.until(task.wait()))).message).toBe("Task 7 was cancelled; it is not charged");
});

test.each<[string, object | (() => Response)]>([
  ["beside a code", { code: 0, message: "success", task_id: "7", status: "Success", file_id: "8" }],
  [
    "in data next to base_resp",
    { code: 0, message: "ok", ...OK, data: { task_id: "7", status: "Success", file_id: "8" } },
  ],
  ["in data without a code", { ...OK, data: { task_id: "7", status: "Success", file_id: "8" } }],
  ["beside data of another sort", { ...DONE, data: { region: "eu" } }],
  ["in a word with blanks", { ...DONE, status: " Success\n" }],
  ["under an id with blanks", { ...DONE, task_id: " 7" }],
  ["in an envelope that says success", { success: true, message: "", data: DONE }],
  ["in camel case", { taskId: "7", status: "Success", fileId: "8", baseResp: { statusCode: 0, statusMsg: "" } }],
  ["in a longer word", { ...DONE, status: "TASK_STATUS_SUCCEED" }],
  ["after words about the query alone", { ...OK, status: "error" }],
])("a finished task is parsed: %s (B6)", async (_, reply) => {
  const { task, clock } = waiting([reply, DONE]);
  expect(await clock.until(task.wait({ timeout: 60_000 }))).toMatchObject({ fileId: "8" });
});

test.each<[string, number]>([
  ["Proxy response (403) !== 200 when HTTP Tunneling", 1],
  ["Proxy Authentication Required (407)", 1],
  ["Proxy response (502) !== 200 when HTTP Tunneling", 2],
])("a proxy that refuses ends a wait, but one that fails does not: %s (E3)", async (words, queries) => {
  const { task, clock, seconds } = waiting([new TypeError("fetch failed", { cause: new Error(words) }), DONE]);
  const outcome = await clock.until(task.wait().catch(({ name }) => name));
  expect([outcome === "ConnectionError", seconds.length]).toEqual([queries === 1, queries]);
});

test("a failed task is recognised even with HTTP 500, if the reply names it", async () => {
  const failed = (task_id?: string) => () =>
    Response.json({ task_id, status: "Fail", base_resp: { status_code: 1000 } }, { status: 500 });
  const { task, clock, seconds } = waiting([failed(), failed("7")]);
  expect(await failureOf(clock.until(task.wait()))).toMatchObject({ name: "TaskFailedError", code: 1000 });
  expect(seconds).toHaveLength(2);
});

test.each([
  new Error("the budget is down"),
  new MiniMaxError("about another task", { taskId: "8" }),
])("the error of a wait that ends for a reason of the caller has the task: %o", async (fault) => {
  const { options, sent, clock } = answers(DONE);
  const budget = { take: () => Promise.reject(fault) };
  const { videos } = createClient({ ...options, server: "global", budget });
  const message = "The wait for task 7 broke off, but the task continues: wait for it again with task.wait()";
  expect(await failureOf(clock.until(videos.task("7").wait()))).toMatchObject({
    ...{ name: "MiniMaxError", message, taskId: "7", task: { id: "7" }, operation: "wait" },
    cause: { message: fault.message },
  });
  expect(sent).toEqual([]);
});

test("a success without a prompt ends the wait after a minute, and can be waited for again", async () => {
  const hollow = { task: { id: "7", status: "succeeded", task_type: "h3_context_ir" } };
  const { client, clock, seconds } = waiting([
    ...Array(7).fill(hollow),
    { task: { ...hollow.task, content: { prompt: "a red fox" } } },
  ]);
  const task = client.videos.task("7", "h3_context_ir");
  const error = await failureOf(clock.until(task.wait({ pollInterval: 10_000 })));
  const message = "Task 7 succeeded, but the reply of https://api.minimax.io has no prompt; wait for it again";
  expect(error).toMatchObject({ name: "ApiError", message, kind: "unknown", retryable: true, operation: "wait", task });
  expect(await clock.until(task.wait())).toMatchObject({ prompt: "a red fox" });
  expect(seconds).toEqual([0, 10, 20, 30, 40, 50, 60, 60]);
});

test("an error status belongs to the task if the reply names it, else to the query", async () => {
  const { task, clock } = waiting([{ ...RUNNING, status: "error" }]);
  expect(await clock.until(task.status())).toMatchObject({ state: "failed", word: "error" });
  const { task: other, clock: later } = waiting([{ ...OK, status: "error" }]);
  expect((await failureOf(later.until(other.status()))).message).toContain("has no status");
});

test.each([
  refusal(1002, "rate limit"),
  refusal(1000, "down"),
])("a failure without a task that has the code of a refused query is not the task's: %j", async (refused) => {
  const { task, clock, ends } = waiting([{ task_id: "", status: "Fail", ...refused }, DONE]);
  expect(await clock.until(task.wait({ timeout: 60_000 }))).toMatchObject({ fileId: "8" });
  expect(ends).toMatchObject([{ state: "succeeded" }]);
});

/** The documented failure of a gateway that does not repeat the id of the task. */
const failedAtGateway = (more: object) => ({
  code: "success",
  message: "",
  data: { status: "FAILURE", ...more, data: { task_id: "", status: "Fail", ...refusal(1000, "unknown error") } },
});

test("a failure that says when the task ended is that of the task, although it names none and has a code of queries", async () => {
  const { task, clock, ends, seconds } = waiting([failedAtGateway({ finish_time: 1757000180 })]);
  expect(await failureOf(clock.until(task.wait()))).toMatchObject({ name: "TaskFailedError", code: 1000 });
  expect([seconds.length, ends]).toMatchObject([1, [{ state: "failed" }]]);
});

test.each([
  {},
  { finish_time: 0 },
  { finish_time: "" },
])("a failure that names neither the task nor its end is not believed, however often it comes: %j", async (more) => {
  const { task, clock } = waiting([...Array(20).fill(failedAtGateway(more)), DONE]);
  expect(await clock.until(task.wait({ timeout: 3_600_000 }))).toMatchObject({ fileId: "8" });
});

test.each<[number, object]>([
  [404, { task_id: "7", status: "Fail" }],
  [404, FAILED],
  [429, FAILED],
  [500, { status: "Fail", ...refusal(1026, "sensitive") }],
  [500, { ...FAILED, status: "error" }],
])("a query that is answered with HTTP %d and %j is not a failed task", async (status, content) => {
  const { task, clock } = waiting([() => Response.json(content, { status })]);
  expect(await failureOf(clock.until(task.status()))).toMatchObject({ name: "ApiError", status });
});

test("a task with a date from a wrong clock is queried like any other", async () => {
  const { task, clock, seconds } = waiting([...Array(20).fill(RUNNING), DONE], { createdAt: 1 });
  expect(await clock.until(task.wait({ timeout: 7_200_000 }))).toMatchObject({ fileId: "8" });
  expect(seconds).toHaveLength(21);
});

describe("a time-out", () => {
  test("says after how long, and how to continue", async () => {
    const { task, clock } = waiting([RUNNING]);
    const error = await failureOf(clock.until(task.wait({ timeout: 60_000 })));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error).toMatchObject({ operation: "wait", task });
    expect(error).not.toHaveProperty("cause");
    expect(error.message).toBe(
      "Task 7 did not finish within 60 s. The task continues: wait for it again with task.wait().",
    );
    expect(clock.now()).toBe(BORN + 60_000);
  });

  test("of a few milliseconds says so, because the caller may have meant minutes (H8)", async () => {
    const { task, clock } = waiting([RUNNING]);
    const error = await failureOf(clock.until(task.wait({ timeout: 5 })));
    expect(error.message).toMatch(/^Task 7 did not finish within 5 milliseconds\. The task continues/);
    const late = await failureOf(clock.until(task.wait({ timeout: 1500 })));
    expect(late.message).toMatch(/within 1\.5 s\. /);
  });

  test("names the last query that failed, with one full stop (G1)", async () => {
    const { task, clock } = waiting([DOWN]);
    const error = await failureOf(clock.until(task.wait({ timeout: 60_000 })));
    expect(error.message).toMatch(
      /^Task 7 did not finish within 60 s\. The last failed query: .*1000.*[^.]\. The task continues/,
    );
    expect(error.cause).toMatchObject({ code: 1000 });
  });

  const late = () => {
    throw new DOMException("The time is up", "TimeoutError");
  };
  test.each<[string, Given[], RegExp]>([
    ["the refusal before a query that timed out", [DOWN, late], /1000/],
    ["a query that timed out if there was no refusal", [late], /The last failed query: /],
    ["the last refusal", [DOWN, refusal(1013, "broken")], /1013/],
    ["a success without a result", [{ ...DONE, file_id: "" }], /succeeded, but the reply of \S+ has no video/],
  ])("names %s", async (_, given, words) => {
    const { task, clock } = waiting(given);
    const error = await failureOf(clock.until(task.wait({ timeout: 25_000, pollInterval: 10_000 })));
    expect(error.message).toMatch(words);
  });

  test("does not report a query that it has aborted, even if the query's timer is a little early (G1)", async () => {
    const { task, clock, seconds } = waiting([late], {}, 59_980);
    const { message } = await failureOf(clock.until(task.wait({ timeout: 60_000 })));
    expect([seconds, message]).toEqual([[0], expect.not.stringContaining("query")]);
  });

  test("of 0 ms ends the wait before a query", async () => {
    const { task, clock, seconds } = waiting([DONE]);
    expect(await failureOf(clock.until(task.wait({ timeout: 0 })))).toBeInstanceOf(WaitTimeoutError);
    expect(seconds).toEqual([]);
  });
});

describe("a wait queries", () => {
  test("at once, then at its interval, and no later after a transient failure", async () => {
    const { task, clock, seconds } = waiting([RUNNING, RUNNING, DOWN, RUNNING, DONE]);
    await clock.until(task.wait({ pollInterval: 7000 }));
    expect(seconds).toEqual([0, 7, 14, 21, 28]);
  });

  test("after failures at growing pauses, if it has no interval", async () => {
    const { task, clock, seconds } = waiting([...Array(5).fill(DOWN), DONE]);
    vi.spyOn(clock, "random").mockReturnValue(0.5);
    await clock.until(task.wait());
    const pauses = seconds.slice(1).map((second, index) => second - (seconds[index] as number));
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
    expect([pauses.length, new Set(pauses).size > 3, (pauses[0] as number) <= 1]).toEqual([5, true, true]);
  });

  test("at once even if an earlier wait has seen the task running", async () => {
    const { task, clock, seconds } = waiting([RUNNING, DONE]);
    await failureOf(clock.until(task.wait({ timeout: 5_000, pollInterval: 10_000 })));
    await clock.until(task.wait({ pollInterval: 1_000_000 }));
    expect(seconds).toEqual([0, 5]);
  });

  test("only after the journal has reported how long earlier tasks took", async () => {
    const { options, clock } = answers(DONE);
    const order: string[] = [];
    const history = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push("history");
      return [];
    };
    const fetch: typeof globalThis.fetch = (...call) => {
      order.push("query");
      return options.fetch(...call);
    };
    const journal = { history, ended: async () => {} } as unknown as Journal;
    await clock.until(
      createClient({ ...options, fetch, server: "global", journal })
        .videos.task("7")
        .wait(),
    );
    expect(order).toEqual(["history", "query"]);
  });

  test("as usual after a task that was finished at its first query, which says nothing about when it ended", async () => {
    const [running, done] = [RUNNING, DONE].map((reply) => ({ ...reply, task_id: "8" }));
    const { client, task, clock, seconds } = waiting([DONE, running, done] as Given[], { createdAt: BORN - 60_000 });
    await clock.until(task.wait());
    expect(await clock.until(client.videos.task("8").wait())).toMatchObject({ taskId: "8" });
    expect(seconds).toHaveLength(3);
  });

  test("no longer once a query can never succeed", async () => {
    for (const facts of [{}, { createdAt: BORN }]) {
      const { task, clock, seconds } = waiting([RUNNING, refusal(1004, "key")], facts);
      expect(await failureOf(clock.until(task.wait({ pollInterval: 1000 })))).toMatchObject({ code: 1004 });
      expect(seconds).toEqual([0, 1]);
    }
  });
});

describe("statuses", () => {
  const given = [PREPARING, PREPARING, RUNNING, { ...RUNNING, status: "processing" }, DONE];
  const words = async (statuses: AsyncIterable<TaskStatus>) => {
    const all: string[] = [];
    for await (const { word } of statuses) all.push(word);
    return all;
  };

  test.each([
    "watch",
    "onStatus",
  ])("are reported as they change, in upper or lower case, up to the last: %s", async (how) => {
    const { task, clock, seconds } = waiting(given);
    const heard: string[] = [];
    const onStatus = ({ word }: TaskStatus) => heard.push(word);
    if (how === "watch") heard.push(...(await clock.until(words(task.watch({ pollInterval: 1000 })))));
    else await clock.until(task.wait({ pollInterval: 1000, onStatus }));
    expect(heard).toEqual(["Preparing", "Processing", "Success"]);
    expect(seconds).toEqual([0, 1, 2, 3, 4]);
  });

  test("of a watch end with a failure, which is not an error", async () => {
    const { task, clock } = waiting([RUNNING, FAILED]);
    expect(await clock.until(words(task.watch({ pollInterval: 1000 })))).toEqual(["Processing", "Fail"]);
  });

  test("end the wait with an error that has the task if onStatus throws", async () => {
    const { task, clock, seconds } = waiting([RUNNING]);
    const cause = new Error("enough");
    const onStatus = () => {
      throw cause;
    };
    const error = await failureOf(clock.until(task.wait({ onStatus })));
    expect(error).toMatchObject({ name: "MiniMaxError", message: expect.stringContaining("onStatus"), task, cause });
    expect(seconds).toEqual([0]);
  });
});

describe("the journal records the end of a task", () => {
  test("as the middle between the last two replies", async () => {
    const { task, clock, ends } = waiting([RUNNING, DONE]);
    await clock.until(task.wait({ pollInterval: 10_000 }));
    expect(ends).toEqual([{ state: "succeeded", at: BORN + 5_000 }]);
  });

  test("without a time if it was never seen running", async () => {
    const { task, clock, ends } = waiting([FAILED]);
    await failureOf(clock.until(task.wait()));
    expect(ends).toEqual([{ state: "failed" }]);
  });

  test("as the time of its callback", async () => {
    const { client, task, clock, ends } = waiting([RUNNING], { createdAt: BORN });
    const wait = task.wait({ pollInterval: 1_000_000 });
    const status = { state: "succeeded", taskId: "7", word: "success", fileId: "8" } as const;
    const heard = clock.pause(30_000).then(() => client.callbacks.heard(status, { confirm: false }));
    const [video] = await clock.until(Promise.all([wait, heard]));
    expect([video.fileId, clock.now()]).toEqual(["8", BORN + 30_000]);
    expect(ends).toEqual([{ state: "succeeded", at: BORN + 30_000 }]);
  });
});

test.each([
  ["ends the wait if it is final", { state: "succeeded", word: "success", fileId: "6" }, 5_000, "6"],
  ["does not end the query if it is not final", { state: "running", word: "processing" }, 20_000, "8"],
] as const)("a callback during a query %s", async (_, heard_, after, fileId) => {
  const { client, task, clock, seconds } = waiting([DONE], {}, 20_000);
  const status = { taskId: "7", ...heard_ };
  const heard = clock.pause(5_000).then(() => client.callbacks.heard(status, { confirm: false }));
  const [video] = await clock.until(Promise.all([task.wait(), heard]));
  expect([seconds, clock.now() - BORN, video.fileId]).toEqual([[0], after, fileId]);
});

test("a callback between two waits ends the second one at once", async () => {
  const { client, task, clock, seconds } = waiting([RUNNING]);
  await failureOf(clock.until(task.wait({ timeout: 1_000, pollInterval: 10_000 })));
  const status = { taskId: "7", state: "succeeded", word: "success", fileId: "8" } as const;
  await client.callbacks.heard(status, { confirm: false });
  expect(await clock.until(task.wait())).toMatchObject({ fileId: "8" });
  expect([seconds, clock.now() - BORN]).toEqual([[0], 1_000]);
});

test.each([
  [
    "is as old as the callback that named it",
    { state: "succeeded", word: "success", url: "https://a.test/old" },
    "new",
  ],
  ["of a query is new, although a callback came before", { state: "running", word: "processing" }, "old"],
] as const)("a link %s", async (_, heard, expected) => {
  const task = (link: string) => ({ id: "7", status: "succeeded", content: { url: `https://a.test/${link}` } });
  const given = expected === "new" ? ["new"] : ["old", "new"];
  const { client, clock } = waiting(given.map((link) => ({ task: task(link) })));
  await client.callbacks.heard({ taskId: "7", ...heard }, { confirm: false, kind: "generation" });
  await clock.until(clock.pause(3_600_000));
  const video = await clock.until(client.videos.task("7", "generation").wait());
  expect(await clock.until(video.url())).toBe(`https://a.test/${expected}`);
});

describe("a success without a result (B4)", () => {
  const HOLLOW = { ...DONE, file_id: "" };

  test.each<[string, VideoKind, object, object, object]>([
    ["version 1", "video", HOLLOW, DONE, { fileId: "8" }],
    [
      "a template",
      "template",
      { ...HOLLOW, video_url: "" },
      { ...DONE, file_id: "", video_url: "https://a.test/1" },
      {},
    ],
    [
      "version 2",
      "generation",
      { task: { id: "7", status: "succeeded", content: { url: "" } } },
      { task: { id: "7", status: "succeeded", content: { url: "https://a.test/1" } } },
      {},
    ],
  ])("is queried again: %s", async (_, kind, hollow, filled, facts) => {
    const { task, clock, seconds } = waiting([hollow, hollow, filled], { kind });
    const statuses: TaskStatus[] = [];
    expect(await clock.until(task.wait({ onStatus: (status) => statuses.push(status) }))).toMatchObject(facts);
    expect([seconds.length, statuses.length]).toEqual([3, 1]);
    expect(seconds.at(-1)).toBeLessThan(5);
  });

  test("ends the wait after a minute, and its link is found by querying the task again", async () => {
    const { task, clock, seconds } = waiting([
      ...Array(9).fill(HOLLOW),
      DONE,
      { file: { file_id: "8", download_url: "https://a.test/1" }, ...OK },
    ]);
    const video = await clock.until(task.wait({ pollInterval: 10_000 }));
    expect([video.fileId, seconds]).toEqual([undefined, [0, 10, 20, 30, 40, 50, 60]]);
    await failureOf(clock.until(video.url()));
    await failureOf(clock.until(video.url()));
    expect(await clock.until(video.url())).toBe("https://a.test/1");
  });
});

describe("a service that does not know a task", () => {
  const NOT_YET: [string, Given][] = [
    ...[404, 409, 410, 425].map((status): [string, Given] => [
      `HTTP ${status}`,
      () => Response.json({ detail: "no" }, { status }),
    ]),
    ["a page", () => new Response("<h1>Not Found</h1>", { status: 404 })],
    ["task_id not found", refusal(2013, "invalid params, task_id not found")],
    ["task_not_exist", () => Response.json({ code: "task_not_exist", message: "task_not_exist" }, { status: 400 })],
    [
      "record not found",
      () =>
        Response.json(
          { type: "error", error: { type: "server_error", message: "record not found (1000)" } },
          { status: 500 },
        ),
    ],
    ...[
      ...["task id not found", "task T1 not found", "No such task", "task doesn't exist", "unknown task"],
      ...["The task could not be found", "任务不存在"],
    ].map((words): [string, Given] => [words, refusal(1000, words)]),
  ];

  test.each(NOT_YET)("is queried again while the task is new: %s (B10)", async (_, unknown) => {
    const { task, clock } = waiting([unknown, unknown, DONE], { createdAt: BORN });
    expect(await clock.until(task.wait({ pollInterval: 3000 }))).toMatchObject({ fileId: "8" });
  });

  test.each(NOT_YET)("ends the wait when ten seconds have passed: %s (B10, B13)", async (_, unknown) => {
    const { task, clock, seconds } = waiting([unknown], { createdAt: BORN });
    const error = await failureOf(clock.until(task.wait({ pollInterval: 3000 })));
    expect(error).toMatchObject({ name: "ApiError", kind: "invalid_request", retryable: false, task });
    expect(seconds).toEqual([0, 3, 6, 9, 12]);
  });

  test.each([
    undefined,
    BORN - 10_000,
  ])("ends the wait immediately if the task is not new: created at %s (B10, B13)", async (createdAt) => {
    for (const [, unknown] of NOT_YET) {
      const { task, clock, seconds } = waiting([unknown], createdAt === undefined ? {} : { createdAt });
      expect(await failureOf(clock.until(task.wait()))).toMatchObject({ name: "ApiError", retryable: false });
      expect(seconds).toEqual([0]);
    }
  });

  test("leads to an error about an unknown task, although the service calls it a fault of its own (B13)", async () => {
    const { task, clock } = waiting([(NOT_YET.find(([words]) => words === "record not found") as [string, Given])[1]]);
    const error = await failureOf(clock.until(task.wait()));
    expect(error.message).toMatch(/: 1000, it does not know this id \("record not found"\)\. It may be too old/);
    expect(error).toMatchObject({ code: 1000, status: 500 });
  });

  test("ends the wait, but any other fault does not (B13)", async () => {
    const { task, clock } = waiting([
      DOWN,
      () => Response.json({ message: "internal error (1000)" }, { status: 500 }),
      () => new Response("Origin DNS record not found", { status: 502 }),
      () => Response.json({ message: "cache record not found, retry" }, { status: 503 }),
      DONE,
    ]);
    expect(await clock.until(task.wait())).toMatchObject({ fileId: "8" });
  });
});
