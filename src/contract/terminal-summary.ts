import { counted, type Report, type Run, targetText } from "./contract-report.js";
import { line } from "./markup.js";
import { outcomeOf, tallyOf } from "./report-outcome.js";
import { type Problem, problemsIn } from "./report-problems.js";

export interface SummaryOptions {
  /** Columns of the terminal. Default 100. */
  width?: number;
  /** Whether to use colours. Default false. */
  color?: boolean;
  /** Path of the whole report, for the last line. */
  path?: string;
}

/** A small terminal has 24 lines, and the prompt takes one of them. */
const HEIGHT = 23;
/** Lines for the worst problem: an empty one, its place, both sides, how many more there are, what to do. */
const LEAST = 6;

const COLORS = { bold: "1", dim: "2", red: "31", green: "32" };
interface Line {
  text: string;
  style?: keyof typeof COLORS;
}

/** A report in at most 23 lines: the verdict, each operation, the worst problems, and where to read more. */
export function summaryOf(report: Report, { width = 100, color = false, path }: SummaryOptions = {}): string {
  const { held, sentence } = outcomeOf(report);
  const verdict = wrapped(`Contract ${held ? "held" : "not held"}. ${line(sentence)}.`, width);
  // Names may be long, so the third line takes the rest and is cut off.
  const told = [...verdict.slice(0, 2), verdict.slice(2).join(" ")].filter(Boolean);
  const head = told.map((text): Line => ({ text, style: held ? "green" : "red" }));
  const foot: Line[] = path === undefined ? [] : [{ text: "" }, { text: `Report: ${line(path)}` }];
  const room = HEIGHT - head.length - foot.length;
  const problems = problemsIn(report);
  const runs = runLines(report.runs, problems.length > 0 ? room - LEAST : room);
  const lines = [...head, ...runs, ...problemLines(problems, room - runs.length), ...foot];
  const painted = ({ text, style }: Line) =>
    color && style ? `\x1b[${COLORS[style]}m${fitted(text, width)}\x1b[0m` : fitted(text, width);
  return lines.map((each) => `${painted(each)}\n`).join("");
}

/** A line for each run and each of its operations; if there is no room, only for operations with failures, or only for runs. */
function runLines(runs: readonly Run[], room: number): Line[] {
  const all = runs.map((run) => ({ titles: [titleOf(run), ...paidLines(run)], operations: operationLines(run) }));
  const drafts = [
    all.flatMap(({ titles, operations }) => [{ text: "" }, ...titles, ...operations]),
    all.flatMap(({ titles, operations }) => [...titles, ...operations.filter(({ style }) => style === "red")]),
    all.flatMap(({ titles }) => titles),
    runs.map(titleOf),
  ];
  const fits = drafts.find((draft) => draft.length <= room);
  const more = { text: `and ${counted(runs.length - room + 1, "run")} more` };
  return fits ?? [...runs.slice(0, room - 1).map(titleOf), more];
}

function titleOf(run: Run): Line {
  const { confirmed, contradicted, "not asked": notAsked } = tallyOf([run]);
  const facts =
    confirmed + contradicted > 0
      ? `; facts: ${confirmed} confirmed, ${contradicted} contradicted, ${notAsked} not asked`
      : "";
  return { text: `${line(targetText(run.target))}: ${counted(run.exchanges, "request")}${facts}`, style: "bold" };
}

function paidLines({ target: { paid } }: Run): Line[] {
  return paid === undefined ? [] : [{ text: `Paid for: ${line(paid)}` }];
}

function operationLines({ checks }: Run): Line[] {
  const names = [...new Set(checks.map(({ operationId }) => operationId))];
  // An absurdly long name does not push the counts out of sight.
  const widest = Math.min(40, Math.max(0, ...names.map((name) => line(name).length)));
  return names.map((name) => {
    const own = checks.filter(({ operationId }) => operationId === name);
    const { passed, failed, skipped } = tallyOf([{ checks: own, facts: [] }]);
    const kinds = own.filter(({ outcome }) => outcome === "failed").map(({ kind }) => kind);
    const counts = [`${passed} passed`, `${skipped} skipped`].map((text) => text.padStart(10)).join("  ");
    const failures = failed > 0 ? `  ${failed} failed: ${kinds.join(", ")}` : "";
    return { text: `  ${line(name).padEnd(widest)}${counts}${failures}`, style: failed > 0 ? "red" : "dim" };
  });
}

/** As many problems as fit, the worst first, and what to do about them. */
function problemLines(problems: readonly Problem[], room: number): Line[] {
  for (let count = problems.length; count > 0; count--) {
    const shown = problems.slice(0, count);
    const more = problems.length > count ? [{ text: `and ${problems.length - count} more` }] : [];
    const advice = [...new Set(shown.map((problem) => problem.advice))].map((text): Line => ({ text, style: "bold" }));
    const lines = [{ text: "" }, ...shown.flatMap(diffLines), ...more, ...advice];
    if (lines.length <= room) return lines;
  }
  return [];
}

function diffLines({ where, spec, saw, source }: Problem): Line[] {
  return [
    { text: line(where), style: "bold" },
    { text: `  - ${line(spec)}  (${line(source)})`, style: "green" },
    { text: `  + ${line(saw)}`, style: "red" },
  ];
}

/** A text in lines of at most `width` columns, broken at spaces; longer words are not broken. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A text cut off at `width` columns, with an ellipsis. */
function fitted(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let kept = "";
  let columns = 0;
  for (const character of text) {
    columns += columnsOf(character);
    // One column is for the ellipsis.
    if (columns > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** A Chinese character or an emoji takes two columns, a combining accent none. */
const WIDE =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303f\uff01-\uff60]/u;
const NARROW = /\p{Mn}/u;

function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : NARROW.test(character) ? 0 : 1;
  return columns;
}
