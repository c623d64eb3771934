/** Which of the scenarios that were asked for a request shall meet now. Counts as it decides. */
import type { Operation, Scenario } from "./scenario.js";
import type { Wish } from "./wishes.js";

/** A request, as scenarios see it. */
export interface Asking {
  operation: Operation;
  /** What "the first so many" are counted by: the prompt of a create, the task of everything else. */
  subject: string;
  /** Who asks; nobody, where a link is followed. */
  key: string;
  wishes: readonly Wish[];
}

/** A scenario to be played; `attempt` counts from one. */
export interface Due extends Wish {
  attempt: number;
}

/** How often each wish has met the operation of a subject. */
export type Attempts = Map<string, number>;

/** The first wish among those that act on this request and have not yet been played often enough. */
export function dueNow(attempts: Attempts, asking: Asking, among: (scenario: Scenario) => boolean): Due | undefined {
  for (const wish of asking.wishes) {
    if (!among(wish.scenario) || !wish.on.includes(asking.operation)) continue;
    const key = placeOf(wish, asking);
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    if (isPlayed(wish, attempt)) return { ...wish, attempt };
  }
  return undefined;
}

/** As `dueNow`, of one scenario. */
export function dueOf(attempts: Attempts, asking: Asking, name: string): Due | undefined {
  return dueNow(attempts, asking, (scenario) => scenario.name === name);
}

/** A burst hits whatever comes with a key; anything else is counted apart for each operation and subject. */
function placeOf({ scenario, text }: Wish, { operation, subject, key }: Asking): string {
  return scenario.name === "burst" ? `${text} ${key}` : `${text} ${operation} ${subject}`;
}

function isPlayed({ scenario, times, number = 1 }: Wish, attempt: number): boolean {
  if (scenario.name === "flaky_poll" && times === Number.POSITIVE_INFINITY) return attempt % 2 === 1;
  if (scenario.name === "file_changed") return attempt > number;
  return attempt <= times;
}
