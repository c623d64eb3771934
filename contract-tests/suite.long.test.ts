/** The contract suite: its verdicts on Prism and the mock, and its findings about faulty servers. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { redocly, roots } from "../openapi/documents.js";
import { facts } from "../src/contract/documented-facts.js";
import { type Report, runContract, trafficOf } from "../src/contract/index.js";
import { startMock } from "../src/mock/index.js";
import { type Bend, bentServers } from "./helpers/bent-server.js";
import { LIKE, names } from "./helpers/documents.js";
import { seededFaults } from "./helpers/seeded-faults.js";
import { folderForAll } from "./helpers/temporary-folder.js";

// A run of the whole suite takes seconds, or minutes on a busy machine.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const failedIn = ({ runs }: Report) =>
  runs.flatMap(({ checks }) =>
    checks.filter(({ outcome }) => outcome === "failed").map((check) => `${check.operationId} ${check.kind}`),
  );
const verdictsIn = ({ runs }: Report, verdict: string) =>
  runs.flatMap((run) => run.facts.filter((fact) => fact.verdict === verdict).map(({ id }) => id));

describe.each(names)("Prism with the spec of %s", (name) => {
  const folder = folderForAll();
  let result: Awaited<ReturnType<typeof runContract>>;
  beforeAll(async () => {
    const server = { baseUrl: inject("prism")[name] as string, like: LIKE[name] };
    result = await runContract({ server, apiKey: "any", free: true, prefers: true, anyKey: true });
  });

  test("fails no check, skips only what does not apply, and agrees with every cell of the matrix", () => {
    const { runs, matrix } = result.report;
    expect(failedIn(result.report)).toEqual([]);
    const reasons = new Set(runs[0]?.checks.flatMap(({ reason }) => reason ?? []));
    expect([...reasons].sort()).toEqual(["the spec has no such case", "this server accepts any key"]);
    expect(runs[0]?.checks.filter(({ outcome }) => outcome === "passed").length).toBeGreaterThan(20);
    expect(matrix.length).toBeGreaterThan(5);
    expect(new Set(matrix.map(({ legal }) => legal)).size).toBe(2);
    expect(matrix.filter(({ dissent }) => dissent.length > 0)).toEqual([]);
  });

  test("its traffic covers every operation, parameter, property and reply, by our count and by Redocly's", async () => {
    for (const { operationId, ...shares } of result.report.runs[0]?.coverage ?? [])
      for (const [what, { missing }] of Object.entries(shares)) expect(missing, `${operationId} ${what}`).toEqual([]);
    expect(result.report.runs[0]?.coverage.length).toBeGreaterThan(2);
    const [traffic, output] = [join(folder, "traffic.ndjson"), join(folder, "coverage.json")];
    writeFileSync(traffic, trafficOf(result.exchanges));
    const server = inject("prism")[name] as string;
    // Redocly's check fails, because the suite also sends illegal requests. Only the coverage counts here.
    const options = ["--server", server, "--coverage", "--coverage-output", output];
    await expect(redocly(["drift", traffic, "--api", roots[name] as string, ...options])).rejects.toThrow();
    const { totals } = JSON.parse(readFileSync(output, "utf8")) as {
      totals: Record<string, { covered: number; total: number }>;
    };
    for (const [what, { covered, total }] of Object.entries(totals)) expect(covered, what).toBe(total);
    expect(totals.properties?.total).toBeGreaterThan(15);
  });
});

describe("the mock", () => {
  /** Its clock advances when a task is queried, so that nothing waits, and a task can be cancelled right after its create. */
  async function resultOf(options: object): Promise<Report> {
    let clock = Date.now();
    const mock = await startMock({ now: () => clock, ...options });
    const fetching: typeof fetch = (input, init) => {
      const { method = "GET" } = init ?? {};
      if (method === "POST") clock += 1000;
      if (method === "GET" && /\/query\/\w+[/?]/.test(String(input))) clock += 9_000;
      return fetch(input, init);
    };
    const run = runContract({ server: mock.url, apiKey: "any", free: true, prefers: true, fetch: fetching });
    return (await run.finally(() => mock.close())).report;
  }

  test("fails no check, confirms every fact that it can, and contradicts none", async () => {
    const report = await resultOf({});
    expect(failedIn(report)).toEqual([]);
    const reasons = report.runs.flatMap(({ checks }) => checks.flatMap(({ reason }) => reason ?? []));
    expect([...new Set(reasons)]).toEqual(["the spec has no such case"]);
    expect(verdictsIn(report, "contradicted")).toEqual([]);
    expect(verdictsIn(report, "confirmed")).toEqual(expect.arrayContaining(facts.map(({ id }) => id)));
    // Replies with these statuses, and failed tasks, do not occur here.
    const rest = verdictsIn(report, "not asked").filter((id) => !/^\w+ (402|422|429|500|529) /.test(id));
    expect(rest.filter((id) => !/[.]error\b|input_audio_seconds$/.test(id))).toEqual([
      "retrieveFile 200 file.backup_download_url",
    ]);
    expect(report.matrix.filter(({ dissent }) => dissent.length > 0)).toEqual([]);
    expect(report.runs.flatMap(({ checks }) => checks.filter(({ kind }) => kind === "flow")).length).toBe(6);
  });

  test("in strict mode contradicts one fact: that refusals have HTTP 200", async () => {
    const report = await resultOf({ strict: true });
    expect(failedIn(report)).toEqual([]);
    expect(verdictsIn(report, "contradicted")).toEqual(["refused-under-200"]);
  });
});

test.each([
  ["sk-api-any", "getTokenPlan", "token-plan"],
  ["sk-cp-any", "getAccountBalance", "pay-as-you-go"],
])("with the key %s, nothing is reported about %s", async (apiKey, operation, kind) => {
  const mock = await startMock({ speed: 400 });
  const only = ["getAccountBalance", "getTokenPlan"];
  const { report } = await runContract({ server: mock.url, apiKey, free: true, prefers: true, only });
  await mock.close();
  expect(failedIn(report)).toEqual([]);
  const checks = report.runs[0]?.checks.filter(({ operationId }) => operationId === operation) ?? [];
  expect(checks.map(({ reason }) => reason)).toContain(`needs a key of another kind: ${kind}`);
});

describe("a server", () => {
  let servers: Awaited<ReturnType<typeof bentServers>>;
  beforeAll(async () => {
    servers = await bentServers();
  });
  afterAll(() => servers.close());

  const FILES = "uploadFile listFiles retrieveFile retrieveFileContent deleteFile";
  const V2_TASKS = ["Create", "Query", "List", "Delete"].map((verb) => `videoGenerationV2${verb}`).join(" ");

  // The tests of seeded faults show that each is named. These show that nothing else is reported with it.
  test.each<[title: string, only: string, failed: string, contradicted?: string]>([
    ["takes any whole number as a duration", "videoGeneration", "videoGeneration illegal data, videoGeneration flow"],
    ["takes half a JSON document", "videoGeneration", "videoGeneration malformed body"],
    ["succeeds without a file", "videoGeneration", "videoGeneration flow"],
    [
      "writes task_id as a number",
      "videoGeneration",
      "videoGeneration reply schema",
      "task-id-digits, videoGeneration 200 task_id",
    ],
    ["refuses under HTTP 400 in version 1", "videoGeneration", "videoGeneration declared status", "refused-under-200"],
    [
      "refuses under HTTP 200 in version 2",
      V2_TASKS,
      "videoGenerationV2Create reply schema",
      "v2-real-statuses, v2-type-of-status, v2-status-in-words, videoGenerationV2Create 200 task_id",
    ],
    ["links to a host that does not exist", V2_TASKS, "videoGenerationV2Create flow", "link-takes-ranges"],
    ["confirms a cancellation and continues", V2_TASKS, "videoGenerationV2Create flow"],
    ["lists files with a wrong key", "listFiles", "listFiles wrong key"],
    ["accepts a text as a picture", FILES, "uploadFile flow"],
    ["retrieves a deleted file", FILES, "uploadFile flow"],
  ])("that %s is reported for nothing else", async (title, only, failed, contradicted = "") => {
    const fault =
      Object.values(seededFaults)
        .flat()
        .find((one) => one.title === title) ?? expect.unreachable();
    const { report } = await servers.run(fault, { only: only.split(" ") });
    expect([failedIn(report), verdictsIn(report, "contradicted").join(", ")]).toEqual([
      failed.split(", "),
      contradicted,
    ]);
    const findings = report.runs.flatMap(({ checks }) => checks.flatMap((check) => check.findings));
    for (const { source, spec, saw } of findings)
      expect([source, spec, saw]).toEqual([/^openapi\//, /\w/, /\w/].map((form) => expect.stringMatching(form)));
  });

  test("may accept blank prompts, because only we refuse them", async () => {
    const bend: Bend = (sent, pass) => {
      const isBlank = sent.keyed && /^\s+$/.test(sent.json?.prompt);
      return isBlank ? pass({ json: { ...sent.json, prompt: "A fox." } }) : pass();
    };
    const { report } = await servers.run({ bend: () => bend }, { only: ["videoGeneration"] });
    expect([failedIn(report), verdictsIn(report, "contradicted")]).toEqual([[], []]);
  });
});

test("every fact names its source, and each named heading of SOURCES.md exists", () => {
  const headings = readFileSync(new URL("../openapi/SOURCES.md", import.meta.url), "utf8");
  for (const { id, says, source } of facts) {
    expect(says, id).toMatch(/^\S.*[.]$/);
    const heading = /SOURCES\.md, "([^"]+)"/.exec(source)?.[1];
    if (heading) expect(headings).toContain(`### ${heading}\n`);
    else expect(source).toMatch(/^openapi\//);
  }
});
