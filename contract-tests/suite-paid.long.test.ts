/** The contract suite at a server that charges: what it buys, when and for how much, which tasks it tests, and what it reports. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskKind, VideoTask } from "../src/base/task.js";
import { run } from "../src/cli/run-command.js";
import { type ContractOptions, junitOf, pageOf, type Report, runContract, summaryOf } from "../src/contract/index.js";
import { createClient } from "../src/index.js";
import { type Mock, startMock } from "../src/mock/index.js";

const PRICE = "0.10 USD (pricing-paygo page of platform.minimax.io, 2026-10-08)";
const PRICE2 = "0.25 USD (MiniMax-H3-Max, 480P, 5 s, pricing-paygo page of platform.minimax.io";
const KEY = "sk-nobody-may-see-this-key";
const TASK2 = "needs a task of version 2 (--paid-v2, --task generation:ID)";
const QUERY = "videoGenerationV2Query";
const V1 = ["videoGeneration", "queryVideoGenerationTask", "retrieveFile"];
const V2 = ["videoGenerationV2Create", QUERY, "videoGenerationV2List", "videoGenerationV2Delete"];

let mock: Mock;
beforeAll(async () => {
  // A clock that hurries: `speed` would shorten the hour of a link as well.
  const begun = Date.now();
  mock = await startMock({ now: () => begun + (Date.now() - begun) * 900 });
});
afterAll(() => mock.close());

/** What came of a run, and all that it has sent. */
async function live(options: Partial<ContractOptions> = {}) {
  const before = mock.creates;
  const { report, exchanges } = await runContract({
    server: mock.url,
    free: false,
    apiKey: KEY,
    requestsPerMinute: 60_000,
    only: V2,
    ...options,
  });
  const [target] = report.runs.map((run) => run.target);
  expect(JSON.stringify([report, exchanges])).not.toContain(KEY);
  return { report, exchanges, bought: mock.creates - before, paid: target?.paid };
}

const failuresIn = ({ runs }: Report) =>
  runs.flatMap(({ checks }) => checks.filter(({ outcome }) => outcome === "failed"));
const factIn = ({ runs }: Report, id: string) => runs[0]?.facts.find((fact) => fact.id === id);
const checkIn = ({ runs }: Report, operationId: string, kind = "legal data") =>
  runs[0]?.checks.find((check) => check.operationId === operationId && check.kind === kind);

/** A task that some user has made, and that is over. */
async function made(kind: TaskKind): Promise<VideoTask> {
  const { videos, templates, contextIR } = createClient({ apiKey: KEY, server: mock.url });
  const content = [{ type: "text", text: "a fox" }] as const;
  const task = await {
    video: () => videos.create({ model: "T2V-01", prompt: "a fox" }),
    template: () =>
      templates.create({
        template_id: "393769180141805569",
        text_inputs: [{ value: "lion" }],
        media_inputs: [{ value: "https://x.example/a.png" }],
      }),
    generation: () =>
      videos.create({ model: "MiniMax-H3", content: [...content], resolution: "768P", duration: 4, ratio: "16:9" }),
    regeneration: async () => {
      const source = await made("generation");
      return videos.create({ model: "MiniMax-H3", source_task_id: source.id, resolution: "2K" });
    },
    h3_context_ir: () => contextIR.create({ model: "MiniMax-H3", content: [...content], duration: 4, ratio: "16:9" }),
  }[kind]();
  await task.wait({ pollInterval: 20 });
  return task as VideoTask;
}

describe("version 2", () => {
  test("has its cheapest video bought once, after a confirmation of the price; the video is neither cancelled nor deleted", async () => {
    const before = mock.creates;
    const told: (string | undefined)[] = [];
    const tasks: VideoTask[] = [];
    const { report, exchanges, bought, paid } = await live({
      buyV2: (price) => {
        expect(mock.creates).toBe(before);
        told.push(price);
        return true;
      },
      onTask: (task) => tasks.push(task),
    });
    expect(bought).toBe(1);
    expect(told).toEqual([expect.stringContaining(PRICE2)]);
    expect(paid).toBe(told[0]);
    expect(failuresIn(report)).toEqual([]);
    const keyed = exchanges.filter((one) => one.keyed && one.method !== "GET" && one.status === 200);
    expect(keyed.map(({ operationId }) => operationId)).toEqual(["videoGenerationV2Create"]);
    expect(JSON.parse(keyed[0]?.body ?? "{}")).toMatchObject({
      model: "MiniMax-H3-Max",
      resolution: "480P",
      duration: 5,
    });
    // Nobody with a wrong key, or none, is told which task that was.
    expect(tasks.map(({ kind }) => kind)).toEqual(["generation"]);
    const id = tasks[0]?.id ?? "";
    const naming = exchanges.filter(({ url }) => url.includes(id));
    expect(naming.filter(({ method, keyed }) => method === "DELETE" || (method !== "GET" && keyed))).toEqual([]);
    expect(naming.some(({ operationId }) => operationId === "videoGenerationV2List")).toBe(true);
    expect((await createClient({ apiKey: KEY, server: mock.url }).videos.task(id, "generation").status()).state).toBe(
      "succeeded",
    );
  });

  test("has its facts confirmed after a purchase, and says what the others need", async () => {
    const { report } = await live({ buyV2: () => true });
    for (const id of [
      "v2-status-words",
      "v2-link-in-task",
      "v2-link-is-limited",
      "v2-created-at-seconds",
      "v2-unknown-task",
    ])
      expect(factIn(report, id), id).toMatchObject({ verdict: "confirmed" });
    expect(factIn(report, `${QUERY} 200 task.content.url`)).toMatchObject({ verdict: "confirmed" });
    expect(checkIn(report, QUERY)).toMatchObject({ outcome: "passed" });
    for (const [id, reason] of [
      ["v2-prompt-in-task", "needs an expanded prompt of version 2 (--task h3_context_ir:ID)"],
      ["v2-cancel-in-words", "might cost money; sent only to a server that charges nothing (--free)"],
      ["videoGenerationV2Delete 200 action", "might cost money; sent only to a server that charges nothing (--free)"],
    ] as const)
      expect(factIn(report, id), id).toMatchObject({ verdict: "not asked", reason });
  });

  test("contradicts a fact if the bought task does", async () => {
    const { report } = await live({
      buyV2: () => true,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (!response.headers.get("content-type")?.includes("json")) return response;
        const text = (await response.text()).replace(/"created_at":(\d{10})/g, '"created_at":$1000');
        return new Response(text, { status: response.status, headers: { "content-type": "application/json" } });
      },
    });
    expect(factIn(report, "v2-created-at-seconds")).toMatchObject({ verdict: "contradicted" });
  });

  test("is not tested without a task, and the check, its facts, the page and the JUnit XML say what it needs", async () => {
    const { report, bought, paid } = await live();
    expect([bought, paid]).toEqual([0, undefined]);
    expect(checkIn(report, QUERY)).toMatchObject({ outcome: "skipped", reason: TASK2 });
    for (const id of ["v2-status-words", `${QUERY} 200 task.id`])
      expect(factIn(report, id), id).toMatchObject({ verdict: "not asked", reason: TASK2 });
    expect(pageOf(report)).toMatch(/v2-status-words; SOURCES.md, [^<]*; needs a task of version 2 \(--paid-v2/);
    expect(junitOf(report)).toMatch(
      /name="v2-status-words: [^>]*><skipped message="needs a task of version 2 \(--paid-v2/,
    );
    expect(junitOf(report)).not.toContain('name="paid"');
    expect(summaryOf(report)).not.toContain("Paid for");
  });

  test("is neither bought nor tested without a key", async () => {
    const { report, exchanges, bought } = await live({
      apiKey: undefined,
      buyV2: () => true,
      buy: () => true,
      tasks: { h3_context_ir: "424010985738629" },
    });
    expect(bought).toBe(0);
    expect(exchanges.filter(({ keyed, status }) => keyed && status === 200)).toEqual([]);
    expect(checkIn(report, QUERY)).toMatchObject({ outcome: "skipped", reason: "needs a key" });
    expect(factIn(report, "v2-status-words")).toMatchObject({ verdict: "not asked", reason: "needs a key" });
    expect(failuresIn(report)).toEqual([]);
  });
});

describe("money", () => {
  test("both purchases are confirmed before either is made, and every report says what was paid", async () => {
    const before = mock.creates;
    const { report, bought, paid } = await live({
      only: [...V1, ...V2],
      buy: () => mock.creates === before,
      buyV2: () => mock.creates === before,
    });
    expect(bought).toBe(2);
    expect(failuresIn(report)).toEqual([]);
    expect(paid).toMatch(`${PRICE}; and ${PRICE2}`);
    expect(checkIn(report, "retrieveFile")).toMatchObject({ outcome: "passed" });
    expect(pageOf(report)).toContain(`Paid for: ${PRICE}; and ${PRICE2}`);
    expect(junitOf(report)).toContain(`<property name="paid" value="${PRICE}; and ${PRICE2}`);
    expect(summaryOf(report, { width: 200 })).toContain(`\nPaid for: ${PRICE}; and ${PRICE2}`);
  });

  test("nothing is bought if version 2 is declined", async () => {
    const { bought, paid } = await live({ buyV2: () => false });
    expect([bought, paid]).toEqual([0, undefined]);
  });

  test.each([
    ["a free server buys nothing, and says so", { free: true }, 2],
    ["a task of the kind stands instead of the purchase", { tasks: { generation: "424010985738629" } }, 0],
  ])("%s", async (_, options, creates) => {
    const asked: unknown[] = [];
    const only = "free" in options ? ["videoGenerationV2Create", QUERY] : V2;
    const { bought, paid } = await live({ only, buyV2: (price) => Boolean(asked.push(price)), ...options });
    expect(asked).toEqual([]);
    expect(paid).toBe(undefined);
    expect(bought).toBeGreaterThanOrEqual(creates);
  });

  test("a refused create is not reported as paid; one whose reply was lost may be paid, and is sent once", async () => {
    const answering = async (status: number, code: string) => {
      let sent = 0;
      const { report, paid } = await live({
        buyV2: () => true,
        only: V2.slice(0, 2),
        fetch: async (input, init) => {
          const isOurs = new Headers(init?.headers).get("authorization") === `Bearer ${KEY}`;
          if (!isOurs || init?.method !== "POST") return fetch(input, init);
          sent++;
          const error = { type: "x", message: `no (${code})`, http_code: String(status) };
          const body = { type: "error", error, request_id: "0".repeat(32) };
          return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
        },
      });
      const flow = checkIn(report, "videoGenerationV2Create", "flow");
      return { sent, paid, place: flow?.findings[0]?.place };
    };
    expect(await answering(402, "1008")).toEqual({ sent: 1, paid: undefined, place: "flow, create" });
    expect(await answering(500, "1000")).toEqual({
      sent: 1,
      paid: expect.stringContaining(`perhaps, because the reply was lost: ${PRICE2}`),
      place: "flow, create",
    });
  });

  test.each([
    ["version 2 of a gateway that has none", { buyV2: () => true }, "videoGenerationV2Create is not among"],
    ["a task of version 2 there", { tasks: { generation: "1" } }, `${QUERY} is not among`],
  ])("%s is refused before anything is sent", async (_, options, words) => {
    let sent = 0;
    const fetching: typeof fetch = (...request) => {
      sent++;
      return fetch(...request);
    };
    const buy = () => true;
    const server = { baseUrl: mock.url, like: "quickrouter" as const };
    await expect(live({ server, only: undefined, buy, fetch: fetching, ...options })).rejects.toMatchObject({
      name: "ValidationError",
      issues: [{ message: expect.stringContaining(words) }],
    });
    expect(sent).toBe(0);
  });
});

describe("a task that exists", () => {
  test.each<[TaskKind, confirmed: string[]]>([
    ["video", ["file-id-in-double", "video-is-mp4"]],
    ["template", ["no-queueing-of-templates", "video-is-mp4"]],
    ["generation", ["v2-link-in-task", "v2-unknown-task", "video-is-mp4"]],
    ["regeneration", ["v2-link-in-task", "video-is-mp4"]],
    ["h3_context_ir", ["v2-prompt-in-task"]],
  ])("of kind %s is tested without cost", async (kind, confirmed) => {
    const task = await made(kind);
    const { report, exchanges, bought, paid } = await live({ tasks: { [kind]: task.id }, only: undefined });
    expect([bought, paid]).toEqual([0, undefined]);
    expect(failuresIn(report)).toEqual([]);
    for (const id of confirmed) expect(factIn(report, id), id).toMatchObject({ verdict: "confirmed" });
    // Neither cancelled nor deleted, whatever key that is tried with.
    expect(exchanges.filter(({ url, method }) => url.includes(task.id) && !/GET|PATCH/.test(method))).toEqual([]);
    expect((await task.status()).state).toBe("succeeded");
  });

  test("lets its query be tested", async () => {
    const video = await made("video");
    const without = await live({ only: V1 });
    expect(checkIn(without.report, "queryVideoGenerationTask")).toMatchObject({
      outcome: "skipped",
      reason: "needs a task of version 1 (--paid, --task ID)",
    });
    const { report } = await live({ only: V1, tasks: { video: video.id } });
    for (const operationId of ["queryVideoGenerationTask", "retrieveFile"])
      expect(checkIn(report, operationId), operationId).toMatchObject({ outcome: "passed", cases: 1 });
  });
});

describe("the command line", () => {
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-paid-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function contract(args: string[], env: Record<string, string> = { MINIMAX_API_KEY: KEY }) {
    const printed = { stdout: "", stderr: "" };
    const before = mock.creates;
    const code = await run(["contract", "--server", mock.url, "--report", folder, ...args], {
      stdin: (async function* () {})(),
      stdout: { write: (text) => (printed.stdout += text) },
      stderr: { write: (text) => (printed.stderr += text) },
      env,
      signal: new AbortController().signal,
      isTTY: false,
    });
    expect(printed.stdout + printed.stderr).not.toContain(KEY);
    return { code, bought: mock.creates - before, ...printed };
  }

  test("--paid-v2 prints the price and the task, and buys one video; --task tests one task of each kind as well", async () => {
    const [video, prompt] = [await made("video"), await made("h3_context_ir")];
    const { code, bought, stdout, stderr } = await contract([
      "--paid-v2",
      "--task",
      video.id,
      "--task",
      `h3_context_ir:${prompt.id}`,
      "--requests-per-minute",
      "60000",
    ]);
    expect(stdout).toMatch(/^Contract held/);
    expect([code, bought]).toEqual([0, 1]);
    expect(stdout).toContain("\nPaid for: 0.25 USD");
    expect(stderr).toMatch(
      /Buying one video of version 2, .* 0\.25 USD .*\n(?:.*\n)*Bought\. To check the task again free of charge, use --task generation:\d+\./,
    );
    const report: Report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expect(report.runs[0]?.target.paid).toContain(PRICE2);
    expect(factIn(report, "v2-prompt-in-task")).toMatchObject({ verdict: "confirmed" });
    expect(factIn(report, "file-id-in-double")).toMatchObject({ verdict: "confirmed" });
  });

  test.each([
    [["--paid-v2", "--free"], "leave out --paid and --paid-v2"],
    [["--paid-v2", "--task", "generation:1"], "would buy a new one"],
    [["--paid", "--task", "1"], "would buy a new one"],
    [["--task", "film:1"], "with one of video, template, generation, regeneration, h3_context_ir"],
    [["--task", "generation:"], "--task takes an id"],
    [["--task", "1", "--task", "video:2"], "--task video:… is given twice"],
    [["--paid-v2", "--like", "quickrouter"], "--paid-v2: videoGenerationV2Create is not among the operations"],
    [["--task", "generation:1", "--like", "quickrouter"], "--task: videoGenerationV2Query is not among the operations"],
  ])("%j is refused, unpaid", async (args, words) => {
    const { code, bought, stderr } = await contract(args);
    expect([code, bought]).toEqual([2, 0]);
    expect(stderr).toContain(words);
  });

  test.each([["--paid"], ["--paid-v2"], ["--task=1"]])("%s needs a key", async (option) => {
    const { code, bought, stderr } = await contract([option], {});
    expect([code, bought]).toEqual([2, 0]);
    expect(stderr).toContain("set MINIMAX_API_KEY");
  });
});
