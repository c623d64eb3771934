import { CHECK_KINDS, CHECK_ORDER, type CheckResult, counted } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { findingsOf } from "../report-problems.js";
import { breakable, captioned, diffs, mark, scrolling, unseen } from "./page-parts.js";

/** A table of operations × kinds of checks, why some were skipped, and every finding. `id` is that of the run. */
export function checksSection(checks: readonly CheckResult[], id: string): Markup {
  if (checks.length === 0) return markup`<h3>Checks</h3><p>No check was made.</p>`;
  const operations = [...new Set(checks.map(({ operationId }) => operationId))];
  const kinds = CHECK_ORDER.filter((kind) => checks.some((check) => check.kind === kind));
  const reasons = [...new Set(checks.flatMap(({ outcome, reason }) => (outcome === "skipped" ? (reason ?? []) : [])))];
  const rows = operations.map((operation) => {
    const cells = kinds.map((kind) => {
      const check = checks.find((each) => each.operationId === operation && each.kind === kind);
      return check
        ? checkCell(check, reasons, id, failureId(checks, check, id))
        : markup`<td>${unseen("no such check")}</td>`;
    });
    return markup`<tr><th scope="row"><code>${breakable(operation)}</code></th>${cells}</tr>
`;
  });
  const columns = kinds.map((kind) => markup`<th scope="col" title="${CHECK_KINDS[kind]}">${kind}</th>`);
  const table = markup`<table class="checks">${captioned("Operations × checks: ✓ cases that passed, ✗ findings, – skipped", `${id}-checks`)}
<thead><tr><th scope="col">Operation</th>${columns}</tr></thead>
<tbody>${rows}</tbody></table>`;
  return markup`<h3>Checks</h3>
${scrolling(table, `${id}-title`, `${id}-checks`)}
${skipNotes(reasons, id)}
${failedChecks(checks, id)}`;
}

function checkCell(check: CheckResult, reasons: readonly string[], id: string, failure: string): Markup {
  const { outcome, cases, reason = "not asked" } = check;
  if (outcome === "passed")
    return markup`<td title="passed: ${counted(cases, "case")}">${mark(outcome, cases)}${unseen(" passed")}</td>`;
  if (outcome === "failed") {
    const { length } = findingsOf(check);
    const title = `failed: ${counted(length, "finding")} in ${counted(cases, "case")}`;
    return markup`<td class="failed" title="${title}"><a href="#${failure}">${mark(outcome, length)}${unseen(length === 1 ? " finding" : " findings")}</a></td>`;
  }
  const note = reasons.indexOf(reason);
  const link = note < 0 ? NOTHING : markup`<sup><a href="#${id}-note-${note + 1}">${noteLetter(note)}</a></sup>`;
  return markup`<td title="skipped: ${reason}">${mark(outcome, "")}${unseen("skipped")}${link}</td>`;
}

/** Each reason once, below the table. */
function skipNotes(reasons: readonly string[], id: string): Markup {
  if (reasons.length === 0) return NOTHING;
  const items = reasons.map(
    (reason, index) => markup`<li id="${id}-note-${index + 1}"><b>${noteLetter(index)}</b> ${reason}</li>`,
  );
  return markup`<ul class="notes" aria-label="Why checks were skipped">${items}</ul>`;
}

/** a, b, … z, then numbers. */
function noteLetter(index: number): string {
  return "abcdefghijklmnopqrstuvwxyz"[index] ?? String(index + 1);
}

function failedChecks(checks: readonly CheckResult[], id: string): Markup {
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return NOTHING;
  const items = failed.map(
    (check) => markup`<div class="findings" id="${failureId(checks, check, id)}">
<h4><code>${check.operationId}</code> ${check.kind}</h4>
<p class="soft">${CHECK_KINDS[check.kind]}</p>
${diffs(findingsOf(check))}</div>
`,
  );
  return markup`<h3>Disagreements</h3>
<p>What the spec says, and what this server did. If the server is right, the named source is wrong.</p>
${items}`;
}

/** The anchor of a failed check. */
function failureId(checks: readonly CheckResult[], check: CheckResult, id: string): string {
  return `${id}-failure-${checks.indexOf(check) + 1}`;
}
