import {
  type Cell,
  CHECK_ORDER,
  counted,
  durationText,
  type FactResult,
  type Finding,
  type Report,
  resolutionText,
} from "./contract-report.js";

export function contradictionOf({ id, says, source, verdict, evidence = "" }: FactResult): Finding[] {
  return verdict === "contradicted" ? [{ place: `fact ${id}`, spec: says, saw: evidence, source }] : [];
}

/** The disagreement of judges with the validators about one cell, if there is one. */
export function disputeOf(cell: Cell): Finding[] {
  const { spec, mode, model, legal, dissent } = cell;
  if (dissent.length === 0) return [];
  const [ours, theirs] = legal ? ["legal", "illegal"] : ["illegal", "legal"];
  const place = `${spec}: ${mode}, ${model}, ${durationText(cell)}, ${resolutionText(cell)}`;
  return [{ place, spec: ours, saw: `${theirs} by ${dissent.join(", ")}`, source: "the generated validators" }];
}

/** A finding of the whole report, and what to do about it. */
export interface Problem extends Finding {
  readonly advice: string;
}

const SERVER_ADVICE =
  "If the server is right, the named source is wrong: tell minimax-video. Otherwise tell the operator.";
const MATRIX_ADVICE = "Judges of one spec must agree: look for a keyword that one of them ignores.";

/** All problems, the worst first: failed checks with their first finding, contradicted facts, disputed cells. */
export function problemsIn({ runs, matrix }: Report): Problem[] {
  const failures = runs
    .flatMap(({ target, checks }) => checks.map((check) => ({ ...check, at: target.name })))
    .toSorted((one, other) => CHECK_ORDER.indexOf(one.kind) - CHECK_ORDER.indexOf(other.kind))
    .flatMap(({ operationId, kind, at, findings: [first, ...others] }): Finding[] => {
      const more = others.length > 0 ? ` (and ${counted(others.length, "finding")} more)` : "";
      return first ? [{ ...first, place: `${operationId} at ${at}, ${kind}: ${first.place}${more}` }] : [];
    });
  const contradictions = runs.flatMap(({ target, facts }) =>
    facts.flatMap(contradictionOf).map((one) => ({ ...one, place: `${one.place} at ${target.name}` })),
  );
  return [
    ...[...failures, ...contradictions].map((one) => ({ ...one, advice: SERVER_ADVICE })),
    ...matrix.flatMap(disputeOf).map((one) => ({ ...one, advice: MATRIX_ADVICE })),
  ];
}
