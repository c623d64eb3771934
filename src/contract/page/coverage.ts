import type { CoverageRow, Share } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { breakable, captioned, scrolling } from "./page-parts.js";

const COLUMNS = {
  parameters: "Parameters",
  requestProperties: "Request properties",
  responses: "Statuses",
  responseProperties: "Reply properties",
} as const satisfies Record<Exclude<keyof CoverageRow, "operationId">, string>;
// The keys of the table are the shares of a row.
const SHARES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

/** How much of each operation the traffic met, and the names of what it did not. */
export function coverageTable(rows: readonly CoverageRow[], id: string): Markup {
  if (rows.length === 0) return NOTHING;
  const table = markup`<table class="coverage">${captioned("What of each operation the requests and replies have met", `${id}-coverage`)}
<thead><tr><th scope="col">Operation</th>${Object.values(COLUMNS).map((title) => markup`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(rowOf)}</tbody></table>`;
  return markup`<h3>Coverage</h3>
${scrolling(table, `${id}-title`, `${id}-coverage`)}`;
}

function rowOf(row: CoverageRow): Markup {
  const cells = SHARES.map((share) => markup`<td>${bar(row[share])}</td>`);
  return markup`<tr><th scope="row"><code>${breakable(row.operationId)}</code></th>${cells}</tr>
`;
}

/** So many names are shown at once. */
const FEW = 3;

function bar({ met, of, missing }: Share): Markup {
  if (of === 0) return markup`<span class="none">none</span>`;
  const width = Math.floor((100 * met) / of);
  return markup`<div class="share"><span>${met} of ${of}</span> <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="4"/><rect class="${met === of ? "full" : "part"}" width="${width}" height="4"/></svg></div>${notMet(missing)}`;
}

function notMet(missing: readonly string[]): Markup {
  if (missing.length === 0) return NOTHING;
  const names = missing.map((name, index) => markup`${index > 0 ? ", " : ""}<code>${breakable(name)}</code>`);
  if (missing.length <= FEW) return markup`<div class="missing">not met: ${names}</div>`;
  return markup`<details class="missing"><summary>${missing.length} not met</summary>${names}</details>`;
}
