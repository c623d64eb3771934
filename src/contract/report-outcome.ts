import { defined } from "../base/record.js";
import type { Cell, CheckResult, FactResult, Finding, Report, Run, TargetFacts } from "./contract-report.js";
import { CHECK_ORDER } from "./contract-report.js";

/** A check, a fact or a part of the request matrix, as all outputs show it. */
export interface Case extends Pick<CheckResult, "outcome" | "findings" | "reason"> {
  readonly name: string;
}

const OUTCOMES = { confirmed: "passed", contradicted: "failed", "not asked": "skipped" } as const;

export function factCase(fact: FactResult): Case {
  const { id, says, expected: spec = says, source, verdict, evidence = "", reason = "not asked", request, curl } = fact;
  const finding: Finding = { place: `fact ${id}`, spec, saw: evidence, source, ...defined({ request, curl }) };
  const findings = verdict === "contradicted" ? [finding] : [];
  return { name: `${id}: ${says}`, outcome: OUTCOMES[verdict], findings, reason };
}

/** The cases of a run: those of each operation, then its facts. */
export function casesOf({ checks, facts }: Pick<Run, "checks" | "facts">): [group: string, cases: Case[]][] {
  const named = checks.map((check) => ({ ...check, name: check.kind }));
  return [...grouped(named, ({ operationId }) => operationId), ["facts", facts.map(factCase)]];
}

/** The disagreement of judges with the validators about one cell, if there is one. */
export function disputeOf(cell: Cell): Finding[] {
  const { spec, mode, model, legal, dissent } = cell;
  if (dissent.length === 0) return [];
  const [ours, theirs] = legal ? ["legal", "illegal"] : ["illegal", "legal"];
  const place = `${spec}: ${mode}, ${model}, ${cellText(cell).join(", ")}`;
  return [{ place, spec: ours, saw: `${theirs} by ${dissent.join(", ")}`, source: "the generated validators" }];
}

export function tallyOf(cases: readonly Pick<Case, "outcome">[]): Record<Case["outcome"], number> {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of cases) tally[outcome]++;
  return tally;
}

/** The result of a report. */
export interface Outcome {
  /** Whether something was checked and nothing contradicts the specs. */
  readonly held: boolean;
  /** "2 of 57 checks failed at https://…; 3 facts contradicted; 14 checks skipped", without a full stop. */
  readonly sentence: string;
}

/** Returns the verdict on a report, with its sentence. Deviations that were accepted beforehand do not count as failures. */
export function outcomeOf({ runs, matrix }: Report): Outcome {
  const { passed, failed, skipped } = tallyOf(runs.flatMap(({ checks }) => checks));
  const contradicted = tallyOf(runs.flatMap(({ facts }) => facts.map(factCase))).failed;
  const disputed = matrix.flatMap(disputeOf).length;
  const accepted = runs.flatMap((run) => run.accepted).length;
  const clauses = [
    checksClause(passed, failed, runs),
    contradicted > 0 && `${counted(contradicted, "fact")} contradicted`,
    disputed > 0 && `judges disagree on ${counted(disputed, "cell")} of the request matrix`,
    skipped > 0 && `${counted(skipped, "check")} skipped`,
    accepted > 0 && `${counted(accepted, "deviation")} accepted`,
  ];
  const held = passed > 0 && failed + contradicted + disputed === 0;
  return { held, sentence: clauses.filter(Boolean).join("; ") };
}

function checksClause(passed: number, failed: number, runs: readonly Run[]): string {
  const ran = passed + failed;
  if (ran === 0) return `No check was made${placesOf(runs)}`;
  if (failed === 0) return `${ran === 1 ? "The only check" : `All ${ran} checks`} passed${placesOf(runs)}`;
  return `${failed} of ${counted(ran, "check")} failed${placesOf(runs.filter(({ checks }) => tallyOf(checks).failed > 0))}`;
}

function placesOf(runs: readonly Run[]): string {
  const names = new Set(runs.map(({ target }) => (runs.length === 1 ? targetText(target) : target.name)));
  return names.size > 0 ? ` at ${[...names].join(", ")}` : "";
}

/** Formats a finding as one line for readers who do not know the suite. */
export function sentenceOf({ place, spec, saw }: Finding): string {
  return `${place}: ${saw}, but the spec says: ${spec}`;
}

/** Merges findings that differ only in their request or in an id, and keeps the smallest request. */
export function alike(findings: readonly Finding[]): Finding[] {
  const sayingOf = ({ place, spec, saw }: Finding) => `${place}\n${spec}\n${saw}`.replace(/\d{9,}/g, "id");
  const sizeOf = ({ request = "" }: Finding) => request.length;
  return grouped(findings, sayingOf).flatMap(([, same]) => {
    const [least] = same.toSorted((one, other) => sizeOf(one) - sizeOf(other));
    if (!least || same.length === 1) return same;
    return { ...least, place: `${least.place} (${same.length} cases)` };
  });
}

/** All problems, the worst first: failed checks with their first finding, contradicted facts, disputed cells. */
export function problemsIn({ runs, matrix }: Report): Finding[] {
  const checks = runs.flatMap(({ target, checks }) => checks.map((check) => ({ ...check, at: target.name })));
  const failures = checks
    .toSorted((one, other) => CHECK_ORDER.indexOf(one.kind) - CHECK_ORDER.indexOf(other.kind))
    .flatMap(({ operationId, kind, at, findings }): Finding[] => {
      const [first, ...others] = alike(findings);
      const more = others.length > 0 ? ` (and ${counted(others.length, "finding")} more)` : "";
      return first ? [{ ...first, place: `${operationId} at ${at}, ${kind}: ${first.place}${more}` }] : [];
    });
  const contradictions = runs.flatMap(({ target, facts }) => {
    const findings = facts.flatMap((fact) => factCase(fact).findings);
    return findings.map((one) => ({ ...one, place: `${one.place} at ${target.name}` }));
  });
  return [...failures, ...contradictions, ...matrix.flatMap(disputeOf)];
}

/** "global (https://api.minimax.io)", or the address if the target has no other name. */
export function targetText({ name, baseUrl }: TargetFacts): string {
  return name === baseUrl ? baseUrl : `${name} (${baseUrl})`;
}

export function cellText({ duration, resolution }: Cell): [length: string, size: string] {
  return [duration === undefined ? "no duration" : `${duration} s`, resolution ?? "no resolution"];
}

/** "1 check", "2 checks". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Items by a name, in the order in which the names first occur. */
export function grouped<Item>(items: readonly Item[], nameOf: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return [...groups];
}
