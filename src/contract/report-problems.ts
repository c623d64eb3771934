import {
  type Cell,
  type CheckKind,
  type CheckResult,
  counted,
  durationText,
  type FactResult,
  type Finding,
  type Mutant,
  type Report,
  resolutionText,
} from "./contract-report.js";

/** The findings of a failed check; at least one, even if the check left none. */
export function findingsOf({ outcome, kind, reason, findings }: CheckResult): readonly Finding[] {
  if (outcome !== "failed") return [];
  if (findings.length > 0) return findings;
  return [{ place: kind, spec: "passes", saw: reason ?? "failed, and left no finding", source: "the suite itself" }];
}

export function contradictionOf({ id, says, source, verdict, evidence }: FactResult): Finding | undefined {
  if (verdict !== "contradicted") return undefined;
  return { place: `fact ${id}`, spec: says, saw: evidence ?? "something else", source };
}

/** The disagreement of judges with the validators about one cell, if there is one. */
export function disputeOf(cell: Cell): Finding | undefined {
  const { spec, mode, model, legal, dissent } = cell;
  if (dissent.length === 0) return undefined;
  const [ours, theirs] = legal ? ["legal", "illegal"] : ["illegal", "legal"];
  return {
    place: `${spec}: ${mode}, ${model}, ${durationText(cell)}, ${resolutionText(cell)}`,
    spec: ours,
    saw: `${theirs} by ${dissent.join(", ")}`,
    source: "the generated validators",
  };
}

/** The survival of a mutant, unless it was killed or is known as equivalent. */
export function survivalOf({ mutant, killed, reason }: Mutant): Finding | undefined {
  if (killed || reason !== undefined) return undefined;
  return {
    place: mutant,
    spec: "a witness notices it",
    saw: "none does",
    source: "contract-tests/helpers/mutation.ts",
  };
}

/** A finding, where in the report it belongs, and what to do about it. */
export interface Problem extends Omit<Finding, "place"> {
  readonly where: string;
  readonly advice: string;
}

/** First what lets strangers in or breaks every program; kinds that are not listed come last. */
const WORST_FIRST: readonly CheckKind[] = [
  "missing key",
  "wrong key",
  "server error",
  "legal data",
  "flow",
  "reply schema",
  "declared status",
];

const SERVER_ADVICE =
  "If the server is right, the named source is wrong: tell minimax-video. Otherwise tell the operator.";
const MATRIX_ADVICE = "Judges of one spec must agree: look for a keyword that one of them ignores.";
const MUTANT_ADVICE =
  "Write a witness that notices the mutant, or list it in equivalents.yaml with the reason why none can.";

/** All problems, the worst first: failed checks with their first finding, contradicted facts, disputed cells, surviving mutants. */
export function problemsIn(report: Report): Problem[] {
  const contradictions = report.runs.flatMap(({ target, facts }) =>
    facts.flatMap((fact) => asProblems(contradictionOf(fact), SERVER_ADVICE, (place) => `${place} at ${target.name}`)),
  );
  const disputes = report.matrix.flatMap((cell) => asProblems(disputeOf(cell), MATRIX_ADVICE));
  const survivors = (report.mutants ?? []).flatMap((mutant) =>
    asProblems(survivalOf(mutant), MUTANT_ADVICE, (place) => `mutant ${place}`),
  );
  return [...failuresIn(report), ...contradictions, ...disputes, ...survivors];
}

function failuresIn({ runs }: Report): Problem[] {
  const failed = runs.flatMap(({ target, checks }) =>
    checks.filter(({ outcome }) => outcome === "failed").map((check) => ({ check, at: target.name })),
  );
  failed.sort((one, other) => severityOf(one.check.kind) - severityOf(other.check.kind));
  return failed.flatMap(({ check, at }) => {
    const [first, ...others] = findingsOf(check);
    const more = others.length > 0 ? ` (and ${counted(others.length, "finding")} more)` : "";
    return asProblems(first, SERVER_ADVICE, (place) => `${check.operationId} at ${at}, ${check.kind}: ${place}${more}`);
  });
}

function severityOf(kind: CheckKind): number {
  const rank = WORST_FIRST.indexOf(kind);
  return rank < 0 ? WORST_FIRST.length : rank;
}

function asProblems(
  finding: Finding | undefined,
  advice: string,
  whereOf: (place: string) => string = (place) => place,
): Problem[] {
  if (!finding) return [];
  const { place, ...rest } = finding;
  return [{ ...rest, where: whereOf(place), advice }];
}
