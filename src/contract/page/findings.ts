import type { CheckResult, Finding } from "../contract-report.js";
import { CHECK_KINDS } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { findingsOf } from "../report-problems.js";
import { quoted } from "./page-parts.js";

/** Every finding as a diff of what the spec says and what was seen. */
export function findingsList(checks: readonly CheckResult[], id: string): Markup {
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return NOTHING;
  return markup`<h3>Disagreements</h3>
<p>What the spec says, and what this server did. Where the server is right, the source named is wrong.</p>
${failed.map((check) => {
  const { operationId, kind } = check;
  return markup`<div class="findings" id="${failureId(checks, check, id)}">
<h4><code>${operationId}</code> ${kind}</h4>
<p class="soft">${CHECK_KINDS[kind]}</p>
${diffs(findingsOf(check))}</div>
`;
})}`;
}

/** Where what a check found is on the page. */
export function failureId(checks: readonly CheckResult[], check: CheckResult, id: string): string {
  return `${id}-failure-${checks.indexOf(check) + 1}`;
}

/** So many are shown at once. */
const FIRST = 8;

/** Disagreements with the spec; of a great many the first, the rest folded. */
export function diffs(findings: readonly Finding[]): Markup {
  const rest = findings.slice(FIRST);
  const more = markup`<details><summary>${rest.length} more</summary>${rest.map(diff)}</details>
`;
  return markup`${findings.slice(0, FIRST).map(diff)}${rest.length > 0 ? more : NOTHING}`;
}

/** One disagreement. Signs and tags say which side is which, not colours alone. */
function diff({ place, spec, saw, source }: Finding): Markup {
  return markup`<figure class="diff">
<figcaption>${quoted(place)}</figcaption>
<del><span>−</span><div>${quoted(spec)}</div></del>
<ins><span>+</span><div>${quoted(saw)}</div></ins>
<p class="source">${source}</p>
</figure>
`;
}
