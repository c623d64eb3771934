import type { Report } from "../contract-report.js";
import { type Markup, markup, NOTHING } from "../markup.js";
import { outcomeOf } from "../report-outcome.js";
import { matrixSection } from "./matrix-section.js";
import { mark } from "./page-parts.js";
import { STYLE } from "./page-style.js";
import { runSection } from "./run-section.js";

/** Nothing is loaded and nothing runs, whatever the messages of a server contain. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A report as one self-contained page of HTML: no network, no script. */
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
