import { invalid } from "../base/errors.js";
import { aText, mustBe, optionIssues, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { AcceptedFinding, Finding, Report, Run } from "./contract-report.js";
import { disputeOf, factCase } from "./report-outcome.js";

/** A known deviation that is tolerated for a while. */
export interface AcceptedDeviation {
  /** The operationId. Absent for facts. */
  readonly operation?: string;
  /** The kind of check, the id of a fact, or "request matrix". */
  readonly check: string;
  /** A part of what was sent, expected or seen. Default: all findings of the check. */
  readonly about?: string;
  /** Why it is tolerated. The report repeats it. */
  readonly reason: string;
  /** The day from which it counts as a failure again, `2027-01-31`. */
  readonly expires: string;
}

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
  const isTaken = (taken: AcceptedFinding[], finding: Finding, check: string, operation?: string): boolean => {
    const text = `${finding.place} ${finding.spec} ${finding.saw} ${finding.request ?? ""}`;
    const found = valid.find((one) => {
      return one.check === check && (one.operation ?? operation) === operation && text.includes(one.about ?? "");
    });
    if (!found) return false;
    used.add(found);
    taken.push({ finding, reason: found.reason, expires: found.expires });
    return true;
  };
  const runs = report.runs.map((run): Run => {
    const taken: AcceptedFinding[] = [];
    const checks = run.checks.map((check) => {
      const findings = check.findings.filter((one) => !isTaken(taken, one, check.kind, check.operationId));
      const isForgiven = check.outcome === "failed" && findings.length === 0;
      return { ...check, findings, outcome: isForgiven ? ("passed" as const) : check.outcome };
    });
    const facts = run.facts.map((fact) => {
      const isForgiven = factCase(fact).findings.some((one) => isTaken(taken, one, fact.id));
      return isForgiven ? { ...fact, verdict: "not asked" as const, reason: "its contradiction is accepted" } : fact;
    });
    return { ...run, checks, facts, accepted: [...run.accepted, ...taken] };
  });
  const disputes: AcceptedFinding[] = [];
  const matrix = report.matrix.map((cell) => {
    const isForgiven = disputeOf(cell).some((one) => isTaken(disputes, one, "request matrix", "videoGeneration"));
    return isForgiven ? { ...cell, dissent: [] } : cell;
  });
  const warnings = accepted
    .filter((one) => !used.has(one))
    .map((one) => {
      const what = [one.operation, one.check, one.about].filter(Boolean).join(", ");
      return valid.includes(one)
        ? `an accepted deviation no longer occurs: ${what}`
        : `the acceptance expired on ${one.expires}: ${what} (${one.reason})`;
    });
  const [first, ...others] = runs;
  if (!first) return report;
  const told = { ...first, warnings: [...first.warnings, ...warnings], accepted: [...first.accepted, ...disputes] };
  return { ...report, matrix, runs: [told, ...others] };
}
