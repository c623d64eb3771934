import type { FactResult } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { contradictionOf } from "../report-problems.js";
import { diffs } from "./findings.js";
import { mark, quoted } from "./page-parts.js";

/** What of our facts this server contradicts, confirms, and was not asked. */
export function factsList(facts: readonly FactResult[]): Markup {
  if (facts.length === 0) return NOTHING;
  const by = (verdict: FactResult["verdict"]) => facts.filter((fact) => fact.verdict === verdict);
  const contradictions = facts.flatMap((fact) => contradictionOf(fact) ?? []);
  return markup`<h3>Facts</h3>
${
  contradictions.length > 0
    ? markup`<h4>${mark("failed", `${contradictions.length} contradicted`)}</h4>
${diffs(contradictions)}`
    : NOTHING
}
${group(by("confirmed"), mark("passed", `${by("confirmed").length} confirmed`))}
${group(by("not asked"), mark("skipped", `${by("not asked").length} not asked`))}`;
}

function group(facts: readonly FactResult[], title: Markup): Markup {
  if (facts.length === 0) return NOTHING;
  const items = facts.map(({ id, says, evidence, reason, source }) => {
    const seen = evidence === undefined ? NOTHING : markup`; seen: ${quoted(evidence)}`;
    const why = reason === undefined ? NOTHING : markup`; ${reason}`;
    return markup`<li>${says}<div class="source">${id}; ${source}${seen}${why}</div></li>
`;
  });
  return markup`<details class="facts"><summary>${title}</summary><ul>${items}</ul></details>
`;
}
