import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { summaryOf } from "../src/contract/terminal-summary.js";
import { check, failed, finding, HOSTILE, hostile, report, rich, run, SURVIVOR, sound } from "./helpers/reports.js";

const path = "contract-report/index.html";

test("shows the verdict, each operation, and where to read more", () => {
  expect(
    summaryOf(sound(), { path }),
  ).toBe(`Contract held. All 47 checks passed at prism (http://127.0.0.1:4010); 10 checks skipped.

prism (http://127.0.0.1:4010): 24 requests
  videoGeneration                  10 passed   2 skipped
  queryVideoGenerationTask          9 passed   2 skipped
  retrieveFile                      9 passed   2 skipped
  videoTemplateGeneration          10 passed   2 skipped
  queryVideoTemplateGenerationTask  9 passed   2 skipped

Report: contract-report/index.html
`);
});

test("shows the worst problem as a diff, and what to do about it", () => {
  const text = summaryOf(rich(), { path });
  expect(text).toMatch(/^Contract not held\. 2 of 132 checks failed at global \(/);
  expect(text).toContain("  queryVideoGenerationTask          8 passed   2 skipped  1 failed: missing key\n");
  expect(text).toContain(`queryVideoGenerationTask at global, missing key: request without Authorization
  - HTTP 200, base_resp.status_code 1004  (SOURCES.md, "Wrong keys")
  + HTTP 200, base_resp.status_code 0, status "Success"
`);
  expect(text).toMatch(/\nand \d more\nIf the server is right, the named source is wrong: .*\n\nReport: /);
  expect(text).toContain("facts: 3 confirmed, 2 contradicted, 2 not asked");
});

test("gives advice on mutants and on disputed cells", () => {
  const { matrix, mutants = [] } = rich();
  expect(summaryOf(report({ mutants }))).toMatch(
    /mutant minimax: .*\n {2}- a witness.*\n {2}\+ none does\nWrite a witness/,
  );
  expect(summaryOf(report({ matrix }))).toMatch(/10 s, 1080P\n {2}- illegal.*\n {2}\+ legal by prism, global\nJudges/);
  expect(summaryOf(report({ mutants, matrix }))).toContain(SURVIVOR);
});

const many = report({
  runs: Array.from({ length: 40 }, (_, index) =>
    run({ checks: [check(), ...Array.from({ length: 9 }, () => failed(`operation${index}`, "flow", finding()))] }),
  ),
});
const foreign = report({
  runs: [run({ checks: [failed("a", "flow", finding({ saw: "视频生成失败。".repeat(40) }))] })],
});

test.each([
  ["rich", rich()],
  ["sound", sound()],
  ["hostile", hostile()],
  ["of forty runs", many],
  ["in Chinese", foreign],
])("a %s report fits the screen, and its last line names the whole report", (_, of) => {
  for (const width of [100, 80, 40]) {
    const lines = summaryOf(of, { path, width }).split("\n").slice(0, -1);
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(lines.at(-1)).toBe(`Report: ${path}`);
    for (const each of lines) expect(columnsOf(each), each).toBeLessThanOrEqual(width);
  }
});

test("says how many of forty runs are not shown, and leaves room for the worst problem", () => {
  const lines = summaryOf(many, { path }).split("\n");
  expect(lines.filter((each) => each.startsWith("prism"))).toHaveLength(13);
  expect(lines).toContain("and 27 runs more");
  expect(lines).toContain("operation0 at prism, flow: response 200 file.bytes");
});

test("uses colours only if asked, and has the same text with them", () => {
  const colored = summaryOf(rich(), { color: true });
  expect(colored).toContain("\x1b[31m");
  expect(colored).toContain("\x1b[0m\n");
  expect(stripVTControlCharacters(colored)).toBe(summaryOf(rich()));
  expect(summaryOf(sound(), { color: true }).startsWith("\x1b[32mContract held")).toBe(true);
});

test("no message of a server controls the terminal", () => {
  const text = summaryOf(hostile());
  expect(HOSTILE).toContain("\u001b[31m");
  expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}/u);
});

/** By hand: of what is tested here only Chinese is wide. */
function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u3000-\u9fff]/.test(character) ? 2 : 1), 0);
}
