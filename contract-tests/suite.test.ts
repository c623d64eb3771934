/** The contract suite itself: what it says of Prism and of the mock, what it notices in a bad server, and what it never sends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { redocly, roots } from "../openapi/documents.js";
import { facts } from "../src/contract/facts.js";
import { type ContractOptions, type Report, runContract, trafficOf } from "../src/contract/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { type Name, names } from "./documents.js";

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

  test("fails no check, and skips only what it cannot be asked", () => {
    expect(failedIn(result.report)).toEqual([]);
    const [run] = result.report.runs;
    const reasons = new Set(run?.checks.flatMap(({ reason }) => reason ?? []));
    expect([...reasons].sort()).toEqual(["the spec says nothing of the kind", "this server takes any key"]);
    expect(run?.checks.filter(({ outcome }) => outcome === "passed").length).toBeGreaterThan(20);
  });

  test("its traffic covers every operation, parameter, property and reply, by our count", () => {
    for (const { operationId, ...shares } of result.report.runs[0]?.coverage ?? [])
      for (const [what, { missing }] of Object.entries(shares)) expect(missing, `${operationId} ${what}`).toEqual([]);
    expect(result.report.runs[0]?.coverage.length).toBeGreaterThan(2);
  });

  test("and by Redocly's", () => {
    const folder = mkdtempSync(join(tmpdir(), "minimax-video-"));
    try {
      const [traffic, output] = [join(folder, "traffic.ndjson"), join(folder, "coverage.json")];
      writeFileSync(traffic, trafficOf(result.exchanges));
      const server = inject("prism")[name] as string;
      // It fails, because the suite sends illegal requests too; what counts here is what was met.
      expect(() =>
        redocly(
          "drift",
          traffic,
          "--api",
          roots[name] as string,
          "--server",
          server,
          "--coverage",
          "--coverage-output",
          output,
        ),
      ).toThrow();
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

describe("the mock", () => {
  /** A mock whose hours pass in seconds, so that its links live an hour all the same. */
  async function withMock<T>(options: object, use: (mock: Mock) => Promise<T>): Promise<T> {
    const begun = Date.now();
    const mock = await startMock({ now: () => begun + (Date.now() - begun) * 500, ...options });
    try {
      return await use(mock);
    } finally {
      await mock.close();
    }
  }

  test("fails no check, confirms every fact that it can, and contradicts none", async () => {
    const { report } = await withMock({}, ({ url }) =>
      runContract({ server: url, apiKey: "any", free: true, prefers: true }),
    );
    expect(failedIn(report)).toEqual([]);
    expect(verdictsIn(report, "contradicted")).toEqual([]);
    expect(verdictsIn(report, "not asked")).toEqual(["retrieveFile 200 file.backup_download_url"]);
    expect(verdictsIn(report, "confirmed")).toEqual(expect.arrayContaining(facts.map(({ id }) => id)));
    expect(report.matrix.filter(({ dissent }) => dissent.length > 0)).toEqual([]);
  }, 60_000);

  test("in its strict manner contradicts one fact: that refusals come under HTTP 200", async () => {
    const { report } = await withMock({ strict: true }, ({ url }) =>
      runContract({ server: url, apiKey: "any", free: true, prefers: true }),
    );
    expect(failedIn(report)).toEqual([]);
    expect(verdictsIn(report, "contradicted")).toEqual(["refused-under-200"]);
  }, 60_000);
});

describe("a bad server is found out", () => {
  let mock: Mock;
  beforeAll(async () => {
    const begun = Date.now();
    mock = await startMock({ now: () => begun + (Date.now() - begun) * 500 });
  });
  afterAll(() => mock.close());

  type Reply = { status: number; headers: Record<string, string>; text: string };
  type Spoil = (
    reply: Reply,
    request: { method: string; path: string; body: string; key: string },
  ) => Partial<Reply> | undefined;

  /** The mock, with some of its answers changed on their way. */
  async function spoilt(spoil: Spoil): Promise<Report> {
    const fetching: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const url = new URL(String(input));
      if (!url.pathname.startsWith("/v1/")) return response;
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
    return (await runContract({ server: mock.url, apiKey: "any", free: true, fetch: fetching })).report;
  }

  const isCreate = (path: string) => path === "/v1/video_generation";
  const accepted = { text: '{"task_id":"123456789012345","base_resp":{"status_code":0,"status_msg":"success"}}' };
  const refused = { text: '{"task_id":"","base_resp":{"status_code":2013,"status_msg":"no"}}' };

  test.each<[title: string, spoil: Spoil, failed: string[], contradicted: string[]]>([
    [
      "one that takes illegal creates",
      ({ text }, { path, key }) =>
        isCreate(path) && key.includes("any") && text.includes("2013") ? accepted : undefined,
      ["videoGeneration illegal data"],
      [],
    ],
    [
      "one that refuses legal creates with a size",
      (_, { path, body, key }) =>
        isCreate(path) && key.includes("any") && body.includes('"1080P"') ? refused : undefined,
      ["videoGeneration legal data"],
      [],
    ],
    [
      "one that asks for no key",
      (_, { path, key }) => (isCreate(path) && !key ? accepted : undefined),
      ["videoGeneration missing key"],
      [],
    ],
    [
      "one that takes any key",
      (_, { path, key }) => (isCreate(path) && key.includes("invalid") ? accepted : undefined),
      ["videoGeneration wrong key"],
      [],
    ],
    [
      "one that minds no parameter",
      (_, { path }) =>
        path === "/v1/files/retrieve" ? { text: '{"base_resp":{"status_code":0,"status_msg":"success"}}' } : undefined,
      [
        "retrieveFile missing parameter",
        "retrieveFile illegal parameter",
        "retrieveFile missing key",
        "retrieveFile wrong key",
        "videoGeneration flow",
      ],
      [],
    ],
    [
      "one that gives ids as numbers",
      ({ text }) => ({ text: text.replace(/"(task_id)":"(\d+)"/g, '"$1":$2') }),
      [
        "videoGeneration reply schema",
        "queryVideoGenerationTask reply schema",
        "videoTemplateGeneration reply schema",
        "queryVideoTemplateGenerationTask reply schema",
      ],
      [
        "task-id-digits",
        "videoGeneration 200 task_id",
        "queryVideoGenerationTask 200 task_id",
        "videoTemplateGeneration 200 task_id",
        "queryVideoTemplateGenerationTask 200 task_id",
      ],
    ],
    [
      "one that answers with a page of HTML",
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
      (_, { path, key }) => (path === "/v1/files/retrieve" && !key ? { status: 500, text: "oops" } : undefined),
      ["retrieveFile missing key", "retrieveFile server error"],
      ["refused-under-200"],
    ],
    [
      "one that uses HTTP codes",
      ({ text }, { key }) => (text.includes("1004") && !key ? { status: 401 } : undefined),
      [
        "videoGeneration declared status",
        "queryVideoGenerationTask declared status",
        "retrieveFile declared status",
        "videoTemplateGeneration declared status",
        "queryVideoTemplateGenerationTask declared status",
      ],
      ["refused-under-200"],
    ],
    [
      "one whose tasks never succeed",
      ({ text }, { path }) =>
        path.startsWith("/v1/query/video_generation") && text.includes("Success")
          ? { text: text.replace("Success", "Fail") }
          : undefined,
      ["videoGeneration flow"],
      [],
    ],
    [
      "one that tells sizes",
      ({ text }) => ({ text: text.replace('"bytes":0', '"bytes":5896337') }),
      [],
      ["bytes-zero"],
    ],
  ])(
    "%s",
    async (_, spoil, failed, contradicted) => {
      const report = await spoilt(spoil);
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

  test("without a key is asked only what needs none", async () => {
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
    expect(reasons).toContain("might cost money: only for a server that charges nothing (--free)");
  });

  test("is bought one video, the cheapest there is, after its price was told; and its reads are tested with it", async () => {
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
    expect(legal).toEqual(["queryVideoGenerationTask", "retrieveFile"]);
  });

  test("buys nothing when that is declined", async () => {
    const before = mock.creates;
    const { report } = await live({ apiKey: "k", buy: () => false });
    expect(mock.creates).toBe(before);
    expect(report.runs[0]?.target.paid).toBe(undefined);
  });

  test("a task that exists is looked at instead, for nothing", async () => {
    const before = mock.creates;
    const { minimax } = { minimax: (await import("../src/index.js")).createClient({ apiKey: "k", server: mock.url }) };
    const task = await minimax.videos.create({ model: "T2V-01", prompt: "a fox" });
    await task.wait({ pollInterval: 20 });
    const { report } = await live({ apiKey: "k", taskId: task.id });
    expect(mock.creates).toBe(before + 1);
    expect(failedIn(report)).toEqual([]);
    expect(verdictsIn(report, "confirmed")).toEqual(
      expect.arrayContaining(["video-is-mp4", "link-needs-no-key", "file-id-string-in-query"]),
    );
  });

  test("is asked no faster than was agreed, and again where it asks for a slower pace", async () => {
    const times: number[] = [];
    const fetching: typeof fetch = (input, init) => {
      times.push(performance.now());
      return fetch(input, init);
    };
    await live({ fetch: fetching, requestsPerMinute: 1200 });
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    // Timers may be early by some milliseconds, one after a late one too.
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeGreaterThan(49);
  });

  test("whose account is empty teaches nothing of what was asked, and fails nothing for that", async () => {
    const { report } = await live({
      apiKey: "k",
      fetch: async (input, init) => {
        const key = new Headers(init?.headers).get("authorization");
        if (key !== "Bearer k") return fetch(input, init);
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

  test("ends at once when it is told to, with the caller's own reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 50);
    await expect(live({ signal: controller.signal, requestsPerMinute: 60 })).rejects.toBe(reason);
  });
});

test("every fact names where it is from, and each heading of SOURCES.md that is named exists", () => {
  const headings = readFileSync(new URL("../openapi/SOURCES.md", import.meta.url), "utf8");
  for (const { id, says, source } of facts) {
    expect(says, id).toMatch(/^\S.*[.]$/);
    const heading = /SOURCES\.md, "([^"]+)"/.exec(source)?.[1];
    if (heading) expect(headings).toContain(`### ${heading}\n`);
    else expect(source).toMatch(/^openapi\//);
  }
  expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
});
