/** Sample reports: one with every kind of result in two runs, one without problems, one with hostile messages. */
import type {
  Cell,
  CheckKind,
  CheckResult,
  FactResult,
  Finding,
  Report,
  Run,
} from "../../src/contract/contract-report.js";

export const COSTS = "might cost money; sent only to a server that charges nothing (--free)";

export const finding = (parts: Partial<Finding> = {}): Finding => ({
  place: "response 200 file.bytes",
  spec: "integer",
  saw: '"29500", a string',
  source: "openapi/schemas/FileObject.yaml",
  ...parts,
});

export const check = (parts: Partial<CheckResult> = {}): CheckResult => ({
  operationId: "videoGeneration",
  kind: "legal data",
  outcome: "passed",
  cases: 24,
  findings: [],
  ...parts,
});

export const failed = (operationId: string, kind: CheckKind, ...findings: Finding[]): CheckResult =>
  check({ operationId, kind, outcome: "failed", findings });

export const skipped = (operationId: string, kind: CheckKind, reason = COSTS): CheckResult =>
  check({ operationId, kind, outcome: "skipped", cases: 0, reason });

export const fact = (parts: Partial<FactResult> = {}): FactResult => ({
  id: "ids-are-strings",
  says: "A task's id comes as a string of decimal digits.",
  source: 'SOURCES.md, "Type of file_id"',
  verdict: "confirmed",
  ...parts,
});

export const run = (parts: Partial<Run> = {}): Run => ({
  target: { name: "prism", baseUrl: "http://127.0.0.1:4010", spec: "minimax", free: true, key: true },
  checks: [check()],
  facts: [],
  coverage: [],
  exchanges: 24,
  warnings: [],
  accepted: [],
  ...parts,
});

export const report = (parts: Partial<Report> = {}): Report => ({
  version: 1,
  suite: "minimax-video 0.1.0",
  startedAt: "2026-11-26T04:30:00.000Z",
  milliseconds: 41_300,
  runs: [run()],
  matrix: [],
  ...parts,
});

/** Two models by durations and resolutions: 768P with any duration, 1080P with six seconds. */
export const matrix = (dissent: string[] = []): Cell[] =>
  ["MiniMax-Hailuo-02", "MiniMax-Hailuo-2.3"].flatMap((model) =>
    [{}, { duration: 6 }, { duration: 10 }].flatMap((length) =>
      ["768P", "1080P"].map((resolution): Cell => {
        const isDisputed = model === "MiniMax-Hailuo-02" && length.duration === 10 && resolution === "1080P";
        const legal = resolution === "768P" || length.duration === 6;
        const about = { spec: "minimax", mode: "text to video", model, resolution, legal } as const;
        return { ...about, ...length, dissent: isDisputed ? dissent : [] };
      }),
    ),
  );

const ALL_MET = { met: 2, of: 2, missing: [] };
const GLOBAL = "https://api.minimax.io";
const PAID = "one video, list price 0.10 USD";
const backup = { place: "response 200 file.backup_download_url", spec: "string, a URI", saw: "null" };
const missingKey = {
  place: "request without Authorization",
  spec: "HTTP 200, base_resp.status_code 1004",
  saw: 'HTTP 200, base_resp.status_code 0, status "Success"',
  source: 'SOURCES.md, "Wrong keys"',
};
const nineHours = {
  id: "link-nine-hours",
  says: "A download link is valid for nine hours.",
  source: 'SOURCES.md, "Life of a link"',
  verdict: "contradicted",
  evidence: "GET /v1/files/retrieve: the link expires 86,400 seconds after it was signed",
} as const;

/** A server without problems, then a live one with a problem of each kind. */
export const rich = (): Report =>
  report({
    runs: [
      run({ exchanges: 1_204 }),
      run({
        target: { name: "global", baseUrl: GLOBAL, spec: "minimax", free: false, key: true, paid: PAID },
        checks: [
          skipped("videoGeneration", "legal data"),
          skipped("videoGeneration", "flow"),
          check({ kind: "missing key", cases: 2 }),
          check({ operationId: "retrieveFile", cases: 8 }),
          failed("retrieveFile", "reply schema", finding(), finding(backup)),
          failed("queryVideoGenerationTask", "missing key", finding(missingKey)),
        ],
        facts: [
          fact(),
          fact(nineHours),
          fact({ id: "two-in-flight", says: "Two creates may be in flight at once.", verdict: "not asked" }),
        ],
        coverage: [
          {
            operationId: "videoGeneration",
            parameters: { met: 0, of: 0, missing: [] },
            requestProperties: { met: 10, of: 12, missing: ["callback_url", "aigc_watermark"] },
            responses: ALL_MET,
            responseProperties: ALL_MET,
          },
        ],
        exchanges: 96,
      }),
    ],
    matrix: matrix(["prism", "global"]),
  });

/** One server, no problems. */
export const sound = (): Report =>
  report({ runs: [run({ checks: [check(), skipped("retrieveFile", "flow")] })], matrix: matrix() });

/** A message that attacks the program that shows it. */
export const HOSTILE = `<script>document.title="owned"</script>"'&amp;</style></title>]]><img src="http://127.0.0.1:9/x" onerror="document.title='owned'">\u202egnp\u202c\u0000\u001b[31m\ud800\ufffe`;

/** Fields with fixed values of the suite, which programs rely on. */
const OWN = new Set(["suite", "startedAt", "kind", "outcome", "verdict"]);

/** The rich report with the hostile message appended to each string that is not the suite's own. One string has 10 kB. */
export function hostile(): Report {
  const spoilt: Report = JSON.parse(JSON.stringify(rich()), (name, value) =>
    typeof value === "string" && !OWN.has(name) ? value + HOSTILE : value,
  );
  const long = failed("retrieveFile", "server error", finding({ saw: `<b>${"long ".repeat(2_000)}the end` }));
  return { ...spoilt, runs: spoilt.runs.map((each) => ({ ...each, checks: [long, ...each.checks] })) };
}
