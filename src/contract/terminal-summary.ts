import type { Finding, Report, Run } from "./contract-report.js";
import { visible } from "./markup.js";
import { counted, factCase, grouped, outcomeOf, problemsIn, tallyOf, targetText } from "./report-outcome.js";

/** How to show a report in a terminal. */
export interface SummaryOptions {
  /** Columns of the terminal. Default 100. */
  width?: number;
  /** Whether to use colours. Default false. */
  color?: boolean;
}

/** A small terminal has 24 lines, and the prompt takes one of them. */
const HEIGHT = 23;
/** Lines around the problems: an empty one, one for how many more there are, and two of advice. */
const AROUND = 4;
/** Lines of a problem: its place and both sides. */
const PROBLEM = 3;

const COLORS = { bold: "1", dim: "2", red: "31", green: "32" };
type Line = [text: string, style?: keyof typeof COLORS];

/** Formats a report in at most 23 lines: the verdict, each operation, and the worst problems. */
export function summaryOf(report: Report, { width = 100, color = false }: SummaryOptions = {}): string {
  const { held, sentence } = outcomeOf(report);
  const [checks = "", ...others] = sentence.split("; ");
  const verdict = [`Contract ${held ? "held" : "not held"}. ${checks}.`, others.join("; ")].filter(Boolean);
  const head = verdict.map((text): Line => [text, held ? "green" : "red"]);
  const room = HEIGHT - head.length;
  const problems = problemsIn(report);
  const runs = runLines(report.runs, problems.length > 0 ? room - AROUND - PROBLEM : room);
  const lines = [...head, ...runs, ...problemLines(problems, room - runs.length)];
  const shown = lines.map(([text, style]) => {
    const line = fitted(visible(text).replace(/\s/g, " "), width);
    return color && style ? `\x1b[${COLORS[style]}m${line}\x1b[0m\n` : `${line}\n`;
  });
  return shown.join("");
}

/** A line for each run and each of its operations; if there is no room, only for operations with failures. */
function runLines(runs: readonly Run[], room: number): Line[] {
  const all = runs.flatMap((run): Line[] => [[""], ...titleLines(run), ...operationLines(run)]);
  const lines = all.length <= room ? all : all.filter(([, style]) => style !== "dim");
  return lines.length <= room ? lines : [...lines.slice(0, room - 1), [`and ${lines.length - room + 1} more lines`]];
}

function titleLines({ target, exchanges, facts, warnings }: Run): Line[] {
  const { passed, failed, skipped } = tallyOf(facts.map(factCase));
  const verdicts = `; facts: ${passed} confirmed, ${failed} contradicted, ${skipped} not asked`;
  const title = `${targetText(target)}: ${counted(exchanges, "request")}${facts.length > 0 ? verdicts : ""}`;
  const paid: Line[] = target.paid === undefined ? [] : [[`Paid for: ${target.paid}`]];
  return [[title, "bold"], ...paid, ...warnings.map((warning): Line => [`! ${warning}`, "bold"])];
}

function operationLines({ checks }: Run): Line[] {
  return grouped(checks, ({ operationId }) => operationId).map(([name, own]) => {
    const { passed, failed, skipped } = tallyOf(own);
    // Before the name, because a narrow terminal may cut the end of the line.
    const counts = [`${passed} passed`, `${skipped} skipped`].map((text) => text.padStart(12)).join("");
    if (failed === 0) return [`${counts}  ${name}`, "dim"];
    const kinds = own.filter(({ outcome }) => outcome === "failed").map(({ kind }) => kind);
    return [`${counts}  ${failed} failed  ${name}: ${kinds.join(", ")}`, "red"];
  });
}

/** As many problems as fit, the worst first, and what to do about them. */
function problemLines(problems: readonly Finding[], room: number): Line[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, Math.floor((room - AROUND) / PROBLEM));
  const more = problems.length - shown.length;
  const diffs = shown.flatMap(({ place, spec, saw, source }): Line[] => [
    [place, "bold"],
    [`  - ${spec}  (${source})`, "green"],
    [`  + ${saw}`, "red"],
  ]);
  if (more > 0) diffs.push([`and ${more} more`]);
  // In two lines, which a terminal of 80 columns does not cut.
  const advice = [
    "If the server is right, the spec is wrong: open an issue.",
    "Otherwise tell whoever runs the server.",
  ];
  return [[""], ...diffs, ...advice.map((text): Line => [text, "bold"])];
}

/** A Chinese character or an emoji takes two columns. */
const WIDE =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303f\uff01-\uff60]/u;

/** A text cut off at `width` columns, with an ellipsis. */
function fitted(text: string, width: number): string {
  const kept: string[] = [];
  let columns = 0;
  for (const character of text) {
    columns += WIDE.test(character) ? 2 : 1;
    if (columns > width) return `${kept.slice(0, -1).join("")}…`;
    kept.push(character);
  }
  return text;
}
