import type { Cell, CheckResult, FactResult, Finding, Report } from "./contract-report.js";
import { targetText } from "./contract-report.js";
import { line, type Markup, markup, NOTHING } from "./markup.js";
import { contradictionOf, disputeOf, findingsOf, survivalOf } from "./report-problems.js";

interface Case {
  name: string;
  failures?: readonly Finding[];
  /** Why it was not asked. */
  skipped?: string | undefined;
}

interface Suite {
  name: string;
  /** What CI systems group by: dots divide it. */
  group: string;
  cases: readonly Case[];
  /** What the run has paid for, where it has. */
  paid?: string | undefined;
}

/**
 * A report as the JUnit XML that CI systems read: a suite for each operation of each run and for the facts of each run, one for
 * the request matrix, one for the mutants. It fails where the report does.
 */
export function junitOf(report: Report): string {
  const suites = [...report.runs.flatMap(runSuites), ...matrixSuite(report.matrix), ...mutantSuite(report)];
  const { suite, milliseconds, startedAt } = report;
  const all = suites.flatMap(({ cases }) => cases);
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${suite}"${counts(all)} time="${milliseconds / 1000}" timestamp="${startedAt}">
${suites.map(suiteXml)}</testsuites>
`.markup;
}

function runSuites({ target, checks, facts }: Report["runs"][number]): Suite[] {
  const suite = (what: string, cases: Case[]) => ({
    name: `${what} at ${targetText(target)}`,
    group: `${target.name}.${what}`,
    cases,
    paid: target.paid,
  });
  const operations = [...new Set(checks.map(({ operationId }) => operationId))];
  return [
    ...operations.map((operation) =>
      suite(operation, checks.filter(({ operationId }) => operationId === operation).map(checkCase)),
    ),
    ...(facts.length > 0 ? [suite("facts", facts.map(factCase))] : []),
  ];
}

function checkCase(check: CheckResult): Case {
  const { kind, outcome, reason = "not asked" } = check;
  return { name: kind, failures: findingsOf(check), skipped: outcome === "skipped" ? reason : undefined };
}

function factCase(fact: FactResult): Case {
  const { id, says, verdict, reason = "not asked" } = fact;
  const failure = contradictionOf(fact);
  return {
    name: `${id}: ${says}`,
    failures: failure ? [failure] : [],
    skipped: verdict === "not asked" ? reason : undefined,
  };
}

/** One case for each mode and model: a case for each cell would drown all others. */
function matrixSuite(matrix: readonly Cell[]): Suite[] {
  const cases = new Map<string, Finding[]>();
  for (const cell of matrix) {
    const name = `${cell.spec}: ${cell.mode}, ${cell.model}`;
    cases.set(name, (cases.get(name) ?? []).concat(disputeOf(cell) ?? []));
  }
  if (cases.size === 0) return [];
  const name = "request matrix";
  return [{ name, group: name, cases: [...cases].map(([name, failures]) => ({ name, failures })) }];
}

function mutantSuite({ mutants }: Report): Suite[] {
  if (!mutants) return [];
  const failures = mutants.flatMap((mutant) => survivalOf(mutant) ?? []);
  const name = "mutants";
  return [{ name, group: name, cases: [{ name: "every mutant is killed or known as equivalent", failures }] }];
}

function counts(cases: readonly Case[]): Markup {
  const failed = cases.filter(({ failures = [] }) => failures.length > 0).length;
  const skipped = cases.filter((each) => each.skipped !== undefined).length;
  return markup` tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}"`;
}

function suiteXml({ name, group, cases, paid }: Suite): Markup {
  const bought =
    paid === undefined
      ? NOTHING
      : markup`<properties><property name="paid" value="${line(paid)}"/></properties>
`;
  return markup`<testsuite name="${line(name)}"${counts(cases)}>
${bought}${cases.map((each) => caseXml(each, group))}</testsuite>
`;
}

function caseXml({ name, failures = [], skipped }: Case, group: string): Markup {
  const reason = skipped === undefined ? NOTHING : markup`<skipped message="${line(skipped)}"/>`;
  return markup`<testcase classname="${line(group)}" name="${line(name)}">${failureXml(failures)}${reason}</testcase>
`;
}

/** One, however many there are: most readers take the first and drop the rest. */
function failureXml(findings: readonly Finding[]): Markup {
  const [first, ...others] = findings;
  if (!first) return NOTHING;
  const { place, spec, saw } = first;
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  const details = findings.map((each) => `${each.place}\n- ${each.spec}\n+ ${each.saw}\n${each.source}\n`).join("\n");
  return markup`<failure type="contract" message="${line(`${place}: ${saw}, where the spec says: ${spec}`)}${more}">
${details}</failure>`;
}
