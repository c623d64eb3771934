/** Picks the scenario that a request meets, and counts how often each one was met. */
import type { Fault } from "./parse-scenarios.js";
import type { Operation, Scenario } from "./scenarios.js";

/** A request, as far as scenarios depend on it. */
export interface FaultContext {
  operation: Operation;
  /** What "the first so many" are counted by: the prompt of a create, otherwise the task. */
  subject: string;
  /** The API key; empty for a download, which has none. */
  key: string;
  faults: readonly Fault[];
}

/** A fault to play now; `attempt` counts from one. */
export interface PickedFault extends Fault {
  attempt: number;
}

/** How often each fault has met the operation of a subject. */
export type Attempts = Map<string, number>;

/** The first fault that acts on this request and has not yet been played often enough. */
export function pickFault(
  attempts: Attempts,
  context: FaultContext,
  among: (scenario: Scenario) => boolean,
): PickedFault | undefined {
  for (const fault of context.faults) {
    if (!among(fault.scenario) || !fault.on.includes(context.operation)) continue;
    const key = countedBy(fault, context);
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    if (isPlayed(fault, attempt)) return { ...fault, attempt };
  }
  return undefined;
}

/** Like `pickFault`, for the scenario of this name. */
export function pickByName(attempts: Attempts, context: FaultContext, name: string): PickedFault | undefined {
  return pickFault(attempts, context, (scenario) => scenario.name === name);
}

/** A burst counts all requests with a key; other scenarios count each operation on each subject separately. */
function countedBy({ scenario, text }: Fault, { operation, subject, key }: FaultContext): string {
  return scenario.name === "burst" ? `${text} ${key}` : `${text} ${operation} ${subject}`;
}

function isPlayed({ scenario, times, number = 1 }: Fault, attempt: number): boolean {
  if (scenario.name === "flaky_poll" && times === Number.POSITIVE_INFINITY) return attempt % 2 === 1;
  if (scenario.name === "file_changed") return attempt > number;
  return attempt <= times;
}
