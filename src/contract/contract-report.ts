import type { SpecName } from "../generated/servers.js";

/** Everything that a run of the contract suite found, as JSON. The page, the JUnit XML and the summary are made from it. */
export interface Report {
  readonly version: 1;
  /** `minimax-video 0.1.0`. */
  readonly suite: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly milliseconds: number;
  /** One for each target: Prism, the mock and a live server are tested against the same specs. */
  readonly runs: readonly Run[];
  /** What each judge of this library says about the request matrix. */
  readonly matrix: readonly Cell[];
}

/** All that was sent to one target, judged. */
export interface Run {
  readonly target: TargetFacts;
  readonly checks: readonly CheckResult[];
  readonly facts: readonly FactResult[];
  readonly coverage: readonly CoverageRow[];
  /** Number of requests sent. */
  readonly exchanges: number;
  /** What a reader must know before trusting the rest: what could not be tested, and why the run ended early. */
  readonly warnings: readonly string[];
  /** Deviations that were accepted beforehand, with the reasons. */
  readonly accepted: readonly AcceptedFinding[];
}

export interface AcceptedFinding {
  readonly finding: Finding;
  readonly reason: string;
  /** The day from which it counts as a failure again, `2027-01-31`. */
  readonly expires: string;
}

export interface TargetFacts {
  /** `global`, `mock`, `prism`, or an address. */
  readonly name: string;
  readonly baseUrl: string;
  readonly spec: SpecName;
  /** Whether the server charges nothing, so that everything could be sent. */
  readonly free: boolean;
  /** Whether there was a key. */
  readonly key: boolean;
  /** The list price of each video that was bought, in words. */
  readonly paid?: string;
}

/** Every kind of check and what it means. First those whose failure lets strangers in or breaks every program. */
export const CHECK_KINDS = {
  "missing key": "A request without a key is refused for that reason.",
  "wrong key": "A request with a key that no account has is refused for that reason.",
  "leaked key": "No reply repeats a key that was sent.",
  "server error": "Every request got a reply, and no server error.",
  "legal data": "A body that the spec allows is accepted.",
  flow: "From a create to the file, each reply leads to the next request.",
  "right subject": "Every reply is about the task or file that was asked for, and every new id is new.",
  "unknown id": "An id that nobody made is refused.",
  "task facts": "What a task says of itself agrees with its create, and it never goes back.",
  "list facts": "A list has only what was asked for, each once, and counts it.",
  "reply schema": "Every reply is as the spec describes it.",
  "declared status": "The spec declares every HTTP status that was received.",
  "illegal data": "A body that breaks one rule of the spec is refused.",
  "missing parameter": "A request without a required parameter is refused.",
  "illegal parameter": "A parameter that breaks its rule is refused.",
  "slow reply": "Every reply came within the time that was set.",
  "malformed body": "A body that is no JSON object is refused.",
  "wrong method": "A method that the path does not have is refused.",
  "wrong content type": "A body of a type that the spec does not name is refused.",
} as const;

export type CheckKind = keyof typeof CHECK_KINDS;

// The keys of the table are the kinds.
export const CHECK_ORDER = Object.keys(CHECK_KINDS) as CheckKind[];

/** One operation, one kind of check, any number of cases. */
export interface CheckResult {
  readonly operationId: string;
  readonly kind: CheckKind;
  readonly outcome: "passed" | "failed" | "skipped";
  /** How many were tried. */
  readonly cases: number;
  /** Why the check was skipped: "needs a task of version 1 (--paid, --task ID)". */
  readonly reason?: string;
  readonly findings: readonly Finding[];
}

/** A disagreement between spec and server. Holds no key, no prompt and no signed link. */
export interface Finding {
  /** `request`, `response 200 file.bytes`, `query task_id`. */
  readonly place: string;
  /** What our spec says: the removed line of a diff. */
  readonly spec: string;
  /** What the server did: the added line. */
  readonly saw: string;
  /** Where the spec has it from: a file of openapi/, a heading of SOURCES.md. */
  readonly source: string;
  /** The smallest request that shows it: "POST https://…", then its body without secrets. */
  readonly request?: string;
  /** The same as a command; it takes the key from MINIMAX_API_KEY. Absent if the body is too long. */
  readonly curl?: string;
}

/** A statement of our documents about the service. */
export interface FactResult {
  readonly id: string;
  readonly says: string;
  readonly source: string;
  readonly verdict: "confirmed" | "contradicted" | "not asked";
  /** Why it was not asked: "needs a task of version 2 (--paid-v2, --task generation:ID)". */
  readonly reason?: string;
  /** What was seen in the first exchange that decided. */
  readonly evidence?: string;
  /** The request of that exchange if it contradicts, as in a finding. */
  readonly request?: string;
  readonly curl?: string;
}

/** How much of one operation the traffic of a run has met. */
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

/** One cell of the request matrix, and whether each judge finds it legal. */
export interface Cell {
  readonly spec: SpecName;
  /** `text to video`. */
  readonly mode: string;
  readonly model: string;
  /** Seconds; absent if the request has none. */
  readonly duration?: number;
  readonly resolution?: string;
  readonly legal: boolean;
  /** Judges that disagree, such as `prism` or the name of a target. */
  readonly dissent: readonly string[];
}
