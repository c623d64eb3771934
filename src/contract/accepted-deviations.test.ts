import { expect, test } from "vitest";
import { check, fact, failed, finding, matrix, report, run } from "../../contract-tests/helpers/reports.js";
import { acceptedFrom, withoutAccepted } from "./accepted-deviations.js";
import { outcomeOf } from "./report-outcome.js";

const NOW = Date.parse("2026-11-29");
const about = { reason: "known", expires: "2027-01-31" };

test("accepted findings, facts and cells do not count, and are listed with their reasons", () => {
  const facts = [fact({ id: "bytes-zero", verdict: "contradicted" })];
  const checks = [check(), failed("retrieveFile", "reply schema", finding())];
  const broken = report({ runs: [run({ checks, facts })], matrix: matrix(["mock"]) });
  expect(outcomeOf(broken).held).toBe(false);
  const accepted = [
    { operation: "retrieveFile", check: "reply schema", about: "file.bytes", ...about },
    { check: "bytes-zero", ...about },
    { operation: "videoGeneration", check: "request matrix", ...about },
  ];
  const after = withoutAccepted(broken, accepted, NOW);
  expect(outcomeOf(after)).toMatchObject({ held: true, sentence: expect.stringContaining("3 deviations accepted") });
  expect(after.runs[0]?.accepted[2]?.finding.place).toContain("text to video, MiniMax-Hailuo-02");
  expect(after.runs[0]?.accepted[0]).toMatchObject({ reason: "known", expires: "2027-01-31" });
  expect(after.runs[0]?.warnings).toEqual([]);
});

test("other operations, other parts, and expired deviations still count, and the list is reported as outdated", () => {
  const broken = report({ runs: [run({ checks: [failed("retrieveFile", "reply schema", finding())] })] });
  const accepted = [
    { operation: "listFiles", check: "reply schema", ...about },
    { check: "reply schema", about: "filename", ...about },
    { check: "reply schema", ...about, expires: "2026-11-28" },
  ];
  const after = withoutAccepted(broken, accepted, NOW);
  expect(outcomeOf(after).held).toBe(false);
  expect(after.runs[0]?.warnings).toEqual([
    "an accepted deviation no longer occurs: listFiles, reply schema",
    "an accepted deviation no longer occurs: reply schema, filename",
    "the acceptance expired on 2026-11-28: reply schema (known)",
  ]);
});

test.each([
  [{}],
  ["text"],
  [[{ check: "flow", reason: "no end" }]],
  [[{ check: "flow", expires: "2027-01-31" }]],
  [[{ check: "flow", ...about, expires: "soon" }]],
  [[{ check: "flow", ...about, until: "2027" }]],
])("%j is refused as a list of accepted deviations", (json) => {
  expect(() => acceptedFrom(json)).toThrow("check, reason and expires are required");
});
