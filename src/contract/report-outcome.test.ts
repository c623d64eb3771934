import { expect, test } from "vitest";
import {
  check,
  fact,
  failed,
  finding,
  matrix,
  report,
  rich,
  run,
  skipped,
  sound,
} from "../../contract-tests/helpers/reports.js";
import type { CheckKind, Report } from "./contract-report.js";
import { alike, outcomeOf, problemsIn } from "./report-outcome.js";

const target = { name: "https://a.test", baseUrl: "https://a.test", spec: "minimax", free: false, key: false } as const;
const skip = skipped("videoGeneration", "flow");
const broken = failed("videoGeneration", "flow", finding());

test.each<[held: boolean, sentence: string, parts: Partial<Report>]>([
  [true, "The only check passed at prism (http://127.0.0.1:4010)", {}],
  [true, "All 2 checks passed at https://a.test", { runs: [run({ target, checks: [check(), check()] })] }],
  [true, "All 2 checks passed at prism, https://a.test", { runs: [run(), run({ target })] }],
  [false, "1 of 2 checks failed at https://a.test", { runs: [run({ target, checks: [check(), broken] })] }],
  [
    false,
    "1 of 2 checks failed at https://a.test; 1 check skipped",
    { runs: [run(), run({ target, checks: [broken, skip] })] },
  ],
  [false, "No check was made at https://a.test; 1 check skipped", { runs: [run({ target, checks: [skip] })] }],
  [false, "No check was made", { runs: [] }],
  [
    false,
    "The only check passed at https://a.test; 1 fact contradicted",
    { runs: [run({ target, facts: [fact(), fact({ verdict: "contradicted" })] })] },
  ],
  [
    false,
    "The only check passed at https://a.test; judges disagree on 1 cell of the request matrix",
    { runs: [run({ target })], matrix: matrix(["prism"]) },
  ],
])("held: %s, %s", (held, sentence, parts) => {
  expect(outcomeOf(report(parts))).toEqual({ held, sentence });
});

test("problems are sorted, worst first: missing keys, other failures, facts, judges", () => {
  expect(problemsIn(rich()).map(({ place }) => place)).toEqual([
    "queryVideoGenerationTask at global, missing key: request without Authorization",
    "retrieveFile at global, reply schema: response 200 file.bytes (and 1 finding more)",
    "fact link-nine-hours at global",
    "minimax: text to video, MiniMax-Hailuo-02, 10 s, 1080P",
  ]);
  expect(problemsIn(sound())).toEqual([]);
  const kinds: CheckKind[] = ["wrong method", "legal data", "server error", "wrong key"];
  const checks = kinds.map((kind) => failed("a", kind, finding({ place: kind })));
  expect(problemsIn(report({ runs: [run({ checks })] })).map(({ place }) => place.split(": ")[1])).toEqual(
    kinds.toReversed(),
  );
});

test("findings that differ only in ids or requests are merged, and shown with the smallest request", () => {
  const asked = (request: string) => finding({ place: "request", saw: "HTTP 200, no task 176843862716480", request });
  const other = finding({ place: "query task_id" });
  const once = asked("POST https://a.test {}");
  const findings = [
    asked("POST https://a.test { long }"),
    once,
    other,
    { ...once, saw: "HTTP 200, no task 1000000000" },
  ];
  expect(alike(findings)).toEqual([{ ...once, place: "request (3 cases)" }, other]);
  const checks = [failed("a", "flow", ...findings.filter((one) => one !== other))];
  expect(problemsIn(report({ runs: [run({ checks })] })).map(({ place }) => place)).toEqual([
    "a at prism, flow: request (3 cases)",
  ]);
});

test("a contradicted fact shows the expected value, not only the purpose of the field", () => {
  const status = fact({
    says: "They go on.",
    verdict: "contradicted",
    expected: 'one of "a", "b"',
    evidence: '"Done"',
  });
  const [problem] = problemsIn(report({ runs: [run({ facts: [status] })] }));
  expect(problem).toMatchObject({ spec: 'one of "a", "b"', saw: '"Done"' });
});
