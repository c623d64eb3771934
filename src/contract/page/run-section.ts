import { type CoverageRow, counted, type FactResult, type Run, type Share } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { contradictionOf } from "../report-problems.js";
import { checksSection } from "./checks-section.js";
import { breakable, captioned, diffs, foldable, mark, scrolling } from "./page-parts.js";

/** All that is known about one target. `id` is that of the section. */
export function runSection({ target, exchanges, checks, facts, coverage }: Run, id: string): Markup {
  const { baseUrl, spec, free, key, paid } = target;
  const money = paid !== undefined ? `Paid for: ${paid}.` : free ? "It charges nothing." : "Nothing was bought.";
  return markup`<p><span class="address">${baseUrl}</span> was tested against the spec <code>${spec}</code> with ${counted(exchanges, "request")}, ${key ? "with a key" : "without a key"}. ${money}</p>
${checksSection(checks, id)}
${factsList(facts)}
${coverageTable(coverage, id)}`;
}

function factsList(facts: readonly FactResult[]): Markup {
  if (facts.length === 0) return NOTHING;
  const contradictions = facts.flatMap((fact) => contradictionOf(fact) ?? []);
  const contradicted = markup`<h4>${mark("failed", `${contradictions.length} contradicted`)}</h4>
${diffs(contradictions)}`;
  return markup`<h3>Facts</h3>
${contradictions.length > 0 ? contradicted : NOTHING}
${foldedFacts(facts, "confirmed", "passed")}
${foldedFacts(facts, "not asked", "skipped")}`;
}

function foldedFacts(all: readonly FactResult[], verdict: FactResult["verdict"], sign: "passed" | "skipped"): Markup {
  const facts = all.filter((fact) => fact.verdict === verdict);
  if (facts.length === 0) return NOTHING;
  const items = facts.map(({ id, says, evidence, reason, source }) => {
    const seen = evidence === undefined ? NOTHING : markup`; seen: ${foldable(evidence)}`;
    const why = reason === undefined ? NOTHING : markup`; ${reason}`;
    return markup`<li>${says}<div class="source">${id}; ${source}${seen}${why}</div></li>
`;
  });
  return markup`<details class="facts"><summary>${mark(sign, `${facts.length} ${verdict}`)}</summary><ul>${items}</ul></details>
`;
}

const SHARES = [
  ["parameters", "Parameters"],
  ["requestProperties", "Request properties"],
  ["responses", "Statuses"],
  ["responseProperties", "Reply properties"],
] as const satisfies [keyof CoverageRow, string][];

function coverageTable(rows: readonly CoverageRow[], id: string): Markup {
  if (rows.length === 0) return NOTHING;
  const columns = SHARES.map(([, title]) => markup`<th scope="col">${title}</th>`);
  const body = rows.map((row) => {
    const cells = SHARES.map(([share]) => markup`<td>${shareBar(row[share])}</td>`);
    return markup`<tr><th scope="row"><code>${breakable(row.operationId)}</code></th>${cells}</tr>
`;
  });
  const table = markup`<table class="coverage">${captioned("How much of each operation the requests and replies have met", `${id}-coverage`)}
<thead><tr><th scope="col">Operation</th>${columns}</tr></thead>
<tbody>${body}</tbody></table>`;
  return markup`<h3>Coverage</h3>
${scrolling(table, `${id}-title`, `${id}-coverage`)}`;
}

function shareBar({ met, of, missing }: Share): Markup {
  if (of === 0) return markup`<span class="none">none</span>`;
  const width = Math.floor((100 * met) / of);
  return markup`<div class="share"><span>${met} of ${of}</span> <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="4"/><rect class="${met === of ? "full" : "part"}" width="${width}" height="4"/></svg></div>${missingNames(missing)}`;
}

const SHOWN_NAMES = 3;

function missingNames(missing: readonly string[]): Markup {
  if (missing.length === 0) return NOTHING;
  const names = missing.map((name, index) => markup`${index > 0 ? ", " : ""}<code>${breakable(name)}</code>`);
  if (missing.length <= SHOWN_NAMES) return markup`<div class="missing">not met: ${names}</div>`;
  return markup`<details class="missing"><summary>${missing.length} not met</summary>${names}</details>`;
}
