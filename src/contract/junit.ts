import {
  type Cell,
  type CheckResult,
  type FactResult,
  type Finding,
  type Report,
  type Run,
  targetText,
} from "./contract-report.js";
import { line, type Markup, markup, NOTHING } from "./markup.js";
import { contradictionOf, disputeOf, findingsOf, survivalOf } from "./report-problems.js";

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
 * request matrix and one for mutants. It fails if the report does.
 */
export function junitOf({ runs, matrix, mutants, suite, milliseconds, startedAt }: Report): string {
  const suites: TestSuite[] = [
    ...runs.flatMap(runSuites),
    ...(matrix.length > 0 ? [{ name: "request matrix", group: "request matrix", cases: matrixCases(matrix) }] : []),
  ];
  if (mutants) {
    const failures = mutants.flatMap((mutant) => survivalOf(mutant) ?? []);
    const cases = [{ name: "every mutant is killed or known as equivalent", failures }];
    suites.push({ name: "mutants", group: "mutants", cases });
  }
  const all = suites.flatMap(({ cases }) => cases);
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${suite}"${counts(all)} time="${milliseconds / 1000}" timestamp="${startedAt}">
${suites.map(suiteXml)}</testsuites>
`.markup;
}

function runSuites({ target, checks, facts }: Run): TestSuite[] {
  const suite = (what: string, cases: TestCase[]): TestSuite => ({
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

function checkCase(check: CheckResult): TestCase {
  const { kind, outcome, reason = "not asked" } = check;
  return { name: kind, failures: findingsOf(check), skipped: outcome === "skipped" ? reason : undefined };
}

function factCase(fact: FactResult): TestCase {
  const { id, says, verdict, reason = "not asked" } = fact;
  const failures = [contradictionOf(fact) ?? []].flat();
  return { name: `${id}: ${says}`, failures, skipped: verdict === "not asked" ? reason : undefined };
}

/** One case for each mode and model, because one for each cell would bury all others. */
function matrixCases(matrix: readonly Cell[]): TestCase[] {
  const cases = new Map<string, Finding[]>();
  for (const cell of matrix) {
    const name = `${cell.spec}: ${cell.mode}, ${cell.model}`;
    cases.set(name, (cases.get(name) ?? []).concat(disputeOf(cell) ?? []));
  }
  return [...cases].map(([name, failures]) => ({ name, failures }));
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
