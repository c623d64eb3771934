import type { Run } from "../contract-report.js";
import { counted } from "../contract-report.js";
import { type Markup, markup } from "../markup.js";
import { checksTable } from "./checks-section.js";
import { coverageTable } from "./coverage.js";
import { factsList } from "./facts.js";
import { findingsList } from "./findings.js";

/** Where the run is on the page. */
export function idOf(index: number): string {
  return `run-${index + 1}`;
}

/** All that is known of one target. */
export function runSection(run: Run, index: number): Markup {
  const { target, exchanges, checks, facts, coverage } = run;
  const id = idOf(index);
  const { baseUrl, spec, free, key, paid } = target;
  const money = paid !== undefined ? `Paid for: ${paid}.` : free ? "It charges nothing." : "Nothing was bought.";
  return markup`<p><span class="address">${baseUrl}</span> was held to the spec <code>${spec}</code> with ${counted(exchanges, "request")}, ${key ? "with a key" : "without a key"}. ${money}</p>
${checksTable(checks, id)}
${findingsList(checks, id)}
${factsList(facts)}
${coverageTable(coverage, id)}`;
}
