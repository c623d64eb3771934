/** What a task is, and which state it is in at a given moment. Pure: the clock is an argument. */
import type { Clip } from "./clips.js";
import type { Wish } from "./wishes.js";

/** A state, named as the example of the spec that shows it. */
export type State = "preparing" | "queueing" | "processing" | Ending;

/** How a task ends, named as the example of the spec that shows it. */
export type Ending = "success" | "fail" | "failSensitiveOutput";

/** Which of the two creates made a task. They differ in the length of the id, the states, and the way to the video. */
export type Kind = "video" | "template";

/** An accepted create. */
export interface Task {
  kind: Kind;
  taskId: string;
  fileId: string;
  /** When it was accepted, in milliseconds of the mock's clock. */
  createdAt: number;
  /** Milliseconds of a task's life that pass in one of the clock: the speed of the mock, less for a slow task. */
  pace: number;
  ending: Ending;
  clip: Clip;
  /** What its create asked for, for its queries, links and downloads to play. */
  wishes: readonly Wish[];
}

// Milliseconds of a task's life at which a state is over. About what users measure: 80 s to 240 s in all.
const ends: Record<Kind, [state: State, end: number][]> = {
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
  const life = (now - task.createdAt) * task.pace;
  return ends[task.kind].find(([, end]) => life < end)?.[0] ?? task.ending;
}

/** Milliseconds of the clock from the create until processing begins and until the task is over. */
export function milestones({ kind, pace }: Pick<Task, "kind" | "pace">): { processing: number; over: number } {
  const [over, processing] = ends[kind].map(([, end]) => end / pace).reverse();
  // Every kind has at least two states in its table.
  return { processing: processing as number, over: over as number };
}

/**
 * Hands out ids: 15 digits for files and video tasks, 18 for template tasks, none twice. They are strings all the way,
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
