/** The contract suite: its verdicts on Prism and the mock, and its findings about faulty servers. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { redocly, roots } from "../openapi/documents.js";
import { facts } from "../src/contract/fact-verdicts.js";
import { type Report, runContract, trafficOf } from "../src/contract/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { LIKE, names } from "./helpers/documents.js";
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

/** A task of API v2 is queued for 20 seconds, so that it can be cancelled right after its create. */
const STEP = 9_000;

/** A mock whose clock advances when a task is queried, and a `fetch` for it, so that nothing waits or is too late. */
async function startClocked(options: object = {}): Promise<{ mock: Mock; fetching: typeof fetch }> {
  let clock = Date.now();
  const mock = await startMock({ now: () => clock, ...options });
  const fetching: typeof fetch = (input, init) => {
    const { method = "GET" } = init ?? {};
    if (method === "POST") clock += 1000;
    if (method === "GET" && /\/query\/\w+[/?]/.test(String(input))) clock += STEP;
    return fetch(input, init);
  };
  return { mock, fetching };
}

describe("the mock", () => {
  async function resultOf(options: object): Promise<Report> {
    const { mock, fetching } = await startClocked(options);
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

type Reply = { status: number; headers: Record<string, string>; text: string };
type Request = { path: string; body: string; key: string };
/** Changes a reply of the mock to that of a faulty server. */
type Spoil = (reply: Reply, request: Request) => Partial<Reply> | undefined;

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

describe("a faulty server is detected", () => {
  let mock: Mock;
  let good: typeof fetch;
  beforeAll(async () => {
    ({ mock, fetching: good } = await startClocked());
  });
  afterAll(() => mock.close());

  /** Tests some operations of the mock, with some of its JSON replies changed. */
  async function spoilt(spoil: Spoil, only: readonly string[]): Promise<Report> {
    const fetching: typeof fetch = async (input, init) => {
      const response = await good(input, init);
      if (!response.headers.get("content-type")?.includes("json")) return response;
      const key = new Headers(init?.headers).get("authorization") ?? "";
      const request = { path: new URL(String(input)).pathname, body: String(init?.body ?? ""), key };
      const headers = { ...Object.fromEntries(response.headers), "content-length": "" };
      const reply = { status: response.status, headers, text: await response.text() };
      const { text, ...rest } = { ...reply, ...spoil(reply, request) };
      return new Response(text, rest);
    };
    return (await runContract({ server: mock.url, apiKey: "any", free: true, fetch: fetching, only })).report;
  }

  const replaced =
    (what: string | RegExp, by: string): Spoil =>
    ({ text }) => ({ text: text.replace(what, by) });
  /** Changes replies at a path, if they have the expected form. */
  const at =
    (
      wanted: RegExp,
      change: Partial<Reply> | Spoil,
      when: (reply: Reply, request: Request) => boolean = () => true,
    ): Spoil =>
    (reply, request) => {
      if (!wanted.test(request.path) || !when(reply, request)) return undefined;
      return typeof change === "function" ? change(reply, request) : change;
    };
  const accepted = { text: '{"task_id":"123456789012345","base_resp":{"status_code":0,"status_msg":"success"}}' };
  const empty = { text: '{"base_resp":{"status_code":0,"status_msg":"success"}}' };

  const CREATE = ["videoGeneration"];
  const RETRIEVE = ["retrieveFile"];
  const TEMPLATES = ["videoTemplateGeneration", "queryVideoTemplateGenerationTask"];
  const V2_READS = ["videoGenerationV2Query", "videoGenerationV2List"];
  const V2_TASKS = ["videoGenerationV2Create", ...V2_READS, "videoGenerationV2Delete"];
  const FILES = ["uploadFile", "listFiles", "retrieveFile", "retrieveFileContent", "deleteFile"];

  // helpers/seeded-faults.ts has more faults. These test that nothing else is reported with them.
  test.each<[title: string, only: string[], spoil: Spoil, failed: string, contradicted?: RegExp]>([
    [
      "accepts illegal creates",
      CREATE,
      at(/^.v1.video_generation/, accepted, ({ text }, { key }) => key === "Bearer any" && text.includes("2013")),
      "videoGeneration illegal data, videoGeneration malformed body, videoGeneration right subject",
      /^videoGeneration 200 task_id/,
    ],
    [
      "accepts blank prompts, which is not a fault, because only we refuse them",
      CREATE,
      at(/^.v1.video_generation/, accepted, (_, { body, key }) => key === "Bearer any" && /"prompt":"\s+"/.test(body)),
      "",
    ],
    [
      "ignores all parameters",
      RETRIEVE,
      at(/retrieve/, empty),
      "retrieveFile illegal parameter, retrieveFile missing key, retrieveFile missing parameter, retrieveFile unknown id, retrieveFile wrong key",
    ],
    [
      "gives ids as numbers",
      TEMPLATES,
      ({ text }) => ({ text: text.replace(/"(task_id)":"(\d+)"/g, '"$1":$2') }),
      "queryVideoTemplateGenerationTask reply schema, videoTemplateGeneration reply schema",
      /^(queryVideoTemplateGenerationTask|videoTemplateGeneration) 200 task_id|^task-id-digits/,
    ],
    [
      "answers with an HTML page",
      [...CREATE, ...RETRIEVE],
      at(/retrieve/, { text: "<html></html>", headers: { "content-type": "text/html" } }),
      "retrieveFile illegal parameter, retrieveFile legal data, retrieveFile missing key, retrieveFile missing parameter, retrieveFile reply schema, retrieveFile unknown id, retrieveFile wrong key, videoGeneration flow",
    ],
    [
      "uses HTTP codes",
      ["queryVideoGenerationTask", ...RETRIEVE],
      at(/^.v1/, { status: 401 }, ({ text }, { key }) => text.includes("1004") && key === ""),
      "queryVideoGenerationTask declared status, retrieveFile declared status",
      /^refused-under-200/,
    ],
    ["never finishes a task", CREATE, at(/query/, replaced("Success", "Fail")), "videoGeneration flow"],
    [
      "refuses under HTTP 200 in version 2 as well",
      V2_READS,
      at(/^.v2/, { status: 200 }, ({ status }) => status === 401),
      "videoGenerationV2List reply schema, videoGenerationV2Query reply schema",
      /^v2-(real-statuses|type-of-status|status-in-words|missing-key)|^videoGenerationV2(List|Query) 200 (items|total|task)/,
    ],
    [
      "has no links in its tasks",
      V2_TASKS,
      replaced(/"content":\{"url":"[^"]+"\}/, '"content":{}'),
      "videoGenerationV2Create flow",
      /^v2-link-in-task/,
    ],
    [
      "confirms a cancellation, but continues",
      V2_TASKS,
      at(/query/, replaced('"status":"cancelled"', '"status":"running"')),
      "videoGenerationV2Create flow, videoGenerationV2List list facts",
    ],
    [
      "accepts any upload",
      FILES,
      at(
        /upload/,
        {
          status: 200,
          text: '{"file":{"file_id":1,"bytes":1,"created_at":1785125529,"filename":"a","purpose":"video_generation_input"},"base_resp":{"status_code":0,"status_msg":"success"}}',
        },
        ({ status }) => status === 400,
      ),
      "uploadFile flow",
    ],
    [
      "deletes nothing",
      FILES,
      at(/retrieve/, { text: empty.text.replace("{", '{"file":{"file_id":1},') }, ({ text }) =>
        text.includes("not found"),
      ),
      "retrieveFile right subject, retrieveFile unknown id, retrieveFileContent right subject, retrieveFileContent unknown id, uploadFile flow",
      /^retrieveFile 200 file\.file_id/,
    ],
  ])("that %s", async (_, only, spoil, failed, contradicted = /^$/) => {
    const report = await spoilt(spoil, only);
    expect(failedIn(report).sort().join(", ")).toBe(failed);
    const found = verdictsIn(report, "contradicted");
    expect([found.filter((id) => !contradicted.test(id)), found.length > 0]).toEqual([
      [],
      contradicted.source !== "^$",
    ]);
    const findings = report.runs.flatMap(({ checks }) => checks.flatMap((check) => check.findings));
    for (const { source, spec, saw } of findings)
      expect([source, spec, saw]).toEqual([/^openapi\//, /\w/, /\w/].map((form) => expect.stringMatching(form)));
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
