/** What a task is, and which state it is in at a given moment. Pure: the clock is an argument. */
import type { Clip } from "./clips.js";
import type { Wish } from "./wishes.js";

/** What becomes of every accepted create, of V1 as of V2. */
export interface Accepted {
  taskId: string;
  /** Where links to its video lead. */
  fileId: string;
  /** When it was accepted, in milliseconds of the mock's clock. */
  createdAt: number;
  /** Milliseconds of a task's life that pass in one of the clock: the speed of the mock, less for a slow task. */
  pace: number;
  /** What its create asked for, for its queries, links and downloads to play. */
  wishes: readonly Wish[];
}

/** When each state of a life is over, in milliseconds of that life. What comes after the last is the end of the task. */
export type Life<S> = readonly (readonly [state: S, end: number])[];

/** The state of a life at `now`; undefined once it is over. */
export function stateIn<S>(life: Life<S>, { createdAt, pace }: Pick<Accepted, "createdAt" | "pace">, now: number) {
  const age = (now - createdAt) * pace;
  return life.find(([, end]) => age < end)?.[0];
}

/** Milliseconds of the clock from the create until each state of a life is over. */
export function endsOf<S>(life: Life<S>, { pace }: Pick<Accepted, "pace">): number[] {
  return life.map(([, end]) => end / pace);
}

/** A state of V1, named as the example of the spec that shows it. */
export type State = "preparing" | "queueing" | "processing" | Ending;

/** How a task of V1 ends, named as the example of the spec that shows it. */
export type Ending = "success" | "fail" | "failSensitiveOutput";

/** Which of the two creates of V1 made a task. They differ in the length of the id, the states, and the way to the video. */
export type Kind = "video" | "template";

/** A task of V1. */
export interface Task extends Accepted {
  kind: Kind;
  ending: Ending;
  clip: Clip;
}

// About what users measure: 80 s to 240 s in all.
const lives: Record<Kind, Life<State>> = {
  video: [
    ["preparing", 2_000],
    ["queueing", 10_000],
    ["processing", 90_000],
  ],
  // Queueing is not documented for templates.
  template: [
    ["preparing", 2_000],
    ["processing", 90_000],
  ],
};

/** The state of a task at `now`, in milliseconds of the clock that stamped `createdAt`. */
export function stateOf(task: Pick<Task, "kind" | "createdAt" | "pace" | "ending">, now: number): State {
  return stateIn(lives[task.kind], task, now) ?? task.ending;
}

/** Milliseconds of the clock from the create until processing begins and until the task is over. */
export function milestones({ kind, pace }: Pick<Task, "kind" | "pace">): { processing: number; over: number } {
  const [over, processing] = endsOf(lives[kind], { pace }).reverse();
  // Every kind has at least two states in its table.
  return { processing: processing as number, over: over as number };
}

/**
 * Hands out ids: 18 digits for template tasks, 15 for files and all other tasks, none twice. They are strings all the way,
 * because 18 digits do not fit a double.
 *
 * @param seed where to start, 1e14 to 9e14; two mocks with different seeds do not meet within a day's work
 */
export function idSource(seed: number): (kind: "file" | Kind) => string {
  let last = seed;
  return (kind) => {
    last += 4_097;
    return kind === "template" ? `401${last}` : String(last);
  };
}
