import { type Cell, counted, durationText, grouped, resolutionText } from "../contract-report.js";
import { type Markup, markup } from "../markup.js";
import { disputeOf } from "../report-problems.js";
import { diffs, table } from "./page-parts.js";

/** The request matrix: for each spec and mode a table of models and durations × resolutions. */
export function matrixSection(matrix: readonly Cell[]): Markup {
  const legal = matrix.filter((cell) => cell.legal).length;
  const disputes = matrix.flatMap(disputeOf);
  const tables = grouped(matrix, ({ spec, mode }) => `${spec}: ${mode}`).map(([name, cells]) => modeTable(name, cells));
  return markup`<p>${counted(matrix.length, "cell")}: ${legal} legal, ${matrix.length - legal} illegal; the judges ${disputes.length > 0 ? `disagree on ${disputes.length}` : "agree on all"}.</p>
${diffs(disputes)}
${tables}`;
}

function modeTable(caption: string, cells: readonly Cell[]): Markup {
  const resolutions = [...new Set(cells.map(resolutionText))];
  const rows = grouped(cells, (cell) => `${cell.model}, ${durationText(cell)}`).map(([name, own]) => ({
    name,
    cells: resolutions.map((resolution) => square(own.find((cell) => resolutionText(cell) === resolution))),
  }));
  const columns = resolutions.map((resolution) => markup`${resolution}`);
  return table(caption, columns, rows);
}

function square(cell: Cell | undefined): Markup {
  if (!cell) return markup`<td></td>`;
  const verdict = cell.legal ? "legal" : "illegal";
  if (cell.dissent.length === 0) return markup`<td class="${verdict}">${verdict}</td>`;
  return markup`<td class="disputed">${verdict}, but not by ${cell.dissent.join(", ")}</td>`;
}
