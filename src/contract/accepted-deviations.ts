import { invalid } from "../base/errors.js";
import { aText, mustBe, optionIssues, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { AcceptedDeviation, AcceptedFinding, Finding, Report, Run } from "./contract-report.js";
import { disputeOf, factCase } from "./report-outcome.js";

const FIELDS: Rules<AcceptedDeviation> = {
  operation: aText,
  check: aText,
  about: aText,
  reason: aText,
  expires: mustBe("a date", (value) => typeof value === "string" && !Number.isNaN(Date.parse(value))),
};

/**
 * Reads a list of accepted deviations, such as the content of a file.
 * @throws {ValidationError} if one of them is invalid, has no reason or never expires.
 */
export function acceptedFrom(json: unknown): AcceptedDeviation[] {
  const list = Array.isArray(json) ? json : [undefined];
  for (const [at, one] of list.entries()) {
    const isValid = isRecord(one) && optionIssues(one, FIELDS).length === 0;
    if (isValid && one.check && one.reason && one.expires) continue;
    const wanted =
      'must be a list of { operation, check, about, reason, expires: "2027-01-31" }; check, reason and expires are required';
    throw invalid("Nothing was tested", `accept[${at}]`, wanted);
  }
  return list as AcceptedDeviation[];
}

/** Removes accepted findings that have not expired from a report. Lists them, and warns of deviations that no longer match. */
export function withoutAccepted(report: Report, accepted: readonly AcceptedDeviation[], now = Date.now()): Report {
  const used = new Set<AcceptedDeviation>();
  const valid = accepted.filter(({ expires }) => Date.parse(expires) > now);
  /** Returns the findings that are not accepted, and adds the others to `taken`. */
  const left = (findings: readonly Finding[], taken: AcceptedFinding[], check: string, operation?: string) =>
    findings.filter((finding) => {
      const text = `${finding.place} ${finding.spec} ${finding.saw} ${finding.request ?? ""}`;
      const isMeant = (one: AcceptedDeviation) => one.check === check && (one.operation ?? operation) === operation;
      const found = valid.find((one) => isMeant(one) && text.includes(one.about ?? ""));
      if (!found) return true;
      used.add(found);
      taken.push({ finding, reason: found.reason, expires: found.expires });
      return false;
    });
  const runs = report.runs.map((run): Run => {
    const taken: AcceptedFinding[] = [];
    const checks = run.checks.map((check) => {
      const findings = left(check.findings, taken, check.kind, check.operationId);
      const isForgiven = check.outcome === "failed" && findings.length === 0;
      return { ...check, findings, outcome: isForgiven ? ("passed" as const) : check.outcome };
    });
    const facts = run.facts.map((fact) => {
      const { findings } = factCase(fact);
      const isForgiven = findings.length > 0 && left(findings, taken, fact.id).length === 0;
      return isForgiven ? { ...fact, verdict: "not asked" as const, reason: "its contradiction is accepted" } : fact;
    });
    return { ...run, checks, facts, accepted: [...run.accepted, ...taken] };
  });
  const disputes: AcceptedFinding[] = [];
  const matrix = report.matrix.map((cell) => {
    const isDisputed = left(disputeOf(cell), disputes, "request matrix", "videoGeneration").length > 0;
    return isDisputed ? cell : { ...cell, dissent: [] };
  });
  const unused = accepted.filter((one) => !used.has(one));
  const warnings = unused.map((one) => {
    const what = [one.operation, one.check, one.about].filter(Boolean).join(", ");
    if (valid.includes(one)) return `an accepted deviation no longer occurs: ${what}`;
    return `the acceptance expired on ${one.expires}: ${what} (${one.reason})`;
  });
  const [first, ...others] = runs;
  if (!first) return report;
  const told = { ...first, warnings: [...first.warnings, ...warnings], accepted: [...first.accepted, ...disputes] };
  return { ...report, matrix, runs: [told, ...others] };
}
