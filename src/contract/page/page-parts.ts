import type { Finding } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";

const MARKS = { passed: "✓", failed: "✗", skipped: "–" };

/** A mark and a word or number in the colour of an outcome. The colour is never the only sign. */
export function mark(outcome: keyof typeof MARKS, text: string | number): Markup {
  return markup`<span class="${outcome}">${MARKS[outcome]} ${text}</span>`;
}

/** A table with `<td>` cells; it scrolls by itself, with the keyboard too, if it is wider than the page. */
export function table(
  caption: string,
  columns: readonly Markup[],
  rows: readonly { name: string; cells: readonly Markup[] }[],
): Markup {
  return markup`<div class="scrolling" role="group" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr><td></td>${columns.map((column) => markup`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ name, cells }) => markup`<tr><th scope="row">${name}</th>${cells}</tr>
`,
  )}</tbody></table></div>
`;
}

/** A list folded behind its heading; nothing if it is empty. */
export function foldedList(heading: Markup, items: readonly Markup[]): Markup {
  if (items.length === 0) return NOTHING;
  return markup`<details><summary>${heading}</summary><ul>${items.map((item) => markup`<li>${item}</li>`)}</ul></details>
`;
}

const SHOWN_AT_FIRST = 8;

/** Disagreements with the spec as diffs; all but the first few are folded. */
export function diffs(findings: readonly Finding[]): Markup {
  const rest = findings.slice(SHOWN_AT_FIRST).map(diff);
  return markup`${findings.slice(0, SHOWN_AT_FIRST).map(diff)}${foldedList(markup`${rest.length} more`, rest)}`;
}

/** Signs and tags say which side is which, not colours alone. */
function diff({ place, spec, saw, source }: Finding): Markup {
  return markup`<figure>
<figcaption>${place}</figcaption>
<del><span>−</span><div>${spec}</div></del>
<ins><span>+</span><div>${saw}</div></ins>
<p class="soft">${source}</p>
</figure>
`;
}
