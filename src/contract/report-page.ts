import type { Cell, CheckResult, CoverageRow, FactResult, Finding, Report, Run, Share } from "./contract-report.js";
import { CHECK_KINDS, CHECK_ORDER } from "./contract-report.js";
import { type Markup, markup, NOTHING } from "./markup.js";
import { alike, cellText, counted, disputeOf, factCase, grouped, outcomeOf } from "./report-outcome.js";

/** Nothing is loaded and nothing runs, whatever the messages of a server contain. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * How many small faults were seeded, each in an otherwise correct server, and how many of them the suite finds. Measured by
 * contract-tests/seeded-*.long.test.ts, which fail if a figure is wrong.
 */
export const SEEDED_FAULTS = { seeded: 226, named: 226 };

/** Formats a report as a self-contained HTML page that needs no network and no scripts. */
export function pageOf(report: Report): string {
  const { held, sentence } = outcomeOf(report);
  const { suite, startedAt, milliseconds, runs, matrix } = report;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${held ? "Held" : "Not held"}: ${sentence}</title>
${STYLE}
</head>
<body>
<main>
<h1>${sentence}.</h1>
<p>${held ? mark("passed", "Contract held") : mark("failed", "Contract not held")}
<span class="soft">${suite}, ${startedAt.slice(0, 16).replace("T", " ")} UTC, in ${(milliseconds / 1000).toFixed(1)} s</span></p>
<p class="soft">How reliable this suite is: it finds ${SEEDED_FAULTS.named} of ${SEEDED_FAULTS.seeded} small faults that were seeded in otherwise correct servers, and reports nothing about correct ones.</p>
${runs.map((run) => section(run.target.name, runSection(run)))}
${matrix.length > 0 ? section("Request matrix", matrixSection(matrix)) : NOTHING}
</main>
</body>
</html>
`.markup;
}

function section(title: string, body: Markup): Markup {
  return markup`<section aria-label="${title}">
<h2>${title}</h2>
${body}
</section>
`;
}

function runSection({ target, exchanges, checks, facts, coverage, warnings, accepted }: Run): Markup {
  const { baseUrl, spec, free, key, paid } = target;
  const money = paid !== undefined ? `Paid for: ${paid}.` : free ? "It charges nothing." : "Nothing was bought.";
  const acceptances = accepted.map(({ finding: { place, saw }, reason, expires }) => {
    return markup`${place}: ${saw}<div class="soft">until ${expires}: ${reason}</div>`;
  });
  return markup`<p><code>${baseUrl}</code> was tested against the spec <code>${spec}</code> with ${counted(exchanges, "request")}, ${key ? "with a key" : "without a key"}. ${money}</p>
${warnings.map((text) => markup`<p class="warning">! ${text}</p>`)}
${checksPart(checks)}
${foldedList(markup`${accepted.length} accepted`, acceptances)}
${facts.length > 0 ? factsPart(facts) : NOTHING}
${coverage.length > 0 ? coveragePart(coverage) : NOTHING}`;
}

function checksPart(checks: readonly CheckResult[]): Markup {
  const kinds = CHECK_ORDER.filter((kind) => checks.some((check) => check.kind === kind));
  const rows = grouped(checks, ({ operationId }) => operationId).map(([name, own]) => ({
    name,
    cells: kinds.map((kind) => checkCell(own.find((check) => check.kind === kind))),
  }));
  const skipped = checks.filter(({ outcome }) => outcome === "skipped");
  const reasons = grouped(skipped, ({ reason = "not asked" }) => reason).map(([reason, own]) => {
    const names = own.map(({ operationId, kind }) => `${operationId} ${kind}`).join(", ");
    return markup`${reason}: <span class="soft">${names}</span>`;
  });
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  const disagreements = failed.map(
    ({ operationId, kind, findings }) => markup`<h4>${operationId}: ${kind}</h4>
<p class="soft">${CHECK_KINDS[kind]}</p>
${diffs(alike(findings))}`,
  );
  return markup`<h3>Checks</h3>
${table(
  "Operations × checks: how many cases passed, how many findings there are, or – if skipped",
  kinds.map((kind) => markup`<span title="${CHECK_KINDS[kind]}">${kind}</span>`),
  rows,
)}${foldedList(mark("skipped", `${skipped.length} skipped`), reasons)}
${failed.length > 0 ? markup`<h3>Disagreements</h3>${disagreements}` : NOTHING}`;
}

function checkCell(check: CheckResult | undefined): Markup {
  if (!check) return markup`<td></td>`;
  const { outcome, cases, findings, reason = "" } = check;
  const shown = { passed: cases, failed: alike(findings).length, skipped: "" };
  return markup`<td title="${reason}">${mark(outcome, shown[outcome])}</td>`;
}

function factsPart(facts: readonly FactResult[]): Markup {
  const contradictions = facts.flatMap((fact) => factCase(fact).findings);
  const count = mark("failed", `${contradictions.length} contradicted`);
  return markup`<h3>Facts</h3>
${contradictions.length > 0 ? markup`<p>${count}</p>` : NOTHING}${diffs(contradictions)}
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

function coveragePart(coverage: readonly CoverageRow[]): Markup {
  const rows = coverage.map(({ operationId, parameters, requestProperties, responses, responseProperties }) => ({
    name: operationId,
    cells: [parameters, requestProperties, responses, responseProperties].map(shareCell),
  }));
  const columns = ["Parameters", "Request properties", "Statuses", "Reply properties"];
  return markup`<h3>Coverage</h3>
${table("How much of each operation the requests and replies covered", columns, rows)}`;
}

function shareCell({ met, of, missing }: Share): Markup {
  if (of === 0) return markup`<td>none</td>`;
  const names = missing.map((name) => markup`${name}`);
  return markup`<td>${met} of ${of}${foldedList(markup`${missing.length} not covered`, names)}</td>`;
}

/** The request matrix: for each spec and mode a table of models and durations × resolutions. */
function matrixSection(matrix: readonly Cell[]): Markup {
  const legal = matrix.filter((cell) => cell.legal).length;
  const disputes = matrix.flatMap(disputeOf);
  const tables = grouped(matrix, ({ spec, mode }) => `${spec}: ${mode}`).map(([name, cells]) => {
    const sizes = [...new Set(cells.map((cell) => cellText(cell)[1]))];
    const rows = grouped(cells, (cell) => `${cell.model}, ${cellText(cell)[0]}`).map(([name, own]) => ({
      name,
      cells: sizes.map((size) => square(own.find((cell) => cellText(cell)[1] === size))),
    }));
    return table(name, sizes, rows);
  });
  return markup`<p>${counted(matrix.length, "cell")}: ${legal} legal, ${matrix.length - legal} illegal; the judges ${disputes.length > 0 ? `disagree on ${disputes.length}` : "agree on all"}.</p>
${diffs(disputes)}
${tables}`;
}

function square(cell: Cell | undefined): Markup {
  if (!cell) return markup`<td></td>`;
  const verdict = cell.legal ? "legal" : "illegal";
  if (cell.dissent.length === 0) return markup`<td class="${verdict}">${verdict}</td>`;
  return markup`<td class="disputed">${verdict}, but not according to ${cell.dissent.join(", ")}</td>`;
}

/** Drawn, because not every font has these signs. */
const sign = (name: string, path: string) =>
  markup`<svg role="img" aria-label="${name}" viewBox="0 0 10 10"><path d="${path}"/></svg>`;
const MARKS = {
  passed: sign("passed", "M1 5.5l3 3 5-7"),
  failed: sign("failed", "M1.5 1.5l7 7m0-7l-7 7"),
  skipped: markup`–`,
};

/** A mark and a word or number in the colour of an outcome. The colour is never the only sign. */
function mark(outcome: keyof typeof MARKS, text: string | number): Markup {
  return markup`<span class="${outcome}">${MARKS[outcome]} ${text}</span>`;
}

/** A table with `<td>` cells; it scrolls by itself, with the keyboard too, if it is wider than the page. */
function table(
  caption: string,
  columns: readonly (Markup | string)[],
  rows: readonly { name: string; cells: readonly Markup[] }[],
): Markup {
  return markup`<div class="scrolling" role="group" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr><td></td>${columns.map((column) => markup`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(({ name, cells }) => markup`<tr><th scope="row">${name}</th>${cells}</tr>`)}</tbody></table></div>
`;
}

/** A list folded behind its heading; nothing if it is empty. */
function foldedList(heading: Markup, items: readonly Markup[]): Markup {
  if (items.length === 0) return NOTHING;
  return markup`<details><summary>${heading}</summary><ul>${items.map((item) => markup`<li>${item}</li>`)}</ul></details>
`;
}

/** Disagreements with the spec as diffs; all but the first eight are folded. */
function diffs(findings: readonly Finding[]): Markup {
  const rest = findings.slice(8).map(diff);
  return markup`${findings.slice(0, 8).map(diff)}${foldedList(markup`${rest.length} more`, rest)}`;
}

/** Signs and tags say which side is which, not colours alone. */
function diff({ place, spec, saw, source, request, curl }: Finding): Markup {
  const command = curl === undefined ? NOTHING : markup`<pre>${curl}</pre>`;
  const shown = markup`<details><summary>Request</summary><pre>${request ?? ""}</pre>${command}</details>`;
  return markup`<figure>
<figcaption>${place}</figcaption>
<del><span>−</span><div>${spec}</div></del>
<ins><span>+</span><div>${saw}</div></ins>
<p class="soft">${source}</p>
${request === undefined ? NOTHING : shown}
</figure>
`;
}

/** Light or dark like the system. Colours only ever stand beside a mark or a word. */
const STYLE = markup`<style>
:root {
  color-scheme: light dark;
  --paper: light-dark(#fdfcf9, #191816); --ink: light-dark(#1d1b18, #e9e5dc);
  --soft: light-dark(#615c53, #aaa497); --rule: light-dark(#ddd7cb, #3b3833);
  --good: light-dark(#1d6637, #86cf9c); --good-wash: light-dark(#dcebdd, #1f3526);
  --bad: light-dark(#a3201a, #f49a90); --bad-wash: light-dark(#f9e3e0, #432421);
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 100%/1.5 Charter, Cambria, serif; }
body { max-width: 76rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem); overflow-wrap: anywhere; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 400; }
h2 { margin-top: 3rem; padding-top: .8rem; border-top: 2px solid; }
code, del, ins { font: .84em/1.5 ui-monospace, Menlo, Consolas, monospace; }
:focus-visible { outline: 2px solid; outline-offset: 2px; }
.passed { color: var(--good); }
.failed { color: var(--bad); font-weight: 600; }
svg { width: .75em; height: .75em; fill: none; stroke: currentColor; stroke-width: 1.6; }
.skipped, .soft, caption, thead, .illegal { color: var(--soft); }
.soft { font-size: .9rem; }
.scrolling {
  overflow-x: auto; margin-bottom: 1rem;
  background: linear-gradient(to left, var(--paper) 50%, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--rule), transparent) right / 1.5rem 100% no-repeat;
}
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption, th { text-align: left; font-weight: 400; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
tbody th { position: sticky; left: 0; background: var(--paper); }
.warning { font-weight: 600; }
pre { margin: .3rem 0; white-space: pre-wrap; font: .8em/1.5 ui-monospace, Menlo, Consolas, monospace; }
td:has(.failed), .disputed, del { background: var(--bad-wash); }
.legal, ins { background: var(--good-wash); }
.disputed { font-weight: 600; }
figure { margin: 0 0 1rem; }
del, ins { display: flex; gap: .6rem; padding: .15rem .6rem; text-decoration: none; white-space: pre-wrap; }
del > div, ins > div { min-width: 0; flex: 1; }
summary { cursor: pointer; }
ul { margin: 0 0 .75rem; padding-left: 1.2rem; }
@media print {
  :root { color-scheme: light; }
  .scrolling { overflow: visible; }
  details::details-content { content-visibility: visible; height: auto; }
  tr, figure { break-inside: avoid; }
}
</style>`;
