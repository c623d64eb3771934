import type { Finding, Report, Run } from "./contract-report.js";
import { line, type Markup, markup, NOTHING } from "./markup.js";
import { alike, type Case, casesOf, disputeOf, grouped, sentenceOf, tallyOf, targetText } from "./report-outcome.js";

/**
 * Formats a report as JUnit XML for CI systems: for each run, a suite per operation and one for facts, then one for the request
 * matrix. Fails if the report does.
 */
export function junitOf({ runs, matrix, suite, milliseconds, startedAt }: Report): string {
  // One case for each mode and model, because one for each cell would bury all others.
  const modes = grouped(matrix, ({ spec, mode, model }) => `${spec}: ${mode}, ${model}`).map(([name, cells]): Case => {
    const findings = cells.flatMap(disputeOf);
    return { name, outcome: findings.length > 0 ? "failed" : "passed", findings };
  });
  const all = [...runs.flatMap(casesOf).flatMap(([, cases]) => cases), ...modes];
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${suite}"${counts(all)} time="${milliseconds / 1000}" timestamp="${startedAt}">
${runs.flatMap(runXml)}${suiteXml("request matrix", "request matrix", modes)}</testsuites>
`.markup;
}

function runXml(run: Run): Markup[] {
  const { name, paid } = run.target;
  return casesOf(run).map(([group, cases]) => {
    return suiteXml(`${group} at ${targetText(run.target)}`, `${name}.${group}`, cases, paid);
  });
}

function counts(cases: readonly Case[]): Markup {
  const { failed, skipped } = tallyOf(cases);
  return markup` tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}"`;
}

/** `group` is the `classname` of its cases, by which CI systems group them; dots divide it. */
function suiteXml(name: string, group: string, cases: readonly Case[], paid?: string): Markup {
  if (cases.length === 0) return NOTHING;
  const properties = markup`<properties><property name="paid" value="${line(paid ?? "")}"/></properties>
`;
  return markup`<testsuite name="${line(name)}"${counts(cases)}>
${paid === undefined ? NOTHING : properties}${cases.map((each) => caseXml(each, group))}</testsuite>
`;
}

function caseXml({ name, outcome, findings, reason = "not asked" }: Case, group: string): Markup {
  const skipped = outcome === "skipped" ? markup`<skipped message="${line(reason)}"/>` : NOTHING;
  return markup`<testcase classname="${line(group)}" name="${line(name)}">${failureXml(findings)}${skipped}</testcase>
`;
}

/** All findings in one element, because most readers take the first and drop the rest. */
function failureXml(all: readonly Finding[]): Markup {
  const findings = alike(all);
  const [first, ...others] = findings;
  if (!first) return NOTHING;
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  const details = findings.map(({ place, spec, saw, source, request, curl }) => {
    const lines = [place, `- ${spec}`, `+ ${saw}`, source, request, curl, ""];
    return lines.filter((part) => part !== undefined).join("\n");
  });
  return markup`<failure type="contract" message="${line(sentenceOf(first))}${more}">
${details.join("\n")}</failure>`;
}
