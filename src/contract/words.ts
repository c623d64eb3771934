import type { Cell, CheckKind, TargetFacts } from "./contract-report.js";

/** What each kind of check means, in the order in which they are shown. */
export const MEANING: Readonly<Record<CheckKind, string>> = {
  "legal data": "A body that the spec allows is accepted.",
  "illegal data": "A body that breaks one rule of the spec is refused.",
  "missing parameter": "A request without a required parameter is refused.",
  "illegal parameter": "A parameter that breaks its rule is refused.",
  "missing key": "A request without a key is refused for that.",
  "wrong key": "A request with a key that nobody has is refused for that.",
  "wrong method": "A method that the path does not have is refused.",
  "wrong content type": "A body of a type that the spec does not name is refused.",
  "declared status": "Every HTTP status that came is one that the spec declares.",
  "reply schema": "Every reply is as the spec describes it.",
  "server error": "No request brought the server down.",
  flow: "From a create to the file, each reply leads to the next request.",
};

/** Every kind of check. */
// The keys of the table are the kinds.
export const KINDS = Object.keys(MEANING) as CheckKind[];

/** "global (https://api.minimax.io)"; an address stands for itself. */
export function nameOf({ name, baseUrl }: TargetFacts): string {
  return name === baseUrl ? baseUrl : `${name} (${baseUrl})`;
}

/** "10 s". */
export function durationText({ duration }: Pick<Cell, "duration">): string {
  return duration === undefined ? "no duration" : `${duration} s`;
}

/** "1080P". */
export function resolutionText({ resolution }: Pick<Cell, "resolution">): string {
  return resolution ?? "no resolution";
}

/** "1 check", "2 checks". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
