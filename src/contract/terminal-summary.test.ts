import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import {
  check,
  failed,
  finding,
  HOSTILE,
  hostile,
  matrix,
  report,
  rich,
  run,
  sound,
} from "../../contract-tests/helpers/reports.js";
import { summaryOf } from "./terminal-summary.js";

const many = report({
  runs: Array.from({ length: 40 }, (_, index) =>
    run({ checks: [check(), ...Array.from({ length: 9 }, () => failed(`operation${index}`, "flow", finding()))] }),
  ),
});
const foreign = report({
  runs: [run({ checks: [failed("a", "flow", finding({ saw: "视频生成失败。".repeat(40) }))] })],
});

test("shows the verdict and each operation", () => {
  expect(summaryOf(sound())).toBe(`Contract held. The only check passed at prism (http://127.0.0.1:4010).
1 check skipped

prism (http://127.0.0.1:4010): 24 requests
    1 passed   0 skipped  videoGeneration
    0 passed   1 skipped  retrieveFile
`);
});

test("shows each problem as a diff, and what to do about it", () => {
  const text = summaryOf(rich());
  expect(text).toMatch(
    /^Contract not held\. 2 of 5 checks failed at global \(https:.*\)\.\n1 fact contradicted; judges disagree/,
  );
  expect(text).toContain("    0 passed   0 skipped  1 failed  queryVideoGenerationTask: missing key\n");
  expect(text).toContain("facts: 1 confirmed, 1 contradicted, 1 not asked\nPaid for: one video, list price 0.10 USD\n");
  expect(text).toContain(`queryVideoGenerationTask at global, missing key: request without Authorization
  - HTTP 200, base_resp.status_code 1004  (SOURCES.md, "Wrong keys")
  + HTTP 200, base_resp.status_code 0, status "Success"
`);
  expect(text).toMatch(
    /\nand \d more\nIf the server is right, the spec is wrong: open an issue\.\nOtherwise tell whoever runs the server\.\n$/,
  );
  expect(summaryOf(report({ matrix: matrix(["prism"]) }))).toMatch(
    /10 s, 1080P\n {2}- illegal.*\n {2}\+ legal by prism\nIf the server is right/,
  );
});

test.each([
  ["rich", rich()],
  ["sound", sound()],
  ["hostile", hostile()],
  ["of forty runs", many],
  ["in Chinese", foreign],
])("a %s report fits the screen", (_, of) => {
  for (const width of [100, 80, 40]) {
    const lines = summaryOf(of, { width }).split("\n").slice(0, -1);
    expect(lines.length).toBeLessThanOrEqual(23);
    for (const each of lines) expect(columnsOf(each), each).toBeLessThanOrEqual(width);
  }
});

test("says how many of forty runs are not shown, and leaves room for the worst problem", () => {
  const lines = summaryOf(many).split("\n");
  expect(lines.find((each) => /^and \d+ more lines$/.test(each))).toBeDefined();
  expect(lines).toContain("operation0 at prism, flow: response 200 file.bytes");
});

test("uses colours only on request, with the same text", () => {
  const colored = summaryOf(rich(), { color: true });
  expect(colored).toContain("\x1b[31m");
  expect(colored).toContain("\x1b[0m\n");
  expect(stripVTControlCharacters(colored)).toBe(summaryOf(rich()));
  expect(summaryOf(sound(), { color: true }).startsWith("\x1b[32mContract held")).toBe(true);
});

test("messages of a server cannot control the terminal", () => {
  expect(HOSTILE).toContain("\u001b[31m");
  expect(summaryOf(hostile()).replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}/u);
});

/** A simple width function, because only Chinese is wide in these reports. */
function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u3000-\u9fff]/.test(character) ? 2 : 1), 0);
}
