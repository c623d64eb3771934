import { type Cell, counted, durationText, resolutionText } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { disputeOf } from "../report-problems.js";
import { diffs, unseen } from "./page-parts.js";

/** The request matrix as a picture, and as tables for screen readers: a block of durations × resolutions for each mode and model. */
export function matrixSection(matrix: readonly Cell[]): Markup {
  if (matrix.length === 0) return NOTHING;
  const legal = matrix.filter((cell) => cell.legal).length;
  const disputes = matrix.flatMap((cell) => disputeOf(cell) ?? []);
  return markup`<p>${counted(matrix.length, "cell")}: ${legal} legal, ${matrix.length - legal} illegal; the judges ${disputes.length > 0 ? `disagree on ${disputes.length}` : "agree on all"}.</p>
<ul class="legend" aria-label="Legend"><li><span class="cell legal" aria-hidden="true">${SIGNS.legal}</span> legal</li><li><span class="cell illegal" aria-hidden="true">${SIGNS.illegal}</span> illegal</li><li><span class="cell disputed" aria-hidden="true">${SIGNS.disputed}</span> a judge says otherwise</li><li><span class="none">unset</span> not named in the request</li></ul>
${diffs(disputes)}
${groups(matrix, "spec").map(([spec, cells]) => specPart(spec, cells))}`;
}

const SIGNS = { legal: "✓", illegal: "·", disputed: "!" };

function groups<Key extends "spec" | "mode" | "model">(cells: readonly Cell[], key: Key): [Cell[Key], Cell[]][] {
  const found = new Map<Cell[Key], Cell[]>();
  for (const cell of cells) found.set(cell[key], [...(found.get(cell[key]) ?? []), cell]);
  return [...found];
}

function specPart(spec: string, cells: readonly Cell[]): Markup {
  const modes = groups(cells, "mode").map(
    ([mode, own]) => markup`<h4>${mode}</h4>
<div class="blocks">${groups(own, "model").map(([model, cells]) => block(mode, model, cells))}</div>
`,
  );
  return markup`<h3>Spec <code>${spec}</code></h3>
${modes}`;
}

function block(mode: string, model: string, cells: readonly Cell[]): Markup {
  const durations = [...new Set(cells.map(({ duration }) => duration))];
  const resolutions = [...new Set(cells.map(({ resolution }) => resolution))];
  const rows = durations.map((duration) => {
    const row = resolutions.map((resolution) =>
      square(cells.find((cell) => cell.duration === duration && cell.resolution === resolution)),
    );
    return markup`<tr><th scope="row">${duration === undefined ? unset("duration") : durationText({ duration })}</th>${row}</tr>
`;
  });
  const columns = resolutions.map(
    (resolution) => markup`<th scope="col">${resolution === undefined ? unset("resolution") : resolution}</th>`,
  );
  return markup`<table class="block"><caption>${unseen(`${mode}: `)}${model}</caption>
<thead><tr><td></td>${columns}</tr></thead>
<tbody>${rows}</tbody></table>
`;
}

const unset = (what: string) => markup`<span class="none" aria-hidden="true">unset</span>${unseen(`no ${what}`)}`;

function square(cell: Cell | undefined): Markup {
  if (!cell) return markup`<td>${unseen("not judged")}</td>`;
  const verdict = cell.legal ? "legal" : "illegal";
  const disputed = cell.dissent.length > 0;
  const words = `${verdict}${disputed ? `, but not by ${cell.dissent.join(", ")}` : ""}`;
  const title = `${durationText(cell)}, ${resolutionText(cell)}: ${words}`;
  return markup`<td class="cell ${verdict}${disputed ? " disputed" : ""}" title="${title}"><span aria-hidden="true">${SIGNS[disputed ? "disputed" : verdict]}</span>${unseen(words)}</td>`;
}
