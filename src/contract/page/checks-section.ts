import type { CheckKind, CheckResult } from "../contract-report.js";
import { CHECK_KINDS, CHECK_ORDER, counted } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { findingsOf } from "../report-problems.js";
import { failureId } from "./findings.js";
import { breakable, captioned, mark, scrolling, unseen } from "./page-parts.js";

/** Operations × kinds of checks. Why something was skipped stands in notes below, each once. */
export function checksTable(checks: readonly CheckResult[], id: string): Markup {
  if (checks.length === 0) return markup`<h3>Checks</h3><p>No check was made.</p>`;
  const operations = [...new Set(checks.map(({ operationId }) => operationId))];
  const kinds = CHECK_ORDER.filter((kind) => checks.some((check) => check.kind === kind));
  const reasons = [...new Set(checks.flatMap(({ outcome, reason }) => (outcome === "skipped" ? (reason ?? []) : [])))];
  const rows = operations.map((operation) => {
    const cells = kinds.map((kind) => {
      const check = checks.find((each) => each.operationId === operation && each.kind === kind);
      return check
        ? cell(check, { reasons, id, failure: failureId(checks, check, id) })
        : markup`<td>${unseen("no such check")}</td>`;
    });
    return markup`<tr><th scope="row"><code>${breakable(operation)}</code></th>${cells}</tr>
`;
  });
  const table = markup`<table class="checks">${captioned("Operations × checks: ✓ cases that passed, ✗ findings, – skipped", `${id}-checks`)}
<thead><tr><th scope="col">Operation</th>${kinds.map(column)}</tr></thead>
<tbody>${rows}</tbody></table>`;
  return markup`<h3>Checks</h3>
${scrolling(table, `${id}-title`, `${id}-checks`)}
${notes(reasons, id)}`;
}

function column(kind: CheckKind): Markup {
  return markup`<th scope="col" title="${CHECK_KINDS[kind]}">${kind}</th>`;
}

function cell(
  check: CheckResult,
  { reasons, id, failure }: { reasons: readonly string[]; id: string; failure: string },
): Markup {
  const { outcome, cases, reason = "not asked" } = check;
  if (outcome === "passed")
    return markup`<td title="passed: ${counted(cases, "case")}">${mark(outcome, cases)}${unseen(" passed")}</td>`;
  if (outcome === "failed") {
    const { length } = findingsOf(check);
    const found = counted(length, "finding");
    return markup`<td class="failed" title="failed: ${found} in ${counted(cases, "case")}"><a href="#${failure}">${mark(outcome, length)}${unseen(length === 1 ? " finding" : " findings")}</a></td>`;
  }
  const note = reasons.indexOf(reason);
  const link = note < 0 ? NOTHING : markup`<sup><a href="#${id}-note-${note + 1}">${letter(note)}</a></sup>`;
  return markup`<td title="skipped: ${reason}">${mark(outcome, "")}${unseen("skipped")}${link}</td>`;
}

function notes(reasons: readonly string[], id: string): Markup {
  if (reasons.length === 0) return NOTHING;
  const items = reasons.map(
    (reason, index) => markup`<li id="${id}-note-${index + 1}"><b>${letter(index)}</b> ${reason}</li>`,
  );
  return markup`<ul class="notes" aria-label="Why checks were skipped">${items}</ul>`;
}

/** a, b, … z, then numbers. */
function letter(index: number): string {
  return "abcdefghijklmnopqrstuvwxyz"[index] ?? String(index + 1);
}
