import { type Markup, markup } from "../markup.js";

const MARKS = { passed: "✓", failed: "✗", skipped: "–", disputed: "!" };

/** A mark and a word or number in the colour of an outcome: the colour is never alone. */
export function mark(outcome: keyof typeof MARKS, text: string | number): Markup {
  return markup`<span class="mark ${outcome}"><span aria-hidden="true">${MARKS[outcome]}</span> ${text}</span>`;
}

/** Read aloud, not seen. */
export function unseen(text: string): Markup {
  return markup`<span class="unseen">${text}</span>`;
}

/** A table that may be wider than the page: it scrolls by itself, with the keyboard too. Ids name what labels it. */
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

/** A text of any length: of a long one the beginning, and the whole when asked. */
export function quoted(text: string): Markup {
  if (text.length <= SHORT) return markup`${text}`;
  // A pair of halves is not cut apart.
  const beginning = [...text.slice(0, SHORT)].slice(0, -1).join("");
  return markup`<details><summary>${beginning}… <span class="more">all ${text.length} characters</span></summary><div>${text}</div></details>`;
}

/** A name in camelCase, dots and underscores that may be broken where its words end. */
export function breakable(name: string): Markup {
  return markup`${name.split(/(?<=[a-z])(?=[A-Z])|(?<=[._/])(?=\w)/).map((word, index) => (index > 0 ? markup`<wbr>${word}` : markup`${word}`))}`;
}
