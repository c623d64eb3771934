import {
  CHECK_KINDS,
  CHECK_ORDER,
  type CheckResult,
  type CoverageRow,
  counted,
  type FactResult,
  grouped,
  type Run,
  type Share,
} from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { contradictionOf } from "../report-problems.js";
import { diffs, foldedList, mark, table } from "./page-parts.js";

export function runSection({ target, exchanges, checks, facts, coverage }: Run): Markup {
  const { baseUrl, spec, free, key, paid } = target;
  const money = paid !== undefined ? `Paid for: ${paid}.` : free ? "It charges nothing." : "Nothing was bought.";
  return markup`<p><code>${baseUrl}</code> was tested against the spec <code>${spec}</code> with ${counted(exchanges, "request")}, ${key ? "with a key" : "without a key"}. ${money}</p>
${checksPart(checks)}
${factsPart(facts)}
${coverageTable(coverage)}`;
}

function checksPart(checks: readonly CheckResult[]): Markup {
  const kinds = CHECK_ORDER.filter((kind) => checks.some((check) => check.kind === kind));
  const columns = kinds.map((kind) => markup`<span title="${CHECK_KINDS[kind]}">${kind}</span>`);
  const rows = grouped(checks, ({ operationId }) => operationId).map(([name, own]) => ({
    name,
    cells: kinds.map((kind) => checkCell(own.find((check) => check.kind === kind))),
  }));
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  const findings = failed.map(
    (check) => markup`<h4>${check.operationId}: ${check.kind}</h4>
<p class="soft">${CHECK_KINDS[check.kind]}</p>
${diffs(check.findings)}`,
  );
  return markup`<h3>Checks</h3>
${table("Operations × checks: ✓ cases that passed, ✗ findings, – skipped", columns, rows)}${skippedChecks(checks)}
${failed.length > 0 ? markup`<h3>Disagreements</h3>${findings}` : NOTHING}`;
}

function checkCell(check: CheckResult | undefined): Markup {
  if (!check) return markup`<td></td>`;
  const { outcome, cases, reason = "" } = check;
  if (outcome === "passed") return markup`<td>${mark(outcome, cases)}</td>`;
  if (outcome === "skipped") return markup`<td title="${reason}">${mark(outcome, "")}</td>`;
  return markup`<td class="failing">${mark(outcome, check.findings.length)}</td>`;
}

function skippedChecks(checks: readonly CheckResult[]): Markup {
  const skipped = checks.filter(({ outcome }) => outcome === "skipped");
  const items = grouped(skipped, ({ reason = "not asked" }) => reason).map(([reason, own]) => {
    const names = own.map(({ operationId, kind }) => `${operationId} ${kind}`).join(", ");
    return markup`${reason}: <span class="soft">${names}</span>`;
  });
  return foldedList(mark("skipped", `${skipped.length} skipped`), items);
}

function factsPart(facts: readonly FactResult[]): Markup {
  if (facts.length === 0) return NOTHING;
  const contradictions = facts.flatMap(contradictionOf);
  return markup`<h3>Facts</h3>
${contradictions.length > 0 ? markup`<p>${mark("failed", `${contradictions.length} contradicted`)}</p>` : NOTHING}${diffs(contradictions)}
${foldedFacts(facts, "confirmed", "passed")}${foldedFacts(facts, "not asked", "skipped")}`;
}

function foldedFacts(all: readonly FactResult[], verdict: FactResult["verdict"], sign: "passed" | "skipped"): Markup {
  const facts = all.filter((fact) => fact.verdict === verdict);
  const items = facts.map(({ id, says, evidence, reason, source }) => {
    const details = [id, source, evidence && `seen: ${evidence}`, reason].filter(Boolean).join("; ");
    return markup`${says}<div class="soft">${details}</div>`;
  });
  return foldedList(mark(sign, `${facts.length} ${verdict}`), items);
}

const SHARES = {
  parameters: "Parameters",
  requestProperties: "Request properties",
  responses: "Statuses",
  responseProperties: "Reply properties",
} as const satisfies Partial<Record<keyof CoverageRow, string>>;

function coverageTable(coverage: readonly CoverageRow[]): Markup {
  if (coverage.length === 0) return NOTHING;
  const columns = Object.values(SHARES).map((title) => markup`${title}`);
  const rows = coverage.map(({ operationId, ...shares }) => ({
    name: operationId,
    // The keys of the table are those of the shares.
    cells: Object.keys(SHARES).map((share) => shareCell(shares[share as keyof typeof SHARES])),
  }));
  return markup`<h3>Coverage</h3>
${table("How much of each operation the requests and replies have met", columns, rows)}`;
}

function shareCell({ met, of, missing }: Share): Markup {
  if (of === 0) return markup`<td>none</td>`;
  const names = missing.map((name) => markup`${name}`);
  return markup`<td>${met} of ${of}${foldedList(markup`${missing.length} not met`, names)}</td>`;
}
