/** The options of the contract suite and the content of its findings: requests, limits, selection, accepted deviations. */
import { linkSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { run } from "../src/cli/run-command.js";
import { type CheckResult, type ContractOptions, type Report, runContract } from "../src/contract/index.js";
import { startMock } from "../src/mock/index.js";
import { bentServers, KEY } from "./helpers/bent-server.js";
import { commandIo } from "./helpers/command-io.js";
import { failureOf } from "./helpers/failure-of.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { seededFaults } from "./helpers/seeded-faults.js";
import { folderForAll } from "./helpers/temporary-folder.js";

vi.setConfig({ testTimeout: 240_000 });

let servers: Awaited<ReturnType<typeof bentServers>>;
const mock = mockForAll({ speed: 400 });
beforeAll(async () => {
  servers = await bentServers();
});
afterAll(() => servers.close());

const checksIn = ({ runs }: Report) => runs.flatMap(({ checks }) => checks);
const failuresIn = (report: Report) =>
  checksIn(report)
    .filter(({ outcome }) => outcome === "failed")
    .map(({ operationId, kind }) => `${operationId}:${kind}`);
const findingsOf = (report: Report, kind: CheckResult["kind"]) =>
  checksIn(report).flatMap((check) => (check.kind === kind ? check.findings : []));

const faultNamed = (title: string) =>
  Object.values(seededFaults)
    .flat()
    .find((fault) => fault.title === title) ?? expect.unreachable();
const tested = (options: Partial<ContractOptions> = {}) =>
  runContract({ server: mock.url, apiKey: KEY, free: true, ...options });

describe("a finding", () => {
  test("describes the rule, with the smallest request that shows the fault, and a command that sends it", async () => {
    const { report } = await servers.run(faultNamed("takes a duration of 7"), {
      only: ["videoGeneration:illegal data"],
    });
    expect(failuresIn(report)).toEqual(["videoGeneration:illegal data"]);
    const [first] = findingsOf(report, "illegal data");
    expect(first?.spec).toMatch(/^is refused as invalid: duration must be one of 6, 10 \(got 7\)/);
    expect(first?.saw).toMatch(/^accepted: HTTP 200/);
    const [, sent = ""] = /^POST http:\S+\/v1\/video_generation (\{.*\})$/.exec(first?.request ?? "") ?? [];
    expect(Object.keys(JSON.parse(sent)).sort()).toEqual(["duration", "model", "prompt"]);
    expect(first?.curl).toMatch(
      /^curl -X POST 'http:\S+' -H "authorization: Bearer \$MINIMAX_API_KEY" -H 'content-type/,
    );
    expect(first?.curl).toContain(`--data-raw '${sent}'`);
    expect(JSON.stringify(report)).not.toContain(KEY);
  });

  test("about a missing key has a command without one", async () => {
    const { report } = await servers.run(faultNamed("deletes files without a key"), {
      only: ["deleteFile:missing key"],
    });
    const [first] = findingsOf(report, "missing key");
    expect(first?.curl).toMatch(/^curl -X POST 'http:(?!.*authorization)/);
  });
});

describe("only and skip", () => {
  test("choose operations, checks, and checks of operations", async () => {
    const { report } = await tested({ only: ["getAccountBalance", "listFiles:wrong key", "missing key"] });
    const kinds = (name: string) =>
      checksIn(report).flatMap(({ operationId, kind }) => (operationId === name ? kind : []));
    expect(kinds("getAccountBalance")).toContain("legal data");
    expect(kinds("listFiles")).toEqual(["missing key", "wrong key"]);
    expect(kinds("videoGeneration")).toEqual(["missing key"]);
    const skipping = await tested({
      only: ["listFiles", "getAccountBalance"],
      skip: ["getAccountBalance", "wrong method"],
    });
    const left = checksIn(skipping.report);
    expect(new Set(left.map(({ operationId }) => operationId))).toEqual(new Set(["listFiles"]));
    expect(left.map(({ kind }) => kind)).not.toContain("wrong method");
  });

  test.each([
    [{ only: ["listFile"] }, "listFile is neither an operation of http"],
    [{ skip: ["wrong keys"] }, "did you mean wrong key?"],
    [{ only: ["listFiles"], skip: ["listFiles"] }, "leaves no operation to test"],
  ])("%j is refused before anything is sent", async (options, words) => {
    const before = mock.requests;
    const failure = await failureOf(tested(options));
    expect(failure).toMatchObject({ name: "ValidationError", issues: [{ message: expect.stringContaining(words) }] });
    expect(mock.requests).toBe(before);
  });
});

test("maxTime ends a run that would not end, with a report of the tests so far", async () => {
  const never: typeof fetch = async (input, init) => {
    const reply = await fetch(input, init);
    if (!String(input).includes("/query/")) return reply;
    return new Response((await reply.text()).replace("Success", "Processing"), reply);
  };
  const { report } = await tested({ fetch: never, maxTime: 1_500 });
  expect(report.runs[0]?.warnings[0]).toBe("the run reached its limit of 1.5 s: what is missing here was not tested");
  expect(report.runs[0]?.exchanges).toBeGreaterThan(5);
});

test("maxResponseTime reports slow replies", async () => {
  const slow: typeof fetch = async (input, init) => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return fetch(input, init);
  };
  const { report } = await tested({ fetch: slow, only: ["getAccountBalance"], maxResponseTime: 50 });
  expect(findingsOf(report, "slow reply")[0]).toMatchObject({
    spec: "within 50 ms",
    saw: expect.stringMatching(/^after \d+ ms/),
  });
});

describe("warnings", () => {
  test("say that every legal request was refused", async () => {
    const refused = { task_id: "", base_resp: { status_code: 2013, status_msg: "no" } };
    const fetching: typeof fetch = async () => Response.json(refused);
    const { report } = await tested({ fetch: fetching, only: ["getAccountBalance", "getTokenPlan"] });
    expect(report.runs[0]?.warnings).toEqual([
      "every legal request was refused, so other refusals prove nothing: getAccountBalance, getTokenPlan",
    ]);
  });

  test("say that there was no key, and what could not be tested", async () => {
    const { report } = await tested({ apiKey: undefined, free: false, only: ["listFiles"], requestsPerMinute: 60_000 });
    expect(report.runs[0]?.warnings).toEqual([
      "there was no key: only refusals were tested",
      "no legal request was sent: listFiles",
    ]);
  });
});

test("a mock at a speed of 1000 holds", async () => {
  const fast = await startMock({ speed: 1_000 });
  const { report } = await tested({ server: fast.url, prefers: true }).finally(() => fast.close());
  expect(failuresIn(report)).toEqual([]);
  expect(report.runs[0]?.facts.filter(({ verdict }) => verdict === "contradicted")).toEqual([]);
});

describe("the command line", () => {
  const folder = folderForAll();
  /** The report of a whole run. */
  let whole: Report | undefined;
  const reportIn = (): Report => JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));

  async function contract(args: string[], to = folder) {
    const { io, printed } = commandIo({ MINIMAX_API_KEY: KEY });
    const code = await run(["contract", "--server", mock.url, "--free", "--report", to, ...args], io);
    return { code, ...printed };
  }

  test("--traffic contains every request that arrived, and no key, and callbacks go to its own receiver", async () => {
    const before = mock.requests;
    const { code, stdout } = await contract(["--traffic"]);
    expect([code, stdout.split("\n")[0]]).toEqual([0, expect.stringMatching(/^Contract held/)]);
    const traffic = readFileSync(join(folder, "traffic.ndjson"), "utf8");
    expect(traffic.trim().split("\n").length).toBe(mock.requests - before);
    expect(traffic).not.toContain(KEY);
    expect(traffic).toMatch(/"callback_url":"http:\/\/127\.0\.0\.1:\d+\/video"/);
  });

  test("--rerun takes only failures, and says if there are none", async () => {
    await contract(["--only", "listFiles"]);
    expect((await contract(["--rerun", "failures"])).stderr).toContain("Nothing failed in the last run.");
    expect((await contract(["--rerun", "all"])).code).toBe(2);
  });

  test.each<[failed: string, tested: string[]]>([
    ["getAccountBalance:wrong key", []],
    ["queryVideoGenerationTask:reply schema", ["videoGeneration:flow"]],
    ["deleteFile:legal data", ["uploadFile:flow"]],
    ["videoTemplateGeneration:flow", []],
    ["videoGenerationV2List:flow", ["h3ContextIRV2Create:flow", "videoGenerationV2Create:flow"]],
  ])("--rerun failures repeats a check that failed, and the flows that use it, and no others: %s", async (failed, tested) => {
    if (!whole) await contract([]);
    whole ??= reportIn();
    const checks = checksIn(whole).map((check) =>
      `${check.operationId}:${check.kind}` === failed ? { ...check, outcome: "failed" } : check,
    );
    writeFileSync(join(folder, "report.json"), JSON.stringify({ ...whole, runs: [{ ...whole.runs[0], checks }] }));
    expect((await contract(["--rerun", "failures"])).code).toBe(0);
    const again = checksIn(reportIn()).map(({ operationId, kind }) => `${operationId}:${kind}`);
    expect([...new Set(again)].toSorted()).toEqual([failed, ...tested].toSorted());
  });

  test("--accept accepts deviations until a date, and says when one has expired", async () => {
    const file = join(folder, "accepted.json");
    const expires = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const slow = { operation: "getAccountBalance", check: "slow reply", reason: "behind a proxy", expires };
    writeFileSync(file, JSON.stringify([slow, { check: "bytes-zero", reason: "not yet", expires: "2020-01-01" }]));
    const args = ["--only", "getAccountBalance", "--max-response-time", "1"];
    const late: string[] = [];
    const accepted = await contract([...args, "--accept", file]);
    late.push(...(reportIn().runs[0]?.warnings ?? []));
    expect(late.join()).toContain("the acceptance expired on 2020-01-01: bytes-zero (not yet)");
    expect(accepted.code).toBe(0);
    writeFileSync(file, JSON.stringify([{ check: "slow reply", reason: "for ever" }]));
    const refused = await contract([...args, "--accept", file]);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining("check, reason and expires are required"),
    ]);
  });

  test("a report replaces the last one only once it is complete", async () => {
    await contract(["--only", "listFiles"]);
    const [last, kept] = [readFileSync(join(folder, "report.json"), "utf8"), join(folder, "kept.json")];
    linkSync(join(folder, "report.json"), kept);
    await contract(["--only", "getAccountBalance"]);
    expect(readFileSync(kept, "utf8")).toBe(last);
    expect(readFileSync(join(folder, "report.json"), "utf8")).not.toBe(last);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("nothing is sent if the report cannot be written", async () => {
    const file = join(folder, "taken");
    writeFileSync(file, "");
    for (const place of [file, join(file, "report")]) {
      const { code, stderr } = await contract(["--only", "listFiles"], place);
      expect([code, stderr.split("\n")[0]]).toEqual([
        2,
        expect.stringMatching(`^Nothing was sent: the report cannot be written to ${place} \\(E[A-Z]+\\)$`),
      ]);
    }
  });
});
