/** The contract suite: its verdicts on Prism and the mock, what it notices in a bad server, and what it never sends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { redocly, roots } from "../openapi/documents.js";
import { facts } from "../src/contract/fact-verdicts.js";
import { type ContractOptions, type Report, runContract, trafficOf } from "../src/contract/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { type Name, names } from "./helpers/documents.js";

const LIKE = { minimax: "global", quickrouter: "quickrouter", aimanyi: "aimanyi" } as const;

function againstPrism(name: Name) {
  const server = { baseUrl: inject("prism")[name] as string, like: LIKE[name] };
  return runContract({ server, apiKey: "any", free: true, prefers: true, anyKey: true, facts: false });
}

const failedIn = ({ runs }: Report) =>
  runs.flatMap(({ checks }) =>
    checks.filter(({ outcome }) => outcome === "failed").map((check) => `${check.operationId} ${check.kind}`),
  );
const verdictsIn = ({ runs }: Report, verdict: string) =>
  runs.flatMap((run) => run.facts.filter((fact) => fact.verdict === verdict).map(({ id }) => id));

describe.each(names)("Prism with the spec of %s", (name) => {
  let result: Awaited<ReturnType<typeof runContract>>;
  beforeAll(async () => {
    result = await againstPrism(name);
  }, 60_000);

  test("fails no check, and skips only what does not apply", () => {
    expect(failedIn(result.report)).toEqual([]);
    const [run] = result.report.runs;
    const reasons = new Set(run?.checks.flatMap(({ reason }) => reason ?? []));
    expect([...reasons].sort()).toEqual(["the spec has no such case", "this server takes any key"]);
    expect(run?.checks.filter(({ outcome }) => outcome === "passed").length).toBeGreaterThan(20);
  });

  test("its traffic covers every operation, parameter, property and reply, by our count", () => {
    for (const { operationId, ...shares } of result.report.runs[0]?.coverage ?? [])
      for (const [what, { missing }] of Object.entries(shares)) expect(missing, `${operationId} ${what}`).toEqual([]);
    expect(result.report.runs[0]?.coverage.length).toBeGreaterThan(2);
  });

  test("and by Redocly's", async () => {
    const folder = mkdtempSync(join(tmpdir(), "minimax-video-"));
    try {
      const [traffic, output] = [join(folder, "traffic.ndjson"), join(folder, "coverage.json")];
      writeFileSync(traffic, trafficOf(result.exchanges));
      const server = inject("prism")[name] as string;
      // It fails, because the suite sends illegal requests too; what counts here is what was met.
      const options = ["--server", server, "--coverage", "--coverage-output", output];
      await expect(redocly(["drift", traffic, "--api", roots[name] as string, ...options])).rejects.toThrow();
      const { totals } = JSON.parse(readFileSync(output, "utf8")) as {
        totals: Record<string, { covered: number; total: number }>;
      };
      for (const [what, { covered, total }] of Object.entries(totals)) expect(covered, what).toBe(total);
      expect(totals.properties?.total).toBeGreaterThan(15);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("agrees with every cell of the matrix", () => {
    expect(result.report.matrix.length).toBeGreaterThan(5);
    expect(new Set(result.report.matrix.map(({ legal }) => legal)).size).toBe(2);
    expect(result.report.matrix.filter(({ dissent }) => dissent.length > 0)).toEqual([]);
  });
});

/** A mock whose time passes when it is asked where a task stands, and a way to it: nobody waits, and nothing is too late. */
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

/** A task of version 2 is queued for 20 seconds: who has just made one can still cancel it. */
const STEP = 9_000;

describe("the mock", () => {
  async function resultOf(options: object): Promise<Report> {
    const { mock, fetching } = await startClocked(options);
    try {
      return (await runContract({ server: mock.url, apiKey: "any", free: true, prefers: true, fetch: fetching }))
        .report;
    } finally {
      await mock.close();
    }
  }

  test("fails no check, confirms every fact that it can, and contradicts none", async () => {
    const report = await resultOf({});
    expect(failedIn(report)).toEqual([]);
    const reasons = report.runs.flatMap(({ checks }) => checks.flatMap(({ reason }) => reason ?? []));
    expect([...new Set(reasons)]).toEqual(["the spec has no such case"]);
    expect(verdictsIn(report, "contradicted")).toEqual([]);
    expect(verdictsIn(report, "confirmed")).toEqual(expect.arrayContaining(facts.map(({ id }) => id)));
    // Nobody fails, pays or overloads anything here.
    const rest = verdictsIn(report, "not asked").filter((id) => !/^\w+ (402|422|429|500|529) /.test(id));
    expect(rest.filter((id) => !/[.]error\b|input_audio_seconds$/.test(id))).toEqual([
      "retrieveFile 200 file.backup_download_url",
      "videoGenerationV2List 200 items[].content.prompt",
    ]);
    expect(report.matrix.filter(({ dissent }) => dissent.length > 0)).toEqual([]);
    expect(report.runs.flatMap(({ checks }) => checks.filter(({ kind }) => kind === "flow")).length).toBe(5);
  }, 60_000);

  test("in strict mode contradicts one fact: that refusals come under HTTP 200", async () => {
    const report = await resultOf({ strict: true });
    expect(failedIn(report)).toEqual([]);
    expect(verdictsIn(report, "contradicted")).toEqual(["refused-under-200"]);
  }, 60_000);
});

describe("a bad server is found out", () => {
  let mock: Mock;
  let good: typeof fetch;
  beforeAll(async () => {
    ({ mock, fetching: good } = await startClocked());
  });
  afterAll(() => mock.close());

  type Reply = { status: number; headers: Record<string, string>; text: string };
  type Spoil = (
    reply: Reply,
    request: { method: string; path: string; body: string; key: string },
  ) => Partial<Reply> | undefined;

  /** The mock, with some of its answers changed on their way, asked for some operations. */
  async function spoilt(spoil: Spoil, only: readonly string[]): Promise<Report> {
    const fetching: typeof fetch = async (input, init) => {
      const response = await good(input, init);
      const url = new URL(String(input));
      // Bytes pass as they are.
      if (!response.headers.get("content-type")?.includes("json")) return response;
      const headers = Object.fromEntries(response.headers);
      const reply = { status: response.status, headers, text: await response.text() };
      const key = new Headers(init?.headers).get("authorization") ?? "";
      const changed = {
        ...reply,
        ...spoil(reply, { method: init?.method ?? "GET", path: url.pathname, body: String(init?.body ?? ""), key }),
      };
      return new Response(changed.text, {
        status: changed.status,
        headers: { ...changed.headers, "content-length": "" },
      });
    };
    return (await runContract({ server: mock.url, apiKey: "any", free: true, fetch: fetching, only })).report;
  }

  const isCreate = (path: string) => path === "/v1/video_generation";
  const accepted = { text: '{"task_id":"123456789012345","base_resp":{"status_code":0,"status_msg":"success"}}' };
  const refused = { text: '{"task_id":"","base_resp":{"status_code":2013,"status_msg":"no"}}' };

  const CREATE = ["videoGeneration"];
  const RETRIEVE = ["retrieveFile"];
  const TEMPLATES = ["videoTemplateGeneration", "queryVideoTemplateGenerationTask"];
  const TASKS2 = [
    "videoGenerationV2Create",
    "videoGenerationV2Query",
    "videoGenerationV2List",
    "videoGenerationV2Delete",
  ];
  const PROMPTS = ["h3ContextIRV2Create", "videoGenerationV2Query"];
  const FILES = ["uploadFile", "listFiles", "retrieveFile", "retrieveFileContent", "deleteFile"];
  const replaced =
    (what: string | RegExp, by: string): Spoil =>
    ({ text }) => ({ text: text.replace(what, by) });
  /** A change of version 2's refusals alone. */
  const refusing =
    (what: string | RegExp, by: string): Spoil =>
    ({ text, status }, { path }) =>
      path.startsWith("/v2/") && status >= 400 ? { text: text.replace(what, by) } : undefined;

  test.each<[title: string, only: string[], spoil: Spoil, failed: string[], contradicted: string[]]>([
    [
      "one that takes illegal creates",
      CREATE,
      ({ text }, { path, key }) =>
        isCreate(path) && key.includes("any") && text.includes("2013") ? accepted : undefined,
      ["videoGeneration illegal data"],
      [],
    ],
    [
      "one that takes blank prompts, which only we refuse,",
      CREATE,
      (_, { path, body, key }) =>
        isCreate(path) && key.includes("any") && /"prompt":"\s+"/.test(body) ? accepted : undefined,
      [],
      [],
    ],
    [
      "one that refuses legal creates with a size",
      CREATE,
      (_, { path, body, key }) =>
        isCreate(path) && key.includes("any") && body.includes('"1080P"') ? refused : undefined,
      ["videoGeneration legal data"],
      [],
    ],
    [
      "one that asks for no key",
      TEMPLATES,
      (_, { path, key }) => (path === "/v1/video_template_generation" && !key ? accepted : undefined),
      ["videoTemplateGeneration missing key"],
      [],
    ],
    [
      "one that takes any key",
      TEMPLATES,
      (_, { path, key }) =>
        path === "/v1/video_template_generation" && key.includes("invalid") ? accepted : undefined,
      ["videoTemplateGeneration wrong key"],
      [],
    ],
    [
      "one that ignores all parameters",
      RETRIEVE,
      (_, { path }) =>
        path === "/v1/files/retrieve" ? { text: '{"base_resp":{"status_code":0,"status_msg":"success"}}' } : undefined,
      [
        "retrieveFile missing parameter",
        "retrieveFile illegal parameter",
        "retrieveFile missing key",
        "retrieveFile wrong key",
      ],
      [],
    ],
    [
      "one that gives ids as numbers",
      TEMPLATES,
      ({ text }) => ({ text: text.replace(/"(task_id)":"(\d+)"/g, '"$1":$2') }),
      ["videoTemplateGeneration reply schema", "queryVideoTemplateGenerationTask reply schema"],
      ["task-id-digits", "videoTemplateGeneration 200 task_id", "queryVideoTemplateGenerationTask 200 task_id"],
    ],
    [
      "one that answers with a page of HTML",
      [...CREATE, ...RETRIEVE],
      (_, { path }) =>
        path === "/v1/files/retrieve" ? { text: "<html></html>", headers: { "content-type": "text/html" } } : undefined,
      [
        "retrieveFile legal data",
        "retrieveFile missing parameter",
        "retrieveFile illegal parameter",
        "retrieveFile missing key",
        "retrieveFile wrong key",
        "videoGeneration flow",
        "retrieveFile reply schema",
      ],
      [],
    ],
    [
      "one that breaks down",
      RETRIEVE,
      (_, { path, key }) => (path === "/v1/files/retrieve" && !key ? { status: 500, text: "oops" } : undefined),
      ["retrieveFile missing key", "retrieveFile server error"],
      ["refused-under-200"],
    ],
    [
      "one that uses HTTP codes",
      ["queryVideoGenerationTask", ...RETRIEVE],
      ({ text }, { key }) => (text.includes("1004") && !key ? { status: 401 } : undefined),
      ["queryVideoGenerationTask declared status", "retrieveFile declared status"],
      ["refused-under-200"],
    ],
    [
      "one whose tasks never succeed",
      CREATE,
      ({ text }, { path }) =>
        path.startsWith("/v1/query/video_generation") && text.includes("Success")
          ? { text: text.replace("Success", "Fail") }
          : undefined,
      ["videoGeneration flow"],
      [],
    ],
    ["one that reports sizes", CREATE, replaced('"bytes":0', '"bytes":5896337'), [], ["bytes-zero"]],
    [
      "one that refuses under HTTP 200 in version 2 as well",
      TASKS2.slice(1, 3),
      ({ status }, { path }) => (path.startsWith("/v2/") && status === 401 ? { status: 200 } : undefined),
      ["videoGenerationV2Query reply schema", "videoGenerationV2List reply schema"],
      [
        "v2-real-statuses",
        "v2-type-of-status",
        "v2-status-in-words",
        "v2-missing-key",
        "videoGenerationV2List 200 items",
        "videoGenerationV2List 200 total",
        "videoGenerationV2Query 200 task",
      ],
    ],
    [
      "one with error types of its own",
      TASKS2.slice(2, 3),
      refusing("bad_request_error", "invalid_error"),
      [],
      ["v2-type-of-status"],
    ],
    [
      "one that repeats a wrong status",
      TASKS2.slice(2, 3),
      refusing('"http_code":"400"', '"http_code":"418"'),
      [],
      ["v2-status-in-words"],
    ],
    ["one without codes in its messages", TASKS2.slice(2, 3), refusing(" (2013)", ""), [], ["v2-code-in-message"]],
    [
      "one that does not mention the missing key",
      TASKS2.slice(2, 3),
      refusing("(1004)", "(2049)"),
      [],
      ["v2-missing-key"],
    ],
    [
      "one with an invalid request_id",
      TASKS2.slice(2, 3),
      refusing(/"request_id":"\w+"/, '"request_id":"A"'),
      ["videoGenerationV2List reply schema"],
      ["videoGenerationV2List 400 request_id", "videoGenerationV2List 401 request_id"],
    ],
    [
      "one with a base_resp in version 2",
      TASKS2.slice(2, 3),
      ({ text }, { path }) =>
        path.startsWith("/v2/") ? { text: text.replace(/^\{/, '{"base_resp":{"status_code":0},') } : undefined,
      [],
      ["v2-without-base-resp", "success-in-words"],
    ],
    [
      "one with an undocumented status",
      TASKS2,
      replaced('"status":"queued"', '"status":"waiting"'),
      [],
      ["v2-status-words"],
    ],
    [
      "one without a link in its tasks",
      TASKS2,
      replaced(/"content":\{"url":"[^"]+"\}/, '"content":{}'),
      ["videoGenerationV2Create flow"],
      ["v2-link-in-task"],
    ],
    [
      "one whose links have expired",
      TASKS2,
      replaced(/Expires=\d+/, "Expires=1"),
      ["videoGenerationV2Create flow"],
      ["v2-link-is-limited", "link-needs-no-key", "link-takes-ranges"],
    ],
    [
      "one that forgets the prompt",
      PROMPTS,
      replaced(/"prompt":"/, '"words":"'),
      ["h3ContextIRV2Create flow"],
      ["v2-prompt-in-task"],
    ],
    [
      "one that charges before the end",
      TASKS2,
      replaced('"usage":{}', '"usage":{"total_seconds":4}'),
      [],
      ["v2-usage-on-success"],
    ],
    [
      "one that counts in milliseconds",
      TASKS2,
      replaced(/"created_at":(\d{10})/, '"created_at":$1000'),
      [],
      ["v2-created-at-seconds"],
    ],
    [
      "one that confirms a cancel as a delete",
      TASKS2,
      replaced('"action":"cancelled","status":"cancelled"', '"action":"cancelled","status":"deleted"'),
      [],
      ["v2-cancel-in-words"],
    ],
    [
      "one that answers the query of an unknown task with 404",
      TASKS2,
      ({ status }, { path, key }) =>
        /query.*\/\d{15}$/.test(path) && status === 400 && key.includes("any") ? { status: 404 } : undefined,
      ["videoGenerationV2Query declared status"],
      ["v2-real-statuses", "v2-unknown-task", "v2-type-of-status", "v2-status-in-words"],
    ],
    [
      "one that refuses an upload under HTTP 200",
      FILES,
      ({ status }, { path }) => (path === "/v1/files/upload" && status === 400 ? { status: 200 } : undefined),
      [],
      ["unfit-upload-under-400"],
    ],
    [
      "one that takes whatever is uploaded",
      FILES,
      ({ status }, { path }) =>
        path === "/v1/files/upload" && status === 400
          ? {
              status: 200,
              text: '{"file":{"file_id":1,"bytes":1,"created_at":1785125529,"filename":"a","purpose":"video_generation_input"},"base_resp":{"status_code":0,"status_msg":"success"}}',
            }
          : undefined,
      ["uploadFile flow"],
      [],
    ],
    [
      "one whose files have ids in quotes",
      FILES,
      ({ text }, { path }) =>
        path === "/v1/files/list" ? { text: text.replace(/"file_id":(\d+)/g, '"file_id":"$1"') } : undefined,
      ["uploadFile flow"],
      ["list-of-files"],
    ],
    [
      "one that deletes nothing",
      FILES,
      ({ text }, { path }) =>
        path === "/v1/files/retrieve" && text.includes("not found")
          ? { text: '{"file":{"file_id":1},"base_resp":{"status_code":0,"status_msg":"success"}}' }
          : undefined,
      ["uploadFile flow"],
      [],
    ],
  ])(
    "%s",
    async (_, only, spoil, failed, contradicted) => {
      const report = await spoilt(spoil, only);
      expect(failedIn(report).sort()).toEqual([...failed].sort());
      expect(verdictsIn(report, "contradicted").sort()).toEqual([...contradicted].sort());
      for (const { findings } of report.runs.flatMap(({ checks }) => checks))
        for (const finding of findings) {
          expect(finding.source).toMatch(/^openapi\//);
          expect(finding.spec).toMatch(/\w/);
          expect(finding.saw).toMatch(/\w/);
        }
    },
    30_000,
  );
});

describe("a live server", () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock({ speed: 500 });
  });
  afterAll(() => mock.close());

  const live = (options: Partial<ContractOptions> = {}) =>
    runContract({ server: mock.url, free: false, requestsPerMinute: 60_000, ...options });

  test("without a key is sent only requests that need none", async () => {
    const { report, exchanges } = await live();
    expect(mock.creates).toBe(0);
    expect(exchanges.length).toBeGreaterThan(10);
    expect(
      exchanges.filter(({ keyed, headers }) => keyed && headers.authorization === undefined).length,
    ).toBeGreaterThan(0);
    const [run] = report.runs;
    expect(failedIn(report)).toEqual([]);
    const passed = run?.checks.filter(({ outcome }) => outcome === "passed").map(({ kind }) => kind);
    expect([...new Set(passed)].sort()).toEqual([
      "declared status",
      "missing key",
      "reply schema",
      "server error",
      "wrong key",
      "wrong method",
    ]);
  });

  test("with a key is sent nothing that could cost money", async () => {
    const before = mock.creates;
    const { report, exchanges } = await live({ apiKey: "sk-a-key-of-mine" });
    expect(mock.creates).toBe(before);
    const posts = exchanges.filter(({ method, operationId }) => method === "POST" && operationId === "videoGeneration");
    // With a wrong key, and without one: nobody can be charged for these.
    expect(posts.length).toBe(3);
    expect(JSON.stringify([report, exchanges])).not.toContain("sk-a-key");
    expect(trafficOf(exchanges)).not.toContain("sk-a-key");
    const reasons = report.runs[0]?.checks.flatMap(({ reason }) => reason ?? []);
    expect(reasons).toContain("might cost money; sent only to a server that charges nothing (--free)");
  });

  test("has its cheapest video bought after a confirmation of the price, and its reads are tested with it", async () => {
    const before = mock.creates;
    const prices: (string | undefined)[] = [];
    const { report, exchanges } = await live({
      apiKey: "k",
      server: { baseUrl: mock.url, like: "global" },
      buy: (price) => {
        expect(mock.creates).toBe(before);
        prices.push(price);
        return true;
      },
    });
    expect(prices).toEqual(["0.10 USD (pricing-paygo page of platform.minimax.io, 2026-10-08)"]);
    expect(mock.creates - before).toBe(1);
    const [run] = report.runs;
    expect(run?.target.paid).toBe(prices[0]);
    expect(failedIn(report)).toEqual([]);
    const [create] = exchanges.filter(
      ({ method, operationId, json }) =>
        method === "POST" && operationId === "videoGeneration" && JSON.stringify(json).includes('"status_code":0'),
    );
    expect(JSON.parse(create?.body ?? "{}")).toMatchObject({
      model: "MiniMax-Hailuo-02",
      resolution: "512P",
      duration: 6,
    });
    const legal = run?.checks
      .filter(({ kind, outcome }) => kind === "legal data" && outcome === "passed")
      .map(({ operationId }) => operationId);
    expect(legal).toEqual(["queryVideoGenerationTask", "retrieveFile", "videoGenerationV2List", "listFiles"]);
  });

  test("has nothing bought if the price is declined", async () => {
    const before = mock.creates;
    const { report } = await live({ apiKey: "k", buy: () => false });
    expect(mock.creates).toBe(before);
    expect(report.runs[0]?.target.paid).toBe(undefined);
  });

  test("has an existing task tested instead, without cost", async () => {
    const before = mock.creates;
    const { minimax } = { minimax: (await import("../src/index.js")).createClient({ apiKey: "k", server: mock.url }) };
    const task = await minimax.videos.create({ model: "T2V-01", prompt: "a fox" });
    await task.wait({ pollInterval: 20 });
    const { report } = await live({ apiKey: "k", tasks: { video: task.id } });
    expect(mock.creates).toBe(before + 1);
    expect(failedIn(report)).toEqual([]);
    expect(verdictsIn(report, "confirmed")).toEqual(
      expect.arrayContaining(["video-is-mp4", "link-needs-no-key", "file-id-in-double"]),
    );
  });

  test("is not sent requests faster than agreed", async () => {
    const times: number[] = [];
    const fetching: typeof fetch = (input, init) => {
      times.push(performance.now());
      return fetch(input, init);
    };
    await live({ fetch: fetching, requestsPerMinute: 1200, only: ["videoGeneration", "videoGenerationV2Query"] });
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    // Timers may be early by some milliseconds, one after a late one too.
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeGreaterThan(49);
  });

  test("with an empty account fails no check, because its refusals say nothing about the requests", async () => {
    const { report } = await live({
      apiKey: "k",
      fetch: async (input, init) => {
        const key = new Headers(init?.headers).get("authorization");
        if (key !== "Bearer k" || !String(input).includes("/v1/")) return fetch(input, init);
        const base_resp = { status_code: 1008, status_msg: "insufficient balance" };
        return new Response(JSON.stringify({ task_id: "", base_resp }), {
          headers: { "content-type": "application/json" },
        });
      },
    });
    expect(failedIn(report)).toEqual([]);
    const reasons = report.runs[0]?.checks.flatMap(({ reason }) => reason ?? []);
    expect(reasons).toContain('the server said: HTTP 200, code 1008, "insufficient balance"');
  });

  test("is left at once on abort, with the caller's own reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 50);
    await expect(live({ signal: controller.signal, requestsPerMinute: 60 })).rejects.toBe(reason);
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
  expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
});
