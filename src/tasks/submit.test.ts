/** The outcome of a create: a task, a refusal, or unknown; and when it is sent again. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, type Given, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import { dataUrl, png } from "../../contract-tests/helpers/pictures.js";
import type { ConnectOptions } from "../base/connect-options.js";
import { SubmissionUnknownError } from "../base/errors.js";
import type { Journal, Known } from "../base/journal.js";
import { defined } from "../base/record.js";
import { connect } from "../connection.js";
import type { Wish } from "../kinds/kind-of.js";
import { image } from "../media/media-input.js";
import { webhookUrl } from "../webhooks/webhook-url.js";
import { fingerprintOf } from "./fingerprint.js";
import { submit } from "./submit.js";

const PROMPT = "a fox that nobody may read about";
const VIDEO = { model: "T2V-01", prompt: PROMPT };
const content = [{ type: "text", text: PROMPT }];
const GENERATION = { model: "MiniMax-H3", content, duration: 5, resolution: "768P", ratio: "16:9" };
const TEMPLATE = { template_id: "394125185182695432", text_inputs: [{ value: PROMPT }] };
const LONG = "106916112212032";
const ACCEPTED = { task_id: "7", ...OK };

/** Creates a task at a service with these answers, in simulated time. */
async function shop(given: Given[], more: ConnectOptions = {}) {
  const { options, sent, clock } = answers(...given);
  const context = await connect({ ...options, server: "global", ...more }).context();
  const buy = (request: object = VIDEO, wish: Wish = "video", isPatient = false, signal?: AbortSignal) =>
    clock.until(submit(context, wish, request, { signal }, isPatient ? {} : undefined));
  return { context, buy, sent, now: clock.now() };
}

describe("an accepted create", () => {
  test("is a task with the facts of the request", async () => {
    const { buy, now } = await shop([ACCEPTED]);
    const facts = { model: "MiniMax-Hailuo-02", duration: 6, resolution: "768P" };
    const task = await buy({ ...VIDEO, ...facts });
    expect(task.toJSON()).toEqual({ version: 1, id: "7", kind: "video", server: "global", createdAt: now, ...facts });
    expect(Object.keys(await buy()).sort()).toEqual(["createdAt", "id", "kind", "model", "server"]);
  });

  test("is remembered, and the oldest is forgotten if there are too many", async () => {
    const { context, buy } = await shop([ACCEPTED]);
    await buy();
    for (const count of [9_999, 1]) {
      expect(context.created.get("7")).toBe(true);
      for (let more = 0; more < count; more++) context.created.put(`more ${count} ${more}`, true);
    }
    expect(context.created.get("7")).toBeUndefined();
  });
});

/** The bytes in use, after garbage collection. */
function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test.each<[string, (bytes: Buffer) => object | Promise<object>]>([
  ["a data URL", (bytes) => ({ model: "MiniMax-Hailuo-02", first_frame_image: dataUrl(bytes) })],
  [
    "an image with a callback URL of this library",
    async (bytes) => ({
      model: "MiniMax-Hailuo-02",
      first_frame_image: await image(bytes),
      callback_url: await webhookUrl("https://example.com/", { secret: "s".repeat(32) }),
    }),
  ],
])("a client and its handles do not retain %s that was sent", async (_, requestWith) => {
  const reply = async () => Response.json(ACCEPTED);
  const context = await connect({ apiKey: "k", server: "global", fetch: reply, createsPerMinute: Infinity }).context();
  const handles: unknown[] = [];
  const buy = async () => handles.push(await submit(context, "video", await requestWith(png(640, 480, 4_000_000))));
  await buy();
  const before = memoryInUse();
  for (let count = 0; count < 10; count++) await buy();
  await expect.poll(() => memoryInUse() - before, { timeout: 5000 }).toBeLessThan(20_000_000);
  expect(handles).toHaveLength(11);
});

const MONEY = "insufficient_balance";
/** Refusals of a create by a gateway or a proxy: status, body, kind. */
const REFUSED: [number, object | string, string][] = [
  [
    429,
    { error: { message: "insufficient balance (1008)", type: "insufficient_balance_error" } },
    "insufficient_balance",
  ],
  [429, { error: { message: "You exceeded your current quota", type: "insufficient_quota" } }, "insufficient_balance"],
  [429, { error: { message: "no", type: "new_api_error", code: "insufficient_user_quota" } }, "insufficient_balance"],
  [429, { error: "Insufficient balance, please top up" }, "insufficient_balance"],
  [429, { code: 429, message: "余额不足，请充值" }, "insufficient_balance"],
  [429, "Your credit balance is insufficient", "insufficient_balance"],
  [429, { error: { message: "Incorrect API key provided: sk-x", code: "invalid_api_key" } }, "authentication"],
  [429, { type: "error", error: { type: "authentication_error", message: "no" } }, "authentication"],
  [429, { error: { message: "no", code: "content_policy_violation" } }, "content_rejected"],
  [403, { code: "insufficient_user_quota", message: "no", data: null }, "insufficient_balance"],
  [403, { code: "pre_consume_token_quota_failed", message: "no", data: null }, "insufficient_balance"],
  [400, { code: "1026", message: "hailuo api error: no", data: null }, "content_rejected"],
  [
    503,
    { error: { message: "No available channel", type: "new_api_error", code: "model_not_found" } },
    "invalid_request",
  ],
  [500, { error: { message: "no (1026)", type: "upstream_error" } }, "content_rejected"],
  [500, { base_resp: { status_code: "2013", status_msg: "no" } }, "invalid_request"],
  [200, { error: { message: "no", type: "insufficient_quota" } }, "insufficient_balance"],
  [200, { code: 402, message: "no" }, "insufficient_balance"],
  [200, { base_resp: { status_code: "1008" } }, "insufficient_balance"],
  [402, "", "insufficient_balance"],
  [404, { detail: "no such path" }, "invalid_request"],
  // Cloudflare's own number.
  [403, "error code: 1008", "authentication"],
  ...[
    ...["not enough credits", "You exceeded your current quota, please check your plan and billing details."],
    ...["You have run out of credits", "Your credit balance is too low", "account overdue", "Payment required"],
    ...["余额已用完", "配额已用尽", "餘額不足", "error 1008", "status_code: 1008"],
  ].flatMap((message) => [403, 429].map((status): [number, object, string] => [status, { message }, MONEY])),
  ...[
    ...["exceeded_current_quota_error", "quota_exceeded", "insufficient_funds", "INSUFFICIENT_CREDITS"],
    ...["credits_exhausted", "AccountOverdueError", "Arrearage", "payment_required"],
  ].map((code): [number, object, string] => [429, { error: { code, message: "no" } }, MONEY]),
  [400, { error: { message: "Your credit balance is too low", type: "invalid_request_error" } }, MONEY],
  ...[400, 422].map((status): [number, object, string] => [
    status,
    { message: "input new_sensitive" },
    "content_rejected",
  ]),
];
/** Replies that do not clearly refuse. */
const OPEN: [number, object | string][] = [
  [200, { success: false, message: "no" }],
  [200, { message: "no" }],
  [200, { error: { message: "no", type: "new_api_error" } }],
  [200, { code: 500, message: "no" }],
  [400, { error: { message: "internal error (1000)", type: "invalid_request_error" } }],
  [429, { error: { message: "later", type: "overloaded_error" } }],
  [500, { error: { message: "insufficient balance" } }],
  [504, { error: { code: 429, message: "no" } }],
  [502, { code: 400, message: "no" }],
  [502, "rate limit exceeded"],
  [500, { code: "do_request_failed", message: "no", data: null }],
  [503, "<h1>insufficient balance</h1>"],
  // A number in a sentence is not a rate limit.
  ...[
    ...[
      "failed to decode 1002 bytes of the reply",
      "upstream error: 1041 bytes read, then reset",
      "Internal Error 1039",
    ],
    ...["read error 1002 ms after the request", "upstream sent unicode 2045", "gave no answer in ms (1002)"],
  ].flatMap((message) =>
    [200, 408, 500, 504].flatMap((status): [number, object | string][] => [
      [status, message],
      [status, { error: { message } }],
    ]),
  ),
  ...["do_request_failed", "read_response_body_failed", "timeout", "gateway_timeout"].flatMap((word) => [
    [400, { error: { message: "no", code: word, type: "new_api_error" } }] as [number, object],
    [400, { error: { message: "no", type: word } }] as [number, object],
  ]),
  ...[
    ...["upstream request timeout", 'Post "https://a.test/": EOF', "context deadline exceeded", "upstream timeout"],
    ...["bad response status code 502", "read tcp: connection reset by peer", "timed out", "socket hang up"],
    ...["timeout of 60000ms exceeded", "Request failed with status code 502", "read ECONNRESET", "other side closed"],
    ...[
      "Headers Timeout Error",
      "fetch failed",
      "terminated",
      "The operation was aborted",
      "ReadTimeout",
      "TimeoutError",
    ],
    "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
    ...[
      "Server disconnected without sending a response.",
      "peer closed connection without sending complete message body",
    ],
    ...[
      "read tcp 10.0.0.1:5->1.2.3.4:443: i/o timeout",
      "context canceled",
      "server sent GOAWAY and closed the connection",
    ],
    ...[
      "SocketTimeoutException: timeout",
      "NoHttpResponseException: a.test failed to respond",
      "Empty reply from server",
    ],
    ...["502 Bad Gateway", "A timeout occurred", "upstream error", "Internal Server Error", "上游服务错误"],
  ].flatMap((message) =>
    [400, 429].map((status): [number, object] => [status, { error: { message, type: "invalid_request_error" } }]),
  ),
  ...["", "no", { error: { message: "insufficient balance", type: "invalid_request_error" } }].flatMap((body) =>
    [424, 444].map((status): [number, object | string] => [status, body]),
  ),
];

describe("the body of a create's reply outranks its HTTP status (B1, B2, B3)", () => {
  const given = (status: number, body: object | string) => () =>
    typeof body === "string" ? new Response(body, { status }) : Response.json(body, { status });

  test.each(REFUSED)("HTTP %i with %j is a refusal, and sent once: %s", async (status, body, kind) => {
    for (const isPatient of [false, true]) {
      const { buy, sent } = await shop([given(status, body)]);
      expect(await failureOf(buy(VIDEO, "video", isPatient))).toMatchObject({
        name: "ApiError",
        kind,
        retryable: false,
      });
      expect(sent).toHaveLength(1);
    }
  });

  test.each(OPEN)("HTTP %i with %j leaves the outcome unknown, with one advice (G1)", async (status, body) => {
    for (const isPatient of [false, true]) {
      const { buy, sent } = await shop([given(status, body)]);
      const { name, message } = await failureOf(buy(VIDEO, "video", isPatient));
      expect(name).toBe("SubmissionUnknownError");
      expect(message).not.toMatch(/\.\.|Try again|was refused/);
      expect(sent).toHaveLength(1);
    }
  });

  test.each([
    { type: "error", error: { type: "authentication_error", message: "login fail" } },
    { error: { message: "no", type: "invalid_request_error", code: "invalid_api_key" } },
    { message: "Unauthorized" },
    "Unauthorized",
    "",
  ])("HTTP 401 with %j has the advice of code 1004, including regions (B12)", async (body) => {
    const { buy } = await shop([given(401, body)]);
    const advice = "Check the key, and that its region is the server's";
    expect(await failureOf(buy())).toMatchObject({ kind: "authentication", message: expect.stringContaining(advice) });
  });

  test.each<[number, object | string]>([
    [400, { error: { message: "slow down", code: "rate_limit_exceeded" } }],
    [403, { code: "too_many_requests", message: "no", data: null }],
    [429, { error: { message: "no", type: "upstream_error", code: "bad_response_status_code", param: "429" } }],
    [200, { code: 429, message: "no" }],
    [500, { code: "1002", message: "no" }],
    [429, { message: "no: error code 1041." }],
    [429, { message: "Quota exceeded for requests per minute" }],
    [429, { message: "slow down, your quota is 5 requests at a time" }],
  ])("HTTP %i with %j is a rate limit, and the create is sent again", async (status, body) => {
    const { buy, sent } = await shop([given(status, body), ACCEPTED]);
    expect((await buy()).id).toBe("7");
    expect(sent).toHaveLength(2);
  });
});

describe("a reply", () => {
  const limited = refusal(1002, "slow down");

  test.each<[object | string, string?]>([
    ...["123\n", " 123 ", ["123"], { id: "123" }, 123].map((task_id): [object, string] => [{ task_id }, "123"]),
    ...["x".repeat(600), -12, 1.5, { status: "queued" }].map((task_id): [object] => [{ task_id }]),
    ['{"base_resp":{"status_code":1002},"task_id":106916112212032.0}'],
    ['{"base_resp":{"status_code":1002},"task_id":1.06916112212032e14}'],
    [{ taskId: "123" }, "123"],
    [{ Task_ID: "123" }, "123"],
    [{ task: "T1" }, "T1"],
    [{ task: "T-12a" }, "T-12a"],
    [{ video_task_ids: ["T1", "T2"] }, "T1"],
    [{ message: '{"task_id":"T1"}' }, "T1"],
    [{ data: '{\\"task_id\\":\\"T1\\"}' }, "T1"],
    ["{'task_id': '1234'}", "1234"],
    ["task_id=1234&code=1002", "1234"],
    ["task_id: 1234 created, slow down", "1234"],
    ["<task_id>1234</task_id>", "1234"],
    ['<task id="1234"/>', "1234"],
    ['{"task_id": "12'],
    ['\n{"task_id": "12'],
    ['error {"code": 1002}, task_id=1234', "1234"],
    ["task_id&colon;T1 exists", "T1"],
    ["Task ID: T12345<br>2026-11-27", "T12345"],
    [{ task_id: [[["123"]]] }, "123"],
    [{ task_id: [[[["123"]]]] }],
    [{ task_id: { id: { id: { id: "123" } } } }, "123"],
    [{ task_id: { id: { id: { id: { id: "123" } } } } }],
    ["task-id: pending"],
    [{ task_uuid: "T-1" }, "T-1"],
    [{ task_no: LONG }, LONG],
    ...[{ id: LONG, object: "video", status: "queued" }, { data: { id: LONG } }, { jobId: LONG }].map(
      (said): [string, string] => [JSON.stringify(said), LONG],
    ),
    [JSON.stringify({ tasks: [{ id: "T1", status: "queued" }], message: "slow" }), "T1"],
    [JSON.stringify({ generation: { id: "g1" } }), "g1"],
    ...[
      ...["SUBMITTED", "NOT_START", "NotStarted", "InQueue", "InProgress", "succeed", "TASK_STATUS_QUEUED"],
      "TaskStatusRunning",
    ].map((status): [string] => [JSON.stringify({ status, message: "slow" })]),
    ...["0c5a2c1e-7f0e-4a53-8f0f-1f2d3c4b5a69", `gen${LONG}`].map((data): [string, string] => [
      JSON.stringify({ data }),
      data,
    ]),
    [JSON.stringify({ item: { id: "T1" } }), "T1"],
    [JSON.stringify({ code: 0, message: "task submitted", data: { id: LONG } }), LONG],
    ['{"code":0,"data":106916112212032001}', "106916112212032001"],
    ...[
      ...[`任务ID：${LONG} 已创建`, `task_id：${LONG}`, `Task ID ${LONG} is running`, `task_id is ${LONG} `],
      ...[`task_id(${LONG})`, `task_id \`${LONG}\``, `Task #${LONG} queued`, `task (id ${LONG})`, `任务编号 ${LONG}。`],
      ...[`%22task_id%22%3A%22${LONG}%22`, `{&quot;task_id&quot;:&quot;${LONG}&quot;}`, `task ${LONG} exists`],
      ...[`{&#34;task_id&#34;:&#34;${LONG}&#34;}`, `task&#95;id&colon; ${LONG}&nbsp;`],
      ...[`<p>Task ID</p>: <b class="id">${LONG}</b>`, `\\u4efb\\u52a1ID: ${LONG}.`, `Job ID: ${LONG}.`],
    ].flatMap((words): [string, string][] => [
      [words, LONG],
      [JSON.stringify({ message: `no, ${words}` }), LONG],
    ]),
    ...["task was submitted", "the job has been accepted", "任务已提交", "任務已经成功受理", "任务创建成功"].map(
      (words): [string] => [words],
    ),
  ])("that refuses and names a task in %j does not lead to another create (I9)", async (body, id) => {
    const reply = typeof body === "string" ? () => new Response(body, { status: 429 }) : { ...limited, ...body };
    const { buy, sent } = await shop([reply, ACCEPTED]);
    const error = await failureOf(buy());
    expect([error.name, error.task?.id, sent.length]).toEqual(["SubmissionUnknownError", id, 1]);
  });

  test.each<[number, object | string]>([
    ...[1000, 1002, 1004, 1008, 1026, 1033, 1039, 1041, 2013, 2045, 2056, 4711].map((code): [number, object] => {
      return [200, { task_id: LONG, ...refusal(code, "no") }];
    }),
    ...[400, 401, 402, 403, 404, 409, 429, 500, 502, 503].map((status): [number, object] => {
      return [status, { task_id: LONG, ...OK }];
    }),
    [200, `{"base_resp":{"status_code":1002},"task_id":${LONG}}`],
    [200, { task: { id: LONG, status: "queued" }, ...limited }],
    [200, { code: 1002, data: { task_id: LONG, data: { task_id: "upstream" } } }],
    [200, `{"task_id":"${LONG}","base_resp":{"status`],
    [200, `{"task_id":${LONG},"base_resp":{"status`],
    [402, { error: { message: "no (1008)", task_id: LONG } }],
    [429, { type: "error", error: { type: "rate_limit_error", message: "slow (1002)" }, task_id: LONG }],
    [502, `<html>{"task_id": "${LONG}"}</html>`],
  ])("with HTTP %i and %j has the task that it names, which may be charged (I9)", async (status, body) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const { buy, sent } = await shop([() => new Response(text, { status }), ACCEPTED]);
    const error = await failureOf(buy());
    expect(error).toMatchObject({ name: "SubmissionUnknownError", taskId: LONG, cause: { name: "ApiError" } });
    expect(error.task?.toJSON()).toMatchObject({ id: LONG, kind: "video", model: "T2V-01" });
    expect(error.message).toContain(`names task ${LONG}, which may be charged`);
    expect(sent).toHaveLength(1);
  });

  test.each<object | string>([
    ...[0, "0", "null", "None", "undefined", "", [], {}, false, true, null].map((task_id) => ({ task_id })),
    ...['{"task_id":"", "a', '{"task_id":{}, "a', "task_id=null&code=1002", "too many tasks: 5", "task_id: 0"],
    "<td>task id</td><td>unknown</td>",
    ...[
      ...["too many tasks (request id: 20261129123456789)", "task failed (request id: 20261129123456789)"],
      ...[
        "task limit of 100000 reached",
        "No task was created",
        "任务提交过于频繁，请稍后再试",
        "task queue is full (100)",
      ],
      ...["invalid task id (1002)", "video task MiniMax-Hailuo-02 is busy", "source_task_id: 106916112212032"],
    ].flatMap((message) => [message, JSON.stringify({ error: { message, type: "new_api_error", id: "e1234567" } })]),
    { id: "too_many_requests", message: "no" },
    ...["video", "video generation 2", "2 videos"].map((task) => ({ task, message: "no" })),
    { metadata: LONG, data_version: LONG },
    { data: { id: LONG, status: "rejected", message: "no" } },
    { data: { id: LONG, status_msg: "ok", http_status: "ok", message: "no" } },
    { request_id: LONG, trace_id: LONG, requestId: LONG },
    ...[{ source_task_id: LONG }, { task_ids_allowed: "100000" }, { metadata: { id: LONG } }],
    ...["not_accepted", "processing_failed"].map((status) => ({ status, message: "no" })),
    ...["retry_1", "106916112 requests today", "quota of 1069161"].map((data) => ({ data })),
    ...["/", "\\/"].map((slash) =>
      `{"input":"data:image/png;base64,AA/task/123456789/AA=="}`.replaceAll("/task/", `${slash}task${slash}`),
    ),
    ...[
      ...[
        { id: "e1234567", message: "no" },
        { code: 0, msg: "请求过于频繁" },
        { code: 0, msg: "ratelimited" },
        { code: null, message: "no" },
      ],
      ...[{ error: { id: LONG } }, { user: { id: LONG }, message: "no" }, { task: ["This field is required."] }],
    ].map((body) => JSON.stringify(body)),
  ])("that refuses and names no task in %j leads to another create (I9)", async (body) => {
    const reply = typeof body === "string" ? () => new Response(body, { status: 429 }) : { ...limited, ...body };
    const { buy, sent } = await shop([reply, ACCEPTED]);
    expect([(await buy()).id, sent.length]).toEqual(["7", 2]);
  });

  test.each([
    OK,
    { code: "success", message: "", data: { status: "SUBMITTED" } },
    { code: 0, message: "submitted", data: null },
    { success: true, message: "submitted" },
  ])("that says success with an HTTP error leaves the outcome unknown: %j (I9)", async (body) => {
    for (const status of [400, 403, 429]) {
      const { buy, sent } = await shop([() => Response.json(body, { status }), ACCEPTED]);
      const { name, message } = await failureOf(buy());
      expect([name, sent.length]).toEqual(["SubmissionUnknownError", 1]);
      expect(message).not.toContain("Try again");
    }
  });

  test.each<[number, HeadersInit]>([
    [429, { "x-task-id": LONG }],
    [429, { location: `/v1/tasks/${LONG}` }],
    [202, { location: `/v1/tasks/${LONG}` }],
    [303, { location: `/v1/query?task_id=${LONG}` }],
  ])("with HTTP %i and %j has its task (I9)", async (status, headers) => {
    const { buy, sent } = await shop([() => new Response(null, { status, headers }), ACCEPTED]);
    expect(await failureOf(buy())).toMatchObject({ name: "SubmissionUnknownError", task: { id: LONG } });
    expect(sent).toHaveLength(1);
  });

  test("with a request id that looks like that of a task leads to another create (I9)", async () => {
    const limit = () => Response.json(limited, { headers: { "x-request-id": "job-12345678" } });
    const { buy, sent } = await shop([limit, ACCEPTED]);
    expect([(await buy()).id, sent.length]).toEqual(["7", 2]);
  });

  test.each([
    '{"status":{"toString":1},"task":{"toString":1},"data":{"toString":1}}',
    '{"data":{"status":{"valueOf":1,"toString":null},"data":[{"toString":1}],"id":{"toString":1}},"code":{"toString":1}}',
    '{"__proto__":{"status":"queued"},"error":{"code":{"toString":1},"type":{"toString":1}},"constructor":7}',
  ])("with unreadable values leaves the outcome unknown: %s (I9)", async (body) => {
    for (const status of [200, 502]) {
      const { buy, sent } = await shop([() => new Response(body, { status }), ACCEPTED]);
      expect([(await failureOf(buy())).name, sent.length]).toEqual(["SubmissionUnknownError", 1]);
    }
  });

  test.each([
    "task id",
    "task_id",
    "task_id=",
    "task(",
  ])("with 200,000 repeated characters after %j is read in time (I20)", async (words) => {
    for (const sign of [" ", "=", "-", "_", words, `${words}1`]) {
      const row = words + sign.repeat(200_000 / sign.length);
      const { buy, sent } = await shop([() => Response.json({ message: row }, { status: 429 }), ACCEPTED]);
      await buy().catch(() => {});
      expect(sent.length).toBeGreaterThan(0);
    }
  });

  test("about an unknown source of a regeneration is a refusal (I9)", async () => {
    const { buy } = await shop([() => new Response(`task ${LONG} does not exist`, { status: 400 })]);
    const request = { model: "MiniMax-H3", source_task_id: LONG, resolution: "2K" };
    expect(await failureOf(buy(request))).toMatchObject({ name: "ApiError", kind: "invalid_request" });
  });

  test.each([
    { code: 0, msg: "success", task_id: "7" },
    { code: 0, message: "ok", ...OK, data: { task_id: "7" } },
  ])("in an envelope is a success: %j (B3)", async (body) => {
    expect((await (await shop([body])).buy()).id).toBe("7");
  });

  test("with white space around its id is the task without it", async () => {
    for (const task_id of ["123\n", " 123 "]) expect((await (await shop([{ task_id, ...OK }])).buy()).id).toBe("123");
  });

  test.each([
    { id: "T1", object: "video", status: "queued" },
    { code: 0, message: "", data: { id: "T1" } },
    { success: true, data: { id: "T1" } },
    { code: 200, data: [{ id: "T1" }] },
    { result: { id: "T1" } },
    { generation_id: "T1" },
    { job_id: "T1" },
    { video_id: "T1" },
  ])("with the id elsewhere is ambiguous, and has its task: %j (I9)", async (body) => {
    const error = await failureOf((await shop([body])).buy());
    expect(error).toMatchObject({ name: "SubmissionUnknownError", task: { id: "T1" } });
  });

  test.each([
    {},
    ...["", null, "0", "null", "none"].map((task_id) => ({ task_id })),
  ])("with %j instead of an id leaves the outcome unknown", async (id) => {
    const { buy, sent, now } = await shop([{ ...OK, ...id }]);
    const error = await failureOf(buy());
    expect(error).toBeInstanceOf(SubmissionUnknownError);
    expect(error.message).toMatch(/^The create may or may not have been accepted\. videoGeneration: .* has no task_id/);
    expect(error).toMatchObject({ kind: "video", model: "T2V-01", submittedAt: now, operation: "videoGeneration" });
    expect(sent).toHaveLength(1);
  });

  test.each<[string, string?]>([
    ['{"task_id":"9","base_resp"', "9"],
    ["task_id: 9 was created", "9"],
    ["task_id: 9"],
    ["task id 12345"],
  ])("that breaks off after %j names its task if the id is complete", async (said, id) => {
    const pieces = [said, undefined];
    const body = () =>
      new ReadableStream({
        pull(controller) {
          const piece = pieces.shift();
          if (piece) controller.enqueue(new TextEncoder().encode(piece));
          else controller.error(new TypeError("terminated"));
        },
      });
    const { buy, sent } = await shop([() => new Response(body())]);
    const error = await failureOf(buy());
    expect([error.name, error.taskId, error.task?.id]).toEqual(["SubmissionUnknownError", id, id]);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ...['{"task_id":', '{"data":', '{"error":', '{"code":0,"data":', '{"base_resp":{"status_code":0},"data":'],
    ...['{"success":true,"data":', '{"task":'],
  ])("that is nested endlessly leaves the outcome unknown: %s…", async (open) => {
    const body = `${open.repeat(20_000)}1${"}".repeat(20_000)}`;
    for (const status of [200, 502]) {
      const { buy, sent } = await shop([() => new Response(body, { status }), ACCEPTED]);
      expect([(await failureOf(buy())).name, sent.length]).toEqual(["SubmissionUnknownError", 1]);
    }
  });

  test("from a fetch that is not a Response leaves the outcome unknown", async () => {
    const { buy, sent } = await shop([() => ({ status: 200 }) as Response], { maxRetries: 2 });
    const error = await failureOf(buy());
    expect(error).toBeInstanceOf(SubmissionUnknownError);
    expect(error).toMatchObject({ operation: "videoGeneration", server: "https://api.minimax.io" });
    expect(sent).toHaveLength(1);
  });

  test("from a fetch with invalid headers still names its task", async () => {
    const reply = { status: 200, headers: {}, text: async () => JSON.stringify(ACCEPTED) };
    const { buy } = await shop([() => reply as unknown as Response]);
    expect(await failureOf(buy())).toMatchObject({ name: "SubmissionUnknownError", task: { id: "7" } });
  });

  test("does not lead to another create if the caller aborts with an error that would be retried", async () => {
    const limited = refusal(1002, "rate limit");
    const { buy: other } = await shop([limited], { maxRetries: 0 });
    const reason = await failureOf(other());
    for (const isPatient of [false, true]) {
      const stop = new AbortController();
      const abort = () => {
        stop.abort(reason);
        return Response.json(limited);
      };
      const { buy, sent } = await shop([abort], { maxRetries: 2 });
      expect(await failureOf(buy(VIDEO, "video", isPatient, stop.signal))).toBe(reason);
      expect(sent).toHaveLength(1);
    }
  });
});

describe("a reply that is too long to search", () => {
  const MB15 = 15 * 1024 * 1024;
  const filled = (unit: string, start = "", end = "") => start + unit.repeat(Math.floor(MB15 / unit.length)) + end;
  const refused =
    (text: string, headers = {}) =>
    () =>
      new Response(text, { status: 400, headers });

  test.each<[string, string]>([
    ["a list of numbers", filled("1,", "[", "1]")],
    ["a list of texts", filled('"a",', '{"data":[', '""]}')],
    ["a list of objects", filled('{"aB":""},', "[", "{}]")],
    ["a list of ids", filled("0,", '{"task_id":[', "0]}")],
    ["escapes", filled("%25")],
    ["tags", filled("<b>")],
  ])("leaves the outcome unknown, without being searched for long: %s", async (_, text) => {
    const { buy } = await shop([refused(text)]);
    const begun = process.cpuUsage();
    expect(await failureOf(buy())).toBeInstanceOf(SubmissionUnknownError);
    // Searching all of it took from 6 to 100 s of CPU time.
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(3);
  });

  test.each<[string, Given]>([
    ["at its beginning", refused(filled("1,", `{"task_id":"${LONG}","a":[`, "1]}"))],
    ["in a header", refused(filled("1,"), { "x-task-id": LONG })],
  ])("is evidence of a task that it names %s", async (_, given) => {
    const { buy } = await shop([given]);
    expect(await failureOf(buy())).toMatchObject({ name: "SubmissionUnknownError", taskId: LONG });
  });

  test("leaves the outcome unknown from 256 kB on, because an id may stand anywhere in it", async () => {
    const refusedWith = (words: number) => refused(JSON.stringify({ detail: "a fox ".repeat(words) }));
    expect(await failureOf((await shop([refusedWith(43_000)])).buy())).toMatchObject({ name: "ApiError" });
    const { name, taskId } = await failureOf((await shop([refusedWith(45_000)])).buy());
    expect([name, taskId]).toEqual(["SubmissionUnknownError", undefined]);
  });

  test("is a success if it has less than a megabyte", async () => {
    const { buy } = await shop([{ echo: "a fox ".repeat(150_000), ...ACCEPTED }]);
    expect(await buy()).toMatchObject({ id: "7" });
  });

  test("is a refusal if only the files of the request make it long", async () => {
    const file = `data:image/png;base64,${"aB+/".repeat(2_500_000)}==`;
    const told = JSON.stringify({ detail: [{ loc: ["body", "prompt"], msg: "Field required", input: { a: file } }] });
    const { buy } = await shop([refused(told), refused(told.replaceAll("/", "\\/"))]);
    const wanted = { name: "ApiError", message: expect.stringContaining("body.prompt: Field required") };
    expect(await failureOf(buy())).toMatchObject(wanted);
    expect(await failureOf(buy())).toMatchObject(wanted);
  });
});

test("a patient create is sent again after rate limits, for as long as it takes", async () => {
  const refusals = Array<object>(9).fill(refusal(1002, "rate limit"));
  const { buy, sent } = await shop([...refusals, ACCEPTED], { maxRetries: 0 });
  expect(await buy(VIDEO, "video", true)).toMatchObject({ id: "7" });
  expect(sent).toHaveLength(10);
});

describe("the service's messages", () => {
  test.each<[string, object, Wish]>([
    ["a prompt", VIDEO, "video"],
    ["a content item", GENERATION, "video"],
    ["a template's text", TEMPLATE, "template"],
  ])("are shown without %s that they repeat", async (_, request, wish) => {
    const { buy } = await shop([refusal(1026, `not allowed: "${PROMPT}", indeed`)]);
    const { message } = await failureOf(buy(request, wish));
    expect(message).toMatch(/not allowed: ".*", indeed/);
    expect(message).not.toContain(PROMPT);
  });

  const image = dataUrl(png(640, 480));
  const callback_url = "https://a.example.com/?token=v1abc.abcdefghijklmnopqrst-of-ours";
  const FRAME = { model: "MiniMax-Hailuo-02", prompt: PROMPT, first_frame_image: image, callback_url };
  const signed = "https://a.example.com/a.png?Signature=very-secret-signature";
  const SUBJECT = { model: "S2V-01", prompt: PROMPT, subject_reference: [{ type: "character", image: [signed] }] };
  test.each([
    ["the token v1abc.abcdefghijklmnopqrst-of-ours is odd", FRAME],
    [`cannot read ${image.slice(22, 60)}`, FRAME],
    [image.slice(22, 60).toUpperCase(), FRAME],
    ["Signature\\u003dvery-secret-signature", SUBJECT],
    ["very-secret-signature", SUBJECT],
  ])("are not shown if they repeat a link's query or a picture: %j (G2)", async (words, request) => {
    const { buy, sent } = await shop([refusal(2013, words)]);
    const { message } = await failureOf(buy(request));
    expect([message, sent.length]).toEqual([expect.stringContaining("[not shown: it repeats"), 1]);
  });

  test("are shown if they repeat only the address of a link, or the type of a picture", async () => {
    for (const words of ["cannot fetch https://a.example.com/a.png", "no data, image, png, base64"]) {
      const { buy } = await shop([refusal(2013, words)]);
      expect((await failureOf(buy(words.includes("data") ? FRAME : SUBJECT))).message).toContain(words);
    }
  });

  test("are otherwise shown unchanged", async () => {
    const { buy } = await shop([refusal(1026, "T2V-01 does not allow 123 things")]);
    expect((await failureOf(buy())).message).toContain("T2V-01 does not allow 123 things");
  });
});

test("advice is logged, without the request", async () => {
  const debug = vi.fn();
  const { buy } = await shop([ACCEPTED], { logger: { debug } });
  await buy({ model: "T2V-01-Director", prompt: `${PROMPT} [Dance]` });
  const message = expect.stringContaining("[Dance]");
  expect(debug.mock.calls).toContainEqual(["advice", { operation: "videoGeneration", path: "prompt", message }]);
});

describe("a create at a server that supports idempotency keys", () => {
  const server = { baseUrl: "https://router.example", idempotencyHeader: "Idempotency-Key" };
  const LOST = new Error("cut");
  const busy = refusal(1002, "rate limit");

  /** The outcome of a create, and the keys that were sent. */
  async function outcome(given: Given[], more: ConnectOptions = {}) {
    const keys: (string | null)[] = [];
    const { options, clock } = answers(...given);
    const fetch: NonNullable<ConnectOptions["fetch"]> = (url, init) => {
      keys.push(new Headers(init?.headers).get("idempotency-key"));
      return options.fetch(url, init);
    };
    const context = await connect({ ...options, server, maxRetries: 2, ...more, fetch }).context();
    const result = await clock.until(submit(context, "video", VIDEO).catch((error) => error));
    return { result, keys, kinds: new Set(keys).size };
  }

  test.each<[string, Given[], number]>([
    ["lost reply", [LOST, ACCEPTED], 2],
    ["two lost replies", [LOST, () => new Response("", { status: 502 }), ACCEPTED], 3],
    ["lost reply and a refusal of the pace", [LOST, busy, ACCEPTED], 3],
  ])("is sent again with the same key after a %s", async (_, given, count) => {
    const { result, keys, kinds } = await outcome(given);
    expect(result).toMatchObject({ id: "7" });
    expect([keys.length, kinds, keys[0]]).toEqual([count, 1, expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  test.each<[string, Given[], number]>([
    ["every reply is lost", [LOST], 3],
    ["the second is refused", [LOST, refusal(1008, "no money")], 3],
    ["the reply names a task", [{ task_id: "7", ...refusal(1000, "fault") }], 1],
  ])("stays unknown if %s", async (_, given, count) => {
    const { result, keys } = await outcome(given);
    expect(result).toBeInstanceOf(SubmissionUnknownError);
    expect(keys).toHaveLength(count);
  });

  const conflict = (status: number, body: unknown) => () => Response.json(body, { status });
  test.each<[string, Given]>([
    ["HTTP 409", conflict(409, { message: "Conflict" })],
    ["HTTP 409 with a code", conflict(409, refusal(2013, "invalid params"))],
    ["HTTP 409 as a code", { code: 409, message: "Conflict" }],
    ["HTTP 423", conflict(423, { detail: "Locked" })],
    ["HTTP 425 with an empty body", () => new Response("", { status: 425 })],
    ["HTTP 422 about the key", conflict(422, { error: { message: "Idempotency-Key was used with other parameters" } })],
    ["HTTP 400 about a duplicate", conflict(400, { error: { message: "duplicate request" } })],
    ["HTTP 429 about the key", conflict(429, { error: { message: "the same idempotency key is in progress" } })],
    ["code 2013 about the key", refusal(2013, "invalid params, 幂等键重复")],
    ["HTTP 208", conflict(208, { message: "Already Reported" })],
    ["HTTP 202", () => new Response(null, { status: 202 })],
  ])("stays unknown after %s, which an earlier copy of the request may have caused", async (_, given) => {
    const { result, keys, kinds } = await outcome([given]);
    expect(result).toBeInstanceOf(SubmissionUnknownError);
    expect(result.message).toContain("may or may not have been accepted");
    expect([keys.length, kinds]).toEqual([3, 1]);
    expect(await outcome([given, ACCEPTED])).toMatchObject({ result: { id: "7" }, kinds: 1 });
  });

  test.each<[string, Given]>([
    ["HTTP 422", conflict(422, { detail: "prompt is too long" })],
    ["HTTP 413", conflict(413, { message: "too large" })],
    ["code 1008", refusal(1008, "insufficient balance")],
  ])("is refused by %s", async (_, given) => {
    expect((await outcome([given])).result).toMatchObject({ name: "ApiError" });
  });

  test("is refused by HTTP 409 where no key was sent", async () => {
    const { result } = await outcome([conflict(409, { message: "Conflict" })], { server: server.baseUrl });
    expect(result).toMatchObject({ name: "ApiError", kind: "invalid_request" });
  });

  test("stays unknown if the second one is refused after a batch has ended", async () => {
    const ending = new AbortController();
    const refuse = () => {
      ending.abort("enough");
      return Response.json(refusal(1008, "no money"));
    };
    const { options, clock } = answers(LOST, refuse);
    const context = await connect({ ...options, server, maxRetries: 1 }).context();
    const create = submit(context, "video", VIDEO, { signal: ending.signal }, {});
    expect(await failureOf(clock.until(create))).toBeInstanceOf(SubmissionUnknownError);
  });

  describe("whose outcome a journal knows to be open", () => {
    const HOUR = 3_600_000;
    const known = async (age: number, idempotencyKey?: string) => ({
      ...{ kind: "video" as const, server: server.baseUrl, fingerprint: await fingerprintOf(VIDEO) },
      ...defined({ idempotencyKey, submittedAt: answers().clock.now() - age }),
    });
    const journalOf = (earlier: Known): Journal => {
      return { begin: async () => earlier, ended: async () => {}, saved: async () => {} };
    };

    test("is sent again with its key, even if the journal cannot find tasks", async () => {
      const journal = journalOf(await known(HOUR - 1, "a".repeat(32)));
      expect(await outcome([ACCEPTED], { journal })).toMatchObject({ result: { id: "7" }, keys: ["a".repeat(32)] });
    });

    test.each<[string, number, string | undefined, Partial<ConnectOptions>, number]>([
      ["an hour later", HOUR, "a".repeat(32), {}, 0],
      ["without a key", 0, undefined, {}, 0],
      ["at a server that no longer declares the header", 0, "a".repeat(32), { server: server.baseUrl }, 0],
      ["a third time if the hour has passed by then", HOUR - 1, "a".repeat(32), {}, 2],
    ])("is not sent %s", async (_, age, key, more, count) => {
      const { result, keys } = await outcome([LOST], { journal: journalOf(await known(age, key)), ...more });
      expect(result).toBeInstanceOf(SubmissionUnknownError);
      expect(keys.length).toBe(count);
    });
  });

  test("gets a new key after a refusal, and no key is sent if no header is declared", async () => {
    expect(await outcome([busy, ACCEPTED])).toMatchObject({ result: { id: "7" }, kinds: 2 });
    const { result, keys } = await outcome([LOST, ACCEPTED], { server: server.baseUrl });
    expect(result).toBeInstanceOf(SubmissionUnknownError);
    expect(keys).toEqual([null]);
  });
});
