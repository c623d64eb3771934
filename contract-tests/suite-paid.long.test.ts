/** The contract suite with a server that charges: its requests, its purchases, its prices and its report. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TaskKind, TaskRecord, VideoKind, VideoTask } from "../src/base/task.js";
import { run } from "../src/cli/run-command.js";
import { type ContractOptions, junitOf, pageOf, type Report, runContract, summaryOf } from "../src/contract/index.js";
import { createClient } from "../src/index.js";
import { commandIo } from "./helpers/command-io.js";
import { failureOf } from "./helpers/failure-of.js";
import { mockServer } from "./helpers/mock-calls.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const PRICE = "0.10 USD (MiniMax-Hailuo-02, 512P, 6 s, pricing-paygo page of platform.minimax.io, 2026-10-08)";
const V2_PRICE = "0.25 USD (MiniMax-H3-Max, 480P, 5 s, pricing-paygo page of platform.minimax.io";
const KEY = "sk-nobody-may-see-this-key";
const COSTS = "might cost money; sent only to a server that charges nothing (--free)";
const NEEDS_V2_TASK = "needs a task of version 2 (--paid-v2, --task generation:ID)";
const QUERY = "videoGenerationV2Query";
const V1 = ["videoGeneration", "queryVideoGenerationTask", "retrieveFile"];
const V2 = ["videoGenerationV2Create", QUERY, "videoGenerationV2List", "videoGenerationV2Delete"];

/** The number of creates without a key or with a wrong one, and of illegal ones after them, per operation. */
const [KEY_CASES, SAMPLE] = [3, 5];

// A fast clock, because `speed` would also shorten the hour for which a link is valid.
const begun = Date.now();
const { mock, create } = mockServer({ now: () => begun + (Date.now() - begun) * 300 });

/** The result of a run, and everything that it sent. */
async function live(options: Partial<ContractOptions> = {}) {
  const before = mock.creates;
  const about = { server: mock.url, free: false, apiKey: KEY, requestsPerMinute: 60_000, only: V2 };
  const { report, exchanges } = await runContract({ ...about, ...options });
  expect(JSON.stringify([report, exchanges])).not.toContain(KEY);
  return { report, exchanges, bought: mock.creates - before, paid: report.runs[0]?.target.paid };
}

/** A `fetch` that answers and counts requests with our key. The mock answers all others. */
function answering(status: number, body: object, isMeant: (url: string, method?: string) => boolean) {
  const counted = { sent: 0 };
  const fetching: typeof fetch = async (input, init) => {
    const isOurs = new Headers(init?.headers).get("authorization") === `Bearer ${KEY}`;
    if (!isOurs || !isMeant(String(input), init?.method)) return fetch(input, init);
    counted.sent++;
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  };
  return Object.assign(counted, { fetching });
}

const checksIn = ({ runs }: Report, outcome: string) =>
  runs.flatMap(({ checks }) => checks.filter((check) => check.outcome === outcome));
const reasonsIn = ({ runs }: Report) => runs.flatMap(({ checks }) => checks.flatMap(({ reason }) => reason ?? []));
const factIn = ({ runs }: Report, id: string) => runs[0]?.facts.find((fact) => fact.id === id);
const checkIn = ({ runs }: Report, operationId: string, kind = "legal data") =>
  runs[0]?.checks.find((check) => check.operationId === operationId && check.kind === kind);

/** Creates a finished task. */
async function made(kind: TaskKind): Promise<VideoTask> {
  const { videos } = createClient({ apiKey: KEY, server: mock.url });
  // A record may be of any kind, also one that ends with no video.
  const task = videos.task({ version: 1, id: await create(kind), kind, server: mock.url } as TaskRecord<VideoKind>);
  await task.wait({ pollInterval: 20 });
  return task;
}

describe("a server that charges", () => {
  test("without a key gets only requests that need none, even if buying is allowed", async () => {
    const buying = { buyV2: () => true, buy: () => true, tasks: { h3_context_ir: "424010985738629" } };
    const { report, bought } = await live({ apiKey: undefined, only: undefined, ...buying });
    expect([bought, checksIn(report, "failed")]).toEqual([0, []]);
    expect([...new Set(checksIn(report, "passed").map(({ kind }) => kind))].sort()).toEqual([
      "declared status",
      "illegal data",
      "leaked key",
      "missing key",
      "reply schema",
      "server error",
      "wrong key",
      "wrong method",
    ]);
    expect(checkIn(report, QUERY)).toMatchObject({ outcome: "skipped", reason: "needs a key" });
    expect(factIn(report, "v2-status-words")).toMatchObject({ verdict: "not asked", reason: "needs a key" });
  });

  test("with a key gets nothing that could cost money, and every report says how to test the rest", async () => {
    const { report, exchanges, bought, paid } = await live({ only: undefined });
    expect([bought, paid, checksIn(report, "failed")]).toEqual([0, undefined, []]);
    const creates = exchanges.filter((one) => one.method === "POST" && one.operationId === "videoGeneration");
    // Twice without a key, then with a wrong one, including a sample of illegal ones. Nobody can be charged for these.
    expect(creates.length).toBe(KEY_CASES + SAMPLE);
    expect(reasonsIn(report)).toContain(COSTS);
    expect(checkIn(report, QUERY)).toMatchObject({ outcome: "skipped", reason: NEEDS_V2_TASK });
    for (const [id, reason] of [
      ["v2-status-words", NEEDS_V2_TASK],
      [`${QUERY} 200 task.id`, NEEDS_V2_TASK],
      ["v2-prompt-in-task", "needs an expanded prompt of version 2 (--task h3_context_ir:ID)"],
      ["v2-cancel-in-words", COSTS],
      ["videoGenerationV2Delete 200 action", COSTS],
    ] as const)
      expect(factIn(report, id), id).toMatchObject({ verdict: "not asked", reason });
    expect(pageOf(report)).toMatch(/v2-status-words; SOURCES.md, [^<]*; needs a task of version 2 \(--paid-v2/);
    expect(junitOf(report)).toMatch(/name="v2-status-words: [^>]*><skipped message="needs a task of version 2 \(/);
    expect(junitOf(report)).not.toContain('name="paid"');
    expect(summaryOf(report)).not.toContain("Paid for");
  });

  const ILLEGAL = { only: ["videoGeneration"], seed: 7 };

  /** A run, and its illegal creates, each with whether it had our key. */
  async function illegal(options: Partial<ContractOptions> = {}, send: typeof fetch = fetch) {
    const bodies: unknown[] = [];
    const keys: boolean[] = [];
    const fetching: typeof fetch = (input, init) => {
      if (init?.method === "POST" && init.body) {
        bodies.push(init.body);
        keys.push(new Headers(init.headers).get("authorization") === `Bearer ${KEY}`);
      }
      return send(input, init);
    };
    const { report, bought } = await live({ ...ILLEGAL, fetch: fetching, ...options });
    expect(bought).toBe(0);
    const [sent, sentKeys] = [bodies.slice(KEY_CASES), keys.slice(KEY_CASES)];
    return { bodies: sent, keys: sentKeys, report, check: checkIn(report, "videoGeneration", "illegal data") };
  }

  test("gets a sample of illegal bodies with a key of no account, the same for the same seed", async () => {
    const [one, again, other] = [await illegal(), await illegal(), await illegal({ seed: 8 })];
    expect(one.keys).toEqual(Array(SAMPLE).fill(false));
    expect(one.check).toMatchObject({ outcome: "passed", cases: SAMPLE });
    expect(again.bodies).toEqual(one.bodies);
    expect(other.bodies).not.toEqual(one.bodies);
    const words = "only a sample of illegal bodies was sent, with a key that no account has; --seed 7 sends it again";
    expect(one.report.runs[0]?.warnings).toContain(words);
    expect(summaryOf(one.report, { width: 200 })).toContain(words);
    const seedIn = ({ report }: { report: Report }) =>
      /--seed ([1-9]\d*) /.exec(report.runs[0]?.warnings.join() ?? "")?.[1];
    expect(seedIn(await live({ only: ["listFiles"] }))).toBeUndefined();
    const seed = Number(seedIn(await illegal({ seed: undefined })));
    expect((await illegal({ seed })).keys.length).toBe(SAMPLE);
  });

  test("behind a proxy that adds a valid key buys nothing", async () => {
    const proxy: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${KEY}`);
      return fetch(input, { ...init, headers });
    };
    const { bought, report } = await live({ fetch: proxy, apiKey: undefined, only: [...V1, ...V2] });
    expect(bought).toBe(0);
    const checks = ["missing key", "wrong key"].map((kind) => checkIn(report, "videoGeneration", kind));
    for (const check of checks)
      expect([check?.outcome, check?.reason]).toEqual(["skipped", expect.stringContaining("2013")]);
  });

  test("that does not visibly refuse wrong keys gets no illegal body", async () => {
    const refused = { task_id: "", base_resp: { status_code: 2013, status_msg: "invalid params" } };
    const keyless: typeof fetch = async (input, init) => (init?.body ? Response.json(refused) : fetch(input, init));
    const { bodies, check } = await illegal({}, keyless);
    expect(bodies).toEqual([]);
    const reason = "sent only to a server that has refused a missing and a wrong key";
    expect(check).toMatchObject({ outcome: "skipped", reason });
    expect((await illegal({ only: ["videoGeneration:illegal data"] })).bodies).toEqual([]);
  });

  test("that accepts an illegal body with a wrong key gets no second one, and none with the right key", async () => {
    const success = { task_id: "106916112212032", base_resp: { status_code: 0, status_msg: "success" } };
    let sent = 0;
    const taking: typeof fetch = async (input, init) =>
      init?.body && ++sent > KEY_CASES ? Response.json(success) : fetch(input, init);
    const { keys, check } = await illegal({}, taking);
    expect(keys).toEqual([false]);
    expect(check).toMatchObject({ outcome: "failed", cases: 1 });
    expect(check?.findings).toEqual([
      expect.objectContaining({ spec: expect.stringMatching(/^is refused as invalid, or because of its key: /) }),
    ]);
    expect(check?.findings[0]?.curl).not.toContain("$MINIMAX_API_KEY");
  });

  test("does not get requests faster than configured", async () => {
    const times: number[] = [];
    const fetching: typeof fetch = (input, init) => {
      times.push(performance.now());
      return fetch(input, init);
    };
    await live({ fetch: fetching, requestsPerMinute: 1200, only: [...V1, ...V2] });
    // Twenty requests may follow each other at once. Timers may fire some milliseconds early.
    const spans = times.slice(20).map((time, at) => time - (times[at] as number));
    expect(spans.length > 0 && Math.min(...spans)).toBeGreaterThan(950);
  });

  test("with an empty account fails no check, because its refusals say nothing about the requests", async () => {
    const base_resp = { status_code: 1008, status_msg: "insufficient balance" };
    const { fetching } = answering(200, { task_id: "", base_resp }, (url) => url.includes("/v1/"));
    const { report } = await live({ fetch: fetching, only: undefined });
    expect(checksIn(report, "failed")).toEqual([]);
    expect(reasonsIn(report)).toContain('the server said: HTTP 200, code 1008, "insufficient balance"');
  });

  test("gets no more requests after an abort, which rejects with the caller's own reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 50);
    expect(await failureOf(live({ signal: controller.signal, requestsPerMinute: 60 }))).toBe(reason);
  });
});

describe("money", () => {
  test("a run that ends at its limit while it buys a video says that the video may have been charged", async () => {
    const fetching: typeof fetch = async (input, init) => {
      const isCreate = init?.method === "POST" && new Headers(init.headers).get("authorization") === `Bearer ${KEY}`;
      if (!isCreate) return fetch(input, init);
      return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    };
    const { paid } = await live({ only: V1, buy: () => true, maxTime: 2_000, fetch: fetching });
    expect(paid).toBe(`perhaps, because the reply was lost: ${PRICE}`);
  });

  test("a run that ends at its limit while it waits for a bought video says what was paid", async () => {
    const status = { task_id: "", status: "Processing", base_resp: { status_code: 0, status_msg: "success" } };
    const { fetching } = answering(200, status, (url) => url.includes("/query/"));
    const ended = await live({ only: V1, buy: () => true, maxTime: 3_000, fetch: fetching });
    expect(ended.bought).toBe(1);
    expect(ended.paid).toBe(PRICE);
    expect(ended.report.runs[0]?.warnings).toContainEqual(expect.stringContaining("the run reached its limit of 3 s"));
  });

  test("buys the cheapest video of each version once, after both prices are confirmed, and every report says what was paid", async () => {
    const before = mock.creates;
    const told: (string | undefined)[] = [];
    const tasks: VideoTask[] = [];
    const confirm = (price: string | undefined) => {
      told.push(price);
      return mock.creates === before;
    };
    const server = { baseUrl: mock.url, like: "global" } as const;
    const onTask = (task: VideoTask) => void tasks.push(task);
    const sold = await live({ server, only: [...V1, ...V2], buy: confirm, buyV2: confirm, onTask });
    const { report, exchanges, paid } = sold;
    expect([sold.bought, checksIn(report, "failed")]).toEqual([2, []]);
    expect(told).toEqual([expect.stringContaining(V2_PRICE), PRICE]);
    expect(paid).toMatch(`${PRICE}; and ${V2_PRICE}`);
    expect(pageOf(report)).toContain(`Paid for: ${PRICE}; and ${V2_PRICE}`);
    expect(junitOf(report)).toContain(`<property name="paid" value="${PRICE}; and ${V2_PRICE}`);
    expect(summaryOf(report, { width: 200 })).toContain(`\nPaid for: ${PRICE}; and ${V2_PRICE}`);
    const creates = exchanges.filter(({ method, text = "" }) => method === "POST" && /"task_id":"\d/.test(text));
    expect(creates.map(({ body }) => JSON.parse(body ?? "{}"))).toMatchObject([
      { model: "MiniMax-Hailuo-02", resolution: "512P", duration: 6 },
      { model: "MiniMax-H3-Max", resolution: "480P", duration: 5 },
    ]);
    expect(tasks.map(({ kind }) => kind)).toEqual(["video", "generation"]);
    // The task of version 2 is neither cancelled nor deleted, and its id is sent only with our key.
    const id = tasks[1]?.id ?? "";
    const naming = exchanges.filter(({ url }) => url.includes(id));
    expect(naming.filter(({ method, keyed }) => method === "DELETE" || (method !== "GET" && keyed))).toEqual([]);
    expect(naming.some(({ operationId }) => operationId === "videoGenerationV2List")).toBe(true);
    const again = createClient({ apiKey: KEY, server: mock.url }).videos.task(id, "generation");
    expect((await again.status()).state).toBe("succeeded");
    // With the bought task, reads are tested and facts are confirmed.
    for (const operationId of ["queryVideoGenerationTask", "retrieveFile", QUERY])
      expect(checkIn(report, operationId), operationId).toMatchObject({ outcome: "passed" });
    for (const fact of [
      "v2-status-words",
      "v2-link-in-task",
      "v2-link-is-limited",
      "v2-unknown-task",
      `${QUERY} 200 task.content.url`,
    ])
      expect(factIn(report, fact), fact).toMatchObject({ verdict: "confirmed" });
  });

  test.each<[string, Partial<ContractOptions>]>([
    ["declined prices", { buy: () => false, buyV2: () => false, only: [...V1, ...V2] }],
    ["an existing task for version 2", { buyV2: () => expect.unreachable(), tasks: { generation: "424010985738629" } }],
  ])("%s: nothing is bought", async (_, options) => {
    const { bought, paid } = await live(options);
    expect([bought, paid]).toEqual([0, undefined]);
  });

  test("a free server never gets a paid request", async () => {
    const { bought, paid } = await live({ free: true, only: V2.slice(0, 2), buyV2: () => expect.unreachable() });
    expect(paid).toBe(undefined);
    expect(bought).toBeGreaterThan(1);
  });

  test.each([
    ["a refused create is not reported as paid", 402, "1008", undefined],
    ["a create whose reply was lost may be paid", 500, "1000", `perhaps, because the reply was lost: ${V2_PRICE}`],
  ])("%s, and is sent once", async (_, status, code, price) => {
    const error = { type: "x", message: `no (${code})`, http_code: String(status) };
    const body = { type: "error", error, request_id: "0".repeat(32) };
    const server = answering(status, body, (_, method) => method === "POST");
    const { report, paid } = await live({ buyV2: () => true, only: V2.slice(0, 2), fetch: server.fetching });
    expect([server.sent, paid]).toEqual([1, price && expect.stringContaining(price)]);
    expect(checkIn(report, "videoGenerationV2Create", "flow")?.findings[0]?.place).toBe("flow, create");
  });

  test.each<[string, Partial<ContractOptions>, string]>([
    ["version 2 of a gateway that has none", { buyV2: () => true }, "videoGenerationV2Create is not among"],
    ["a task of version 2 there", { tasks: { generation: "1" } }, `${QUERY} is not among`],
  ])("%s is refused before anything is sent", async (_, options, words) => {
    const unsent: typeof fetch = () => expect.unreachable("nothing is sent");
    const server = { baseUrl: mock.url, like: "quickrouter" as const };
    const failure = await failureOf(live({ server, only: undefined, buy: () => true, fetch: unsent, ...options }));
    expect(failure).toMatchObject({ name: "ValidationError", issues: [{ message: expect.stringContaining(words) }] });
  });
});

test.each<[TaskKind, confirmed: string[], tested: string[]]>([
  ["video", ["file-id-in-double", "video-is-mp4"], ["queryVideoGenerationTask", "retrieveFile"]],
  ["template", ["no-queueing-of-templates", "video-is-mp4"], ["queryVideoTemplateGenerationTask"]],
  ["generation", ["v2-link-in-task", "v2-unknown-task", "video-is-mp4"], [QUERY]],
  ["regeneration", ["v2-link-in-task", "video-is-mp4"], [QUERY]],
  ["h3_context_ir", ["v2-prompt-in-task"], [QUERY]],
])("an existing task of kind %s is tested without cost", async (kind, confirmed, tested) => {
  const task = await made(kind);
  const { report, exchanges, bought, paid } = await live({ tasks: { [kind]: task.id }, only: undefined });
  expect([bought, paid, checksIn(report, "failed")]).toEqual([0, undefined, []]);
  for (const id of confirmed) expect(factIn(report, id), id).toMatchObject({ verdict: "confirmed" });
  for (const id of tested) expect(checkIn(report, id), id).toMatchObject({ outcome: "passed", cases: 1 });
  // It is neither cancelled nor deleted, with any key.
  expect(exchanges.filter(({ url, method }) => url.includes(task.id) && !/GET|PATCH/.test(method))).toEqual([]);
  expect((await task.status()).state).toBe("succeeded");
});

describe("the command line", () => {
  const folder = folderForAll();

  async function contract(args: string[], env: Record<string, string> = { MINIMAX_API_KEY: KEY }) {
    const { io, printed } = commandIo(env);
    const before = mock.creates;
    const code = await run(["contract", "--server", mock.url, "--report", folder, ...args], io);
    expect(printed.stdout + printed.stderr).not.toContain(KEY);
    return { code, bought: mock.creates - before, ...printed };
  }

  test("--seed sends the sample of illegal bodies of another run", async () => {
    const args = ["--only", "videoGeneration", "--requests-per-minute", "60000", "--traffic"];
    const sentBy = async (...more: string[]) => {
      expect((await contract([...args, ...more])).code).toBe(0);
      const lines = readFileSync(join(folder, "traffic.ndjson"), "utf8").trim().split("\n");
      return lines.map((line) => JSON.parse(line).request?.body ?? "");
    };
    const first = await sentBy();
    const { runs }: Report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    const [, seed = ""] = /--seed (\d+)/.exec(runs[0]?.warnings.join() ?? "") ?? [];
    expect(await sentBy("--seed", seed)).toEqual(first);
    expect(await sentBy("--seed", String(Number(seed) + 1))).not.toEqual(first);
  });

  test("--paid-v2 prints the price and the task, and buys one video; --task tests one task of each kind as well", async () => {
    const [video, prompt] = [await made("video"), await made("h3_context_ir")];
    const tasks = ["--task", video.id, "--task", `h3_context_ir:${prompt.id}`];
    const { code, bought, stdout, stderr } = await contract(["--paid-v2", ...tasks, "--requests-per-minute", "60000"]);
    expect(stdout).toMatch(/^Contract held/);
    expect([code, bought]).toEqual([0, 1]);
    expect(stdout).toContain("\nPaid for: 0.25 USD");
    expect(stderr).toMatch(
      /Buying one video of version 2, .* 0\.25 USD .*\n(?:.*\n)*Bought\. To check the task again free of charge, use --task generation:\d+\./,
    );
    const report: Report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expect(report.runs[0]?.target.paid).toContain(V2_PRICE);
    for (const id of ["v2-prompt-in-task", "file-id-in-double"])
      expect(factIn(report, id)).toMatchObject({ verdict: "confirmed" });
  });

  test.each([
    [["--paid-v2", "--free"], "leave out --paid and --paid-v2"],
    [["--paid-v2", "--task", "generation:1"], "would buy a new one"],
    [["--paid", "--task", "1"], "would buy a new one"],
    [["--task", "film:1"], "where KIND is one of video, template, generation, regeneration, h3_context_ir"],
    [["--task", "generation:"], "--task takes an id"],
    [["--task", "1", "--task", "video:2"], "--task video:… is given twice"],
    [["--paid-v2", "--like", "quickrouter"], "--paid-v2: videoGenerationV2Create is not among the operations"],
    [
      ["--task", "generation:3f2a-77b1:c.d", "--like", "quickrouter"],
      "--task: videoGenerationV2Query is not among the operations",
    ],
    ...["--paid", "--paid-v2", "--task=1"].map((option): [string[], string, object] => [
      [option],
      "set MINIMAX_API_KEY",
      {},
    ]),
  ])("%j is refused, unpaid: %s", async (args, words, env?: object) => {
    const { code, bought, stderr } = await contract(args, env && {});
    expect([code, bought]).toEqual([2, 0]);
    expect(stderr).toContain(words);
  });
});
