import {
  type Cell,
  type CheckResult,
  type FactResult,
  type Finding,
  grouped,
  type Report,
  type Run,
  targetText,
} from "./contract-report.js";
import { line, type Markup, markup, NOTHING } from "./markup.js";
import { contradictionOf, disputeOf } from "./report-problems.js";

interface TestCase {
  name: string;
  failures: readonly Finding[];
  /** Why it was skipped. */
  skipped?: string | undefined;
}

interface TestSuite {
  name: string;
  /** The `classname` of its cases, by which CI systems group them; dots divide it. */
  group: string;
  cases: readonly TestCase[];
  /** What the run has paid for. */
  paid?: string | undefined;
}

/**
 * A report as the JUnit XML that CI systems read: for each run a suite for each operation and one for facts, then one for the
 * request matrix. It fails if the report does.
 */
export function junitOf({ runs, matrix, suite, milliseconds, startedAt }: Report): string {
  const suites = [
    ...runs.flatMap(runSuites),
    { name: "request matrix", group: "request matrix", cases: matrixCases(matrix) },
  ];
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${suite}"${counts(suites.flatMap(({ cases }) => cases))} time="${milliseconds / 1000}" timestamp="${startedAt}">
${suites.filter(({ cases }) => cases.length > 0).map(suiteXml)}</testsuites>
`.markup;
}

function runSuites({ target, checks, facts }: Run): TestSuite[] {
  const { name, paid } = target;
  const suite = (what: string, cases: TestCase[]): TestSuite => ({
    name: `${what} at ${targetText(target)}`,
    group: `${name}.${what}`,
    cases,
    paid,
  });
  const operations = grouped(checks, ({ operationId }) => operationId);
  return [...operations.map(([name, own]) => suite(name, own.map(checkCase))), suite("facts", facts.map(factCase))];
}

function checkCase({ kind, outcome, reason = "not asked", findings }: CheckResult): TestCase {
  return { name: kind, failures: findings, skipped: outcome === "skipped" ? reason : undefined };
}

function factCase(fact: FactResult): TestCase {
  const { id, says, verdict, reason = "not asked" } = fact;
  const skipped = verdict === "not asked" ? reason : undefined;
  return { name: `${id}: ${says}`, failures: contradictionOf(fact), skipped };
}

/** One case for each mode and model, because one for each cell would bury all others. */
function matrixCases(matrix: readonly Cell[]): TestCase[] {
  const modes = grouped(matrix, ({ spec, mode, model }) => `${spec}: ${mode}, ${model}`);
  return modes.map(([name, cells]) => ({ name, failures: cells.flatMap(disputeOf) }));
}

function counts(cases: readonly TestCase[]): Markup {
  const failed = cases.filter(({ failures }) => failures.length > 0).length;
  const skipped = cases.filter((each) => each.skipped !== undefined).length;
  return markup` tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}"`;
}

function suiteXml({ name, group, cases, paid }: TestSuite): Markup {
  const properties = markup`<properties><property name="paid" value="${line(paid ?? "")}"/></properties>
`;
  return markup`<testsuite name="${line(name)}"${counts(cases)}>
${paid === undefined ? NOTHING : properties}${cases.map((each) => caseXml(each, group))}</testsuite>
`;
}

function caseXml({ name, failures, skipped }: TestCase, group: string): Markup {
  const reason = skipped === undefined ? NOTHING : markup`<skipped message="${line(skipped)}"/>`;
  return markup`<testcase classname="${line(group)}" name="${line(name)}">${failureXml(failures)}${reason}</testcase>
`;
}

/** All findings in one element, because most readers take the first and drop the rest. */
function failureXml(findings: readonly Finding[]): Markup {
  const [first, ...others] = findings;
  if (!first) return NOTHING;
  const { place, spec, saw } = first;
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  const details = findings.map((each) => `${each.place}\n- ${each.spec}\n+ ${each.saw}\n${each.source}\n`).join("\n");
  return markup`<failure type="contract" message="${line(`${place}: ${saw}, but the spec says: ${spec}`)}${more}">
${details}</failure>`;
}
