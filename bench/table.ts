import { isMet, type Outcome, type Row } from "./benchmark.js";

/** The machine and runtime, without which the figures mean nothing. */
export function machineLine(machine: object): string {
  return Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(" · ");
}

const HEAD = ["what", "reference", "ours", "ratio (quartiles)", "target", ""];

/** Formats the result of one benchmark as a text table. */
export function tableOf(outcome: Outcome): string {
  const title = `${outcome.name}: ${outcome.shows}\ntarget: ${outcome.target}\n`;
  if ("error" in outcome) return `${title}  cannot run: ${outcome.error}`;
  const cells = [HEAD, ...outcome.rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
  const [head, ...body] = lines;
  const noted = body.flatMap((line, index) => [
    line,
    ...(outcome.rows[index]?.notes ?? []).map((note) => `      ${note}`),
  ]);
  return title + [head, ...noted].join("\n");
}

function cellsOf(row: Row): string[] {
  const { what, ours, unit, reference, ratio, atMost } = row;
  const met = isMet(row);
  return [
    what,
    reference ? `${reference.name} ${figure(reference.value)} ${unit}` : "",
    `${figure(ours)} ${unit}`,
    ratio ? `${ratio.median.toFixed(2)} × (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})` : "",
    atMost === undefined ? "" : `≤ ${ratio ? `${atMost.toFixed(2)} ×` : `${atMost} ${unit}`}`,
    met === undefined ? "" : met ? "met" : "MISSED",
  ];
}

/** Rounds to three digits, because the rest is noise. */
function figure(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3);
}
