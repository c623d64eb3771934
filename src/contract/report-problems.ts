import type { CheckKind, Finding, Report } from "./contract-report.js";
import { contradictionOf, disputeOf, findingsOf, survivalOf } from "./findings.js";
import { counted } from "./words.js";

/** Something that speaks against a server, the specs, or their suite. */
export interface Trouble extends Omit<Finding, "place"> {
  readonly where: string;
  /** What to do about it. */
  readonly advice: string;
}

/** What lets strangers in, or breaks every program, before what is merely written down wrong. */
const WORST: readonly CheckKind[] = [
  "missing key",
  "wrong key",
  "server error",
  "legal data",
  "flow",
  "reply schema",
  "declared status",
];

const OF_A_SERVER = "Where the server is right, the source named is wrong: tell minimax-video. Else tell its operator.";
const OF_THE_JUDGES = "Judges of one spec must agree: look for the keyword that one of them ignores.";
const OF_THE_SUITE =
  "Write a witness that notices the mutant, or list it in equivalents.yaml with the reason why none can.";

/** All that is wrong, the worst first: failed checks with their first finding, contradicted facts, disputed cells, surviving mutants. */
export function troublesOf(report: Report): Trouble[] {
  const contradictions = report.runs.flatMap(({ target, facts }) =>
    facts.flatMap((fact) => troubleOf(contradictionOf(fact), OF_A_SERVER, ` at ${target.name}`)),
  );
  const disputes = report.matrix.flatMap((cell) => troubleOf(disputeOf(cell), OF_THE_JUDGES));
  const survivors = (report.mutants ?? []).flatMap((mutant) =>
    troubleOf(survivalOf(mutant), OF_THE_SUITE, "", "mutant "),
  );
  return [...failuresIn(report), ...contradictions, ...disputes, ...survivors];
}

function failuresIn({ runs }: Report): Trouble[] {
  const failed = runs.flatMap(({ target, checks }) =>
    checks.filter(({ outcome }) => outcome === "failed").map((check) => ({ check, at: target.name })),
  );
  failed.sort((one, other) => rankOf(one.check.kind) - rankOf(other.check.kind));
  return failed.flatMap(({ check, at }) => {
    const [first, ...others] = findingsOf(check);
    const more = others.length > 0 ? ` (and ${counted(others.length, "finding")} more)` : "";
    return troubleOf(first, OF_A_SERVER, more, `${check.operationId} at ${at}, ${check.kind}: `);
  });
}

function rankOf(kind: CheckKind): number {
  const rank = WORST.indexOf(kind);
  return rank < 0 ? WORST.length : rank;
}

function troubleOf(finding: Finding | undefined, advice: string, after = "", before = ""): Trouble[] {
  if (!finding) return [];
  const { place, ...rest } = finding;
  return [{ ...rest, where: `${before}${place}${after}`, advice }];
}
