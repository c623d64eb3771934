import type { Report, Run } from "./contract-report.js";
import { counted, targetText } from "./contract-report.js";
import { line } from "./markup.js";
import { outcomeOf, tallyOf } from "./report-outcome.js";
import { type Problem, problemsIn } from "./report-problems.js";
import { fitted, wrapped } from "./terminal.js";

export interface SummaryOptions {
  /** Columns of the terminal. Default 100. */
  width?: number;
  /** Whether it shows colours. Default false. */
  color?: boolean;
  /** Where the whole report lies. */
  path?: string;
}

/** A small terminal has 24 lines, and its prompt takes one of them. */
const HEIGHT = 23;
/** What the worst trouble takes: a line between, its place, both sides, how many more there are, what to do. */
const LEAST = 6;

const COLORS = { bold: "1", dim: "2", red: "31", green: "32" };
interface Line {
  text: string;
  style?: keyof typeof COLORS;
}

/** A report in one screen, at most 23 lines: how it came out, each operation, the worst of what is wrong, where to read on. */
export function summaryOf(report: Report, { width = 100, color = false, path }: SummaryOptions = {}): string {
  const { held, sentence } = outcomeOf(report);
  const verdict = wrapped(`Contract ${held ? "held" : "not held"}. ${line(sentence)}.`, width);
  // Names may be long.
  const told = [...verdict.slice(0, 2), verdict.slice(2).join(" ")].filter(Boolean);
  const head = told.map((text): Line => ({ text, style: held ? "green" : "red" }));
  const foot: Line[] = path === undefined ? [] : [{ text: "" }, { text: `Report: ${line(path)}` }];
  const room = HEIGHT - head.length - foot.length;
  const troubles = problemsIn(report);
  const runs = runLines(report.runs, troubles.length > 0 ? room - LEAST : room);
  const lines = [...head, ...runs, ...troubleLines(troubles, room - runs.length), ...foot];
  const painted = ({ text, style }: Line) =>
    color && style ? `\x1b[${COLORS[style]}m${fitted(text, width)}\x1b[0m` : fitted(text, width);
  return lines.map((each) => `${painted(each)}\n`).join("");
}

/** A line for each run and each of its operations; where that is too much, only for operations with failures; or for runs alone. */
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
  // A name that nobody would give pushes nothing out of sight.
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

/** As many as there is room for, the worst first, and what to do about them. */
function troubleLines(troubles: readonly Problem[], room: number): Line[] {
  for (let count = troubles.length; count > 0; count--) {
    const shown = troubles.slice(0, count);
    const more = troubles.length > count ? [{ text: `and ${troubles.length - count} more` }] : [];
    const advice = [...new Set(shown.map((trouble) => trouble.advice))].map((text): Line => ({ text, style: "bold" }));
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
