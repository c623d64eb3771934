import type { SpecName } from "../generated/servers.js";

/** Everything that a run of the contract suite found, as JSON. The page, the JUnit XML and the summary are made from this. */
export interface Report {
  readonly version: 1;
  /** `minimax-video 0.1.0`. */
  readonly suite: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** How long the runs took, in milliseconds. */
  readonly milliseconds: number;
  /** One for each target: Prism, the mock and a live server are tested against the same specs. */
  readonly runs: readonly Run[];
  /** The request matrix: which requests are legal, and which judges disagree. */
  readonly matrix: readonly Cell[];
}

/** The judged results of everything sent to one target. */
export interface Run {
  /** The server that was tested. */
  readonly target: TargetFacts;
  /** One result for each operation and kind of check. */
  readonly checks: readonly CheckResult[];
  /** What the documents say about the service, and whether the traffic confirms it. */
  readonly facts: readonly FactResult[];
  /** How much of each operation the traffic has covered. */
  readonly coverage: readonly CoverageRow[];
  /** Number of requests sent. */
  readonly exchanges: number;
  /** What readers must know before they trust the rest: what could not be tested, and why the run ended early. */
  readonly warnings: readonly string[];
  /** Deviations that were accepted beforehand, with the reasons. */
  readonly accepted: readonly AcceptedFinding[];
}

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

/** A deviation that does not count as a failure, because it was accepted for a while. */
export interface AcceptedFinding extends Pick<AcceptedDeviation, "reason" | "expires"> {
  /** What was accepted. */
  readonly finding: Finding;
}

/** What is known about a server that was tested. */
export interface TargetFacts {
  /** `global`, `mock`, `prism`, or an address. */
  readonly name: string;
  /** Its address, without a key. */
  readonly baseUrl: string;
  /** The spec that it was compared with. */
  readonly spec: SpecName;
  /** Whether the server charges nothing, so that everything could be sent. */
  readonly free: boolean;
  /** Whether there was a key. */
  readonly key: boolean;
  /** The list price of each video that was bought, in words. */
  readonly paid?: string;
}

/** Every kind of check and what it verifies. The gravest come first: if they fail, strangers get in or every program breaks. */
export const CHECK_KINDS = {
  "missing key": "A request without a key is refused for that reason.",
  "wrong key": "A request with a key that no account has is refused for that reason.",
  "leaked key": "No reply repeats a key that was sent.",
  "server error": "Every request got a reply, and no server error.",
  "legal data": "A body that the spec allows is accepted.",
  flow: "From a create to the file, each reply leads to the next request.",
  "right subject": "Every reply is about the task or file that was asked for, and every new id is unique.",
  "unknown id": "An id that does not exist is refused.",
  "task facts": "What a task reports agrees with its create, and its status never goes back.",
  "list facts": "A list contains only what was asked for, each item once, with the right total.",
  "reply schema": "Every reply has the media type and the schema that the spec describes.",
  "declared status": "The spec declares every HTTP status that was received.",
  "illegal data": "A body that breaks one rule of the spec is refused.",
  "missing parameter": "A request without a required parameter is refused.",
  "illegal parameter": "A parameter that breaks its rule is refused.",
  "slow reply": "Every reply arrived within the limit that was set.",
  "malformed body": "A body that is not a JSON object is refused.",
  "wrong method": "A method that the path does not support is refused.",
  "wrong content type": "A body with a content type that the spec does not declare is refused.",
} as const;

/** The name of a kind of check, a key of `CHECK_KINDS`. */
export type CheckKind = keyof typeof CHECK_KINDS;

// The keys of the table are the kinds.
/** All kinds of checks, the gravest first, as reports sort them. */
export const CHECK_ORDER = Object.keys(CHECK_KINDS) as CheckKind[];

/** One operation, one kind of check, any number of cases. */
export interface CheckResult {
  /** The operation, as the spec names it. A flow has that of its create. */
  readonly operationId: string;
  /** What was checked. */
  readonly kind: CheckKind;
  /** "failed" with at least one finding; "skipped" if nothing was tried. */
  readonly outcome: "passed" | "failed" | "skipped";
  /** How many were tried. */
  readonly cases: number;
  /** Why the check was skipped: "needs a task of version 1 (--paid, --task ID)". */
  readonly reason?: string;
  /** Each disagreement that was found; none if the check passed. */
  readonly findings: readonly Finding[];
}

/** The result of a check. A reason says why it counts as skipped if it found nothing. */
export function checkResult(made: Omit<CheckResult, "outcome" | "reason">, reason?: string): CheckResult {
  if (made.findings.length > 0) return { ...made, outcome: "failed" };
  return reason === undefined ? { ...made, outcome: "passed" } : { ...made, outcome: "skipped", reason };
}

/** A disagreement between spec and server. Holds no key, no prompt and no signed link. */
export interface Finding {
  /** Where they disagree: `request`, `response 200 file.bytes`, `query task_id`. */
  readonly place: string;
  /** What our spec says: the removed line of a diff. */
  readonly spec: string;
  /** What the server did: the added line. */
  readonly saw: string;
  /** The source of the spec: a file of openapi/, a heading of SOURCES.md. */
  readonly source: string;
  /** The smallest request that shows it: "POST https://…", then its body without secrets. */
  readonly request?: string;
  /** The request as a command, which takes the key from MINIMAX_API_KEY. Absent if the body is too long. */
  readonly curl?: string;
}

/** A statement of our documents about the service, with the request that contradicts it, if one does. */
export interface FactResult extends Pick<Finding, "source" | "request" | "curl"> {
  /** A short name, the same in every report. */
  readonly id: string;
  /** The statement, as a sentence. */
  readonly says: string;
  /** What the traffic says about it. */
  readonly verdict: "confirmed" | "contradicted" | "not asked";
  /** Why it was not tested: "needs a task of version 2 (--paid-v2, --task generation:ID)". */
  readonly reason?: string;
  /** What the spec allows, if it contradicts a schema: `one of "Success", "Fail"`. */
  readonly expected?: string;
  /** What was seen in the first exchange that settled it. */
  readonly evidence?: string;
}

/**
 * How much of one operation the traffic of a run has covered: parameters and properties of request bodies that were sent, of those
 * that the spec has; HTTP statuses and properties of replies that were received, of those that the spec declares.
 */
export interface CoverageRow
  extends Readonly<Record<"parameters" | "requestProperties" | "responses" | "responseProperties", Share>> {
  /** The operation, as the spec names it. */
  readonly operationId: string;
}

/** How many things were covered, out of how many. */
export interface Share {
  /** How many were covered. */
  readonly met: number;
  /** How many there are. */
  readonly of: number;
  /** The names of those that were not covered. */
  readonly missing: readonly string[];
}

/** One cell of the request matrix, and whether each judge finds it legal. */
export interface Cell {
  /** The spec to which the cell belongs. */
  readonly spec: SpecName;
  /** `text to video`. */
  readonly mode: string;
  /** The model of the request. */
  readonly model: string;
  /** Seconds; absent if the request has none. */
  readonly duration?: number;
  /** The resolution; absent if the request has none. */
  readonly resolution?: string;
  /** Whether the generated validators accept such a request. */
  readonly legal: boolean;
  /** Judges that disagree, such as `prism` or the name of a target. */
  readonly dissent: readonly string[];
}
