import type { Finding } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";

const MARKS = { passed: "✓", failed: "✗", skipped: "–" };

/** A mark and a word or number in the colour of an outcome. The colour is never the only sign. */
export function mark(outcome: keyof typeof MARKS, text: string | number): Markup {
  return markup`<span class="mark ${outcome}"><span aria-hidden="true">${MARKS[outcome]}</span> ${text}</span>`;
}

/** Text for screen readers only. */
export function unseen(text: string): Markup {
  return markup`<span class="unseen">${text}</span>`;
}

/** A table that scrolls by itself, with the keyboard too, if it is wider than the page. `labels` are ids of its labels. */
export function scrolling(table: Markup, ...labels: readonly string[]): Markup {
  return markup`<div class="scrolling" role="region" tabindex="0" aria-labelledby="${labels.join(" ")}">
${table}
</div>`;
}

/** A caption that stays in sight while its table scrolls. */
export function captioned(text: string, id: string): Markup {
  return markup`<caption><span id="${id}">${text}</span></caption>`;
}

const SHORT = 280;

/** A text of any length; a long one is folded behind its beginning. */
export function foldable(text: string): Markup {
  if (text.length <= SHORT) return markup`${text}`;
  // Never cuts a surrogate pair apart.
  const beginning = [...text.slice(0, SHORT)].slice(0, -1).join("");
  return markup`<details><summary>${beginning}… <span class="more">all ${text.length} characters</span></summary><div>${text}</div></details>`;
}

/** A name in camelCase, with dots or underscores, that may be broken at the end of each word. */
export function breakable(name: string): Markup {
  return markup`${name.split(/(?<=[a-z])(?=[A-Z])|(?<=[._/])(?=\w)/).map((word, index) => (index > 0 ? markup`<wbr>${word}` : markup`${word}`))}`;
}

const SHOWN_AT_FIRST = 8;

/** Disagreements with the spec as diffs; all but the first few are folded. */
export function diffs(findings: readonly Finding[]): Markup {
  const rest = findings.slice(SHOWN_AT_FIRST);
  const more = markup`<details><summary>${rest.length} more</summary>${rest.map(diff)}</details>
`;
  return markup`${findings.slice(0, SHOWN_AT_FIRST).map(diff)}${rest.length > 0 ? more : NOTHING}`;
}

/** Signs and tags say which side is which, not colours alone. */
function diff({ place, spec, saw, source }: Finding): Markup {
  return markup`<figure class="diff">
<figcaption>${foldable(place)}</figcaption>
<del><span>−</span><div>${foldable(spec)}</div></del>
<ins><span>+</span><div>${foldable(saw)}</div></ins>
<p class="source">${source}</p>
</figure>
`;
}
