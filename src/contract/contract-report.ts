import type { SpecName } from "../generated/servers.js";

/** Everything that a run of the contract suite found: JSON, of which the page, JUnit XML and the summary are made. */
export interface Report {
  readonly version: 1;
  /** `minimax-video 0.1.0`. */
  readonly suite: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly milliseconds: number;
  /** One a target: Prism, the mock and a live server are held to the same specs. */
  readonly runs: readonly Run[];
  /** What each judge of this library says of the request matrix. */
  readonly matrix: readonly Cell[];
  /** Only where the specs were mutated, which is in the repository. */
  readonly mutants?: readonly Mutant[];
}

/** One target, asked everything that it may be asked. */
export interface Run {
  readonly target: TargetFacts;
  readonly checks: readonly CheckResult[];
  readonly facts: readonly FactResult[];
  readonly coverage: readonly CoverageRow[];
  /** Requests that were sent. */
  readonly exchanges: number;
}

export interface TargetFacts {
  /** `global`, `mock`, `prism`, or an address. */
  readonly name: string;
  readonly baseUrl: string;
  readonly spec: SpecName;
  /** Whether it charges nothing, so that everything could be sent. */
  readonly free: boolean;
  /** Whether there was a key. */
  readonly key: boolean;
  /** What was paid for, if anything was: the list price of each, in words. */
  readonly paid?: string;
}

/** What a check is about; one column of the table of operations × checks. */
export type CheckKind =
  | "legal data"
  | "illegal data"
  | "missing parameter"
  | "illegal parameter"
  | "missing key"
  | "wrong key"
  | "wrong method"
  | "wrong content type"
  | "declared status"
  | "reply schema"
  | "server error"
  | "flow";

/** One operation, one kind of check, as many cases as there are. */
export interface CheckResult {
  readonly operationId: string;
  readonly kind: CheckKind;
  readonly outcome: "passed" | "failed" | "skipped";
  /** How many were tried. */
  readonly cases: number;
  /** Why nothing was asked: "needs a task of version 1 (--paid, --task ID)". */
  readonly reason?: string;
  readonly findings: readonly Finding[];
}

/** What came, where the spec says something else. Holds no key, no prompt and no signed link. */
export interface Finding {
  /** `request`, `response 200 file.bytes`, `query task_id`. */
  readonly place: string;
  /** What our spec says, as a line of a diff that would be taken away. */
  readonly spec: string;
  /** What this server did, as the line that would be put there. */
  readonly saw: string;
  /** Where the spec has it from: a file of openapi/, a heading of SOURCES.md. */
  readonly source: string;
}

/** A fact that our documents state about the service. */
export interface FactResult {
  readonly id: string;
  readonly says: string;
  readonly source: string;
  readonly verdict: "confirmed" | "contradicted" | "not asked";
  /** Why it was not asked: "needs a task of version 2 (--paid-v2, --task generation:ID)". */
  readonly reason?: string;
  /** What was seen, for the first exchange that decided. */
  readonly evidence?: string;
}

/** What of one operation was met by the traffic of a run. */
export interface CoverageRow {
  readonly operationId: string;
  readonly parameters: Share;
  readonly requestProperties: Share;
  /** By HTTP status. */
  readonly responses: Share;
  readonly responseProperties: Share;
}

export interface Share {
  readonly met: number;
  readonly of: number;
  /** Names of what was not met. */
  readonly missing: readonly string[];
}

/** One cell of the request matrix, and whether it is legal by each judge. */
export interface Cell {
  readonly spec: SpecName;
  /** `text to video`. */
  readonly mode: string;
  readonly model: string;
  /** Seconds; absent where the request names none. */
  readonly duration?: number;
  readonly resolution?: string;
  readonly legal: boolean;
  /** Judges that say otherwise, such as `prism` or the name of a target; none, where all is well. */
  readonly dissent: readonly string[];
}

/** One change of one constraint of the specs, and whether a witness noticed it. */
export interface Mutant {
  readonly mutant: string;
  readonly killed: boolean;
  /** Why it lives, where that has been looked at. */
  readonly reason?: string;
}
