import { expect, test } from "vitest";
import type { Report } from "../src/contract/contract-report.js";
import { CHECK_ORDER } from "../src/contract/contract-report.js";
import { outcomeOf, tallyOf } from "../src/contract/report-outcome.js";
import { problemsIn } from "../src/contract/report-problems.js";
import { check, fact, failed, finding, matrix, report, rich, run, sound } from "./helpers/reports.js";

const skipped = check({ outcome: "skipped", cases: 0 });
const live = { name: "https://a.test", baseUrl: "https://a.test", spec: "minimax", free: false, key: false } as const;
const broken = failed("videoGeneration", "flow", finding());

test.each<[parts: Partial<Report>, held: boolean, sentence: string]>([
  [{}, true, "The only check passed at prism (http://127.0.0.1:4010)"],
  [{ runs: [run({ target: live, checks: [check(), check()] })] }, true, "All 2 checks passed at https://a.test"],
  [{ runs: [run({ target: live, checks: [check(), broken] })] }, false, "1 of 2 checks failed at https://a.test"],
  [
    { runs: [run(), run({ target: live, checks: [broken, skipped] })] },
    false,
    "1 of 2 checks failed at https://a.test; 1 check skipped",
  ],
  [{ runs: [run(), run({ target: live })] }, true, "All 2 checks passed at prism and https://a.test"],
  [{ runs: [run(), run()] }, true, "All 2 checks passed at prism"],
  [
    { runs: [run({ checks: [skipped] })] },
    false,
    "No check was made at prism (http://127.0.0.1:4010); 1 check skipped",
  ],
  [{ runs: [] }, false, "No check was made"],
  [
    { runs: [run({ target: live, facts: [fact(), fact({ verdict: "contradicted" })] })] },
    false,
    "The only check passed at https://a.test; 1 fact contradicted",
  ],
  [
    { runs: [run({ target: live })], matrix: matrix(({ legal }) => (legal ? [] : ["prism"])).slice(0, 15) },
    false,
    "The only check passed at https://a.test; judges disagree on 7 cells of the request matrix",
  ],
  [
    {
      runs: [run({ target: live })],
      mutants: [
        { mutant: "killed", killed: true },
        { mutant: "known", killed: false, reason: "nobody can tell" },
        { mutant: "alive", killed: false },
      ],
    },
    false,
    "The only check passed at https://a.test; 1 mutant survived",
  ],
])("%#: a report in a sentence", (parts, held, sentence) => {
  const outcome = outcomeOf(report(parts));
  expect(outcome).toMatchObject({ held, sentence });
  expect(outcome.clauses.join("; ")).toBe(sentence);
});

test("counts checks and facts over all runs", () => {
  expect(tallyOf(rich().runs)).toEqual({
    passed: 130,
    failed: 2,
    skipped: 39,
    confirmed: 10,
    contradicted: 2,
    "not asked": 9,
  });
});

test("problems come worst first: missing keys, other failures, facts, judges, mutants", () => {
  expect(problemsIn(rich()).map(({ where }) => where)).toEqual([
    "queryVideoGenerationTask at global, missing key: request without Authorization",
    "retrieveFile at global, reply schema: response 200 file.bytes (and 1 finding more)",
    "fact link-nine-hours at global",
    "fact wrong-key-1004 at global",
    "minimax: text to video, MiniMax-Hailuo-02, 10 s, 1080P",
    "mutant minimax: TextToVideo/allOf/1/properties/prompt maxLength removed",
  ]);
  expect(problemsIn(sound())).toEqual([]);
});

test("failures of every kind have an order that does not depend on the order of checks", () => {
  const all = CHECK_ORDER.map((kind) => failed("videoGeneration", kind, finding({ place: kind })));
  const order = (checks: typeof all) => problemsIn(report({ runs: [run({ checks })] })).map(({ where }) => where);
  expect(order(all)).toHaveLength(CHECK_ORDER.length);
  expect(order(all.toReversed()).slice(0, 7)).toEqual(order(all).slice(0, 7));
  expect(order(all)[0]).toContain("missing key");
});

test("a failed check without a finding is still a problem, and says so", () => {
  const [problem] = problemsIn(report({ runs: [run({ checks: [failed("retrieveFile", "flow")] })] }));
  expect(problem).toMatchObject({ where: "retrieveFile at prism, flow: flow", saw: "failed, and left no finding" });
});
