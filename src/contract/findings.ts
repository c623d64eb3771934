import type { Cell, CheckResult, FactResult, Finding, Mutant } from "./contract-report.js";
import { durationText, resolutionText } from "./words.js";

/** What a failed check found; one that left nothing says so. */
export function findingsOf({ outcome, kind, reason, findings }: CheckResult): readonly Finding[] {
  if (outcome !== "failed") return [];
  if (findings.length > 0) return findings;
  return [{ place: kind, spec: "passes", saw: reason ?? "failed, and left no finding", source: "the suite itself" }];
}

/** What contradicts a fact, or nothing. */
export function contradictionOf({ id, says, source, verdict, evidence }: FactResult): Finding | undefined {
  if (verdict !== "contradicted") return undefined;
  return { place: `fact ${id}`, spec: says, saw: evidence ?? "something else", source };
}

/** What judges say against the validators of one cell, or nothing. */
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

/** That nobody killed a mutant and nobody knows why it lives, or nothing. */
export function survivalOf({ mutant, killed, reason }: Mutant): Finding | undefined {
  if (killed || reason !== undefined) return undefined;
  return { place: mutant, spec: "a witness notices it", saw: "none does", source: "contract-tests/mutation.ts" };
}
