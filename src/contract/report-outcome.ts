import { type CheckResult, counted, type FactResult, type Report, type Run, targetText } from "./contract-report.js";

/** Counts checks by outcome and facts by verdict. */
export type Tally = Record<CheckResult["outcome"] | FactResult["verdict"], number>;

export function tallyOf(runs: readonly Pick<Run, "checks" | "facts">[]): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, confirmed: 0, contradicted: 0, "not asked": 0 };
  for (const { checks, facts } of runs) {
    for (const { outcome } of checks) tally[outcome]++;
    for (const { verdict } of facts) tally[verdict]++;
  }
  return tally;
}

/** The result of a report. */
export interface Outcome {
  /** Whether anything was checked, and nothing contradicts the specs. */
  readonly held: boolean;
  /** "2 of 57 checks failed at https://…; 3 facts contradicted; 14 checks skipped", without a full stop. */
  readonly sentence: string;
}

export function outcomeOf({ runs, matrix }: Report): Outcome {
  const { passed, failed, skipped, contradicted } = tallyOf(runs);
  const disputed = matrix.filter(({ dissent }) => dissent.length > 0).length;
  const clauses = [
    checksClause(passed, failed, runs),
    contradicted > 0 && `${counted(contradicted, "fact")} contradicted`,
    disputed > 0 && `judges disagree on ${counted(disputed, "cell")} of the request matrix`,
    skipped > 0 && `${counted(skipped, "check")} skipped`,
  ];
  const held = passed > 0 && failed + contradicted + disputed === 0;
  return { held, sentence: clauses.filter(Boolean).join("; ") };
}

function checksClause(passed: number, failed: number, runs: readonly Run[]): string {
  const ran = passed + failed;
  if (ran === 0) return `No check was made${placesOf(runs)}`;
  if (failed === 0) return `${ran === 1 ? "The only check" : `All ${ran} checks`} passed${placesOf(runs)}`;
  return `${failed} of ${counted(ran, "check")} failed${placesOf(runs.filter((run) => tallyOf([run]).failed > 0))}`;
}

function placesOf(runs: readonly Run[]): string {
  const names = new Set(runs.map(({ target }) => (runs.length === 1 ? targetText(target) : target.name)));
  return names.size > 0 ? ` at ${[...names].join(", ")}` : "";
}
