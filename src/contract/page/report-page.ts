import { counted, type Report, type Run } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { outcomeOf, tallyOf } from "../report-outcome.js";
import { matrixSection } from "./matrix-section.js";
import { mutantSection } from "./mutants-section.js";
import { captioned, mark, scrolling } from "./page-parts.js";
import { STYLE } from "./page-style.js";
import { runSection } from "./run-section.js";

/** Nothing is loaded and nothing runs, whatever the messages of a server contain. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A report as one self-contained page of HTML: no network, no script. */
export function pageOf(report: Report): string {
  const {
    held,
    sentence,
    clauses: [first, ...others],
  } = outcomeOf(report);
  const { suite, startedAt, milliseconds, runs } = report;
  const sections = [
    ...runs.map((run, index) => ({ id: runId(index), title: run.target.name, body: runSection(run, runId(index)) })),
    { id: "matrix", title: "Request matrix", body: matrixSection(report.matrix) },
    { id: "mutants", title: "Mutants", body: mutantSection(report.mutants) },
  ].filter(({ body }) => body !== NOTHING);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${held ? "Held" : "Not held"}: ${sentence}</title>
${STYLE}
</head>
<body>
<header>
<p class="kicker">Contract report <span>${suite}</span></p>
<h1>${first}${others.length > 0 ? markup`<span>; ${others.join("; ")}.</span>` : "."}</h1>
<p class="verdict">${held ? mark("passed", "Contract held") : mark("failed", "Contract not held")} <span><time datetime="${startedAt}">${dateText(startedAt)}</time>, in ${(milliseconds / 1000).toFixed(1)} s</span></p>
${contents(sections)}
</header>
<main>
${runs.length > 0 ? runsTable(runs) : markup`<p>No server was tested.</p>`}
${sections.map(
  ({ id, title, body }) => markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`,
)}</main>
<footer><p>${suite} made this page. It loads nothing and runs no script.</p></footer>
</body>
</html>
`.markup;
}

function runId(index: number): string {
  return `run-${index + 1}`;
}

function dateText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.valueOf())) return iso;
  const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${words.format(date)} UTC`;
}

function contents(sections: readonly { id: string; title: string }[]): Markup {
  const links = sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`);
  return markup`<nav aria-label="Contents"><ul>${links}</ul></nav>`;
}

function runsTable(runs: readonly Run[]): Markup {
  const table = markup`<table class="runs">${captioned(counted(runs.length, "run"), "runs")}
<thead><tr><td></td><th scope="colgroup" colspan="3">Checks</th><th scope="colgroup" colspan="3">Facts</th><td colspan="3"></td></tr>
<tr><th scope="col">Target</th>${[...CHECKS, ...FACTS, "requests"].map((title) => markup`<th scope="col" class="number">${title}</th>`)}<th scope="col">Spec</th><th scope="col">Address</th></tr></thead>
<tbody>${runs.map(runRow)}</tbody></table>`;
  return scrolling(table, "runs");
}

const CHECKS = ["passed", "failed", "skipped"] as const;
const FACTS = ["confirmed", "contradicted", "not asked"] as const;
const AGAINST: readonly string[] = ["failed", "contradicted"];

function runRow(run: Run, index: number): Markup {
  const tally = tallyOf([run]);
  const { name, baseUrl, spec } = run.target;
  const numbers = [...CHECKS, ...FACTS].map((what) => {
    const count = tally[what];
    return markup`<td class="number">${count > 0 && AGAINST.includes(what) ? mark("failed", count) : count}</td>`;
  });
  return markup`<tr><th scope="row"><a href="#${runId(index)}">${name}</a></th>${numbers}<td class="number">${run.exchanges}</td><td>${spec}</td><td class="address">${baseUrl}</td></tr>
`;
}
