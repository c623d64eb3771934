/** What a task is, and which state it is in at a given time. Pure: the clock is an argument. */
import type { TaskKind } from "../base/task.js";
import { lifetimeDays } from "../generated/content-offers.js";
import type { Fault } from "./parse-scenarios.js";
import type { Clip } from "./video-clips.js";

/** The kinds of task that V1 makes. They differ in the length of the id, the states, and the way to the video. */
export type KindV1 = "video" | "template";
/** The kinds of task that V2 makes: their `task_type`. */
export type KindV2 = Exclude<TaskKind, KindV1>;

/** How a task ends: in V1, the name of the example in the spec that shows it; in V2, the status. */
export type EndingV1 = "success" | "fail" | "failSensitiveOutput";
export type EndingV2 = "succeeded" | "failed";
/** The state of a task, named as its ending. */
export type State = "preparing" | "queueing" | "processing" | EndingV1 | "queued" | "running" | EndingV2 | "cancelled";

/** What every accepted create leads to. */
export interface AcceptedTask {
  taskId: string;
  /** The id that links to its video contain. */
  fileId: string;
  /** When it was accepted, in milliseconds of the mock's clock. */
  createdAt: number;
  /** How many milliseconds of a task's life pass in one of the clock: the speed of the mock, less for a slow task. */
  pace: number;
  /** What its create requested, for its queries, links and downloads. */
  faults: readonly Fault[];
}

/** A task of V1. */
export interface TaskV1 extends AcceptedTask {
  kind: KindV1;
  ending: EndingV1;
  outcome: { clip: Clip };
}

/** A task of V2. */
export interface TaskV2 extends AcceptedTask {
  kind: KindV2;
  ending: EndingV2;
  /** What was requested, as the task reports it until it succeeds. */
  requested: { model: string; resolution?: string; duration: number; ratio: string };
  /** What it makes: a video and its aspect ratio, or a text. */
  outcome: { clip: Clip; ratio: string } | { prompt: string };
  /** What is charged if it succeeds. */
  usage: Record<string, number>;
  /** Why it fails in the end; absent if it succeeds. */
  failure?: { code: string; message: string };
  /** When it was cancelled, in milliseconds of the mock's clock. */
  cancelledAt?: number;
  callbackUrl?: string;
}

export type MockTask = TaskV1 | TaskV2;

/** Narrows to a task of V2. */
export function isTaskV2(task: MockTask): task is TaskV2 {
  return "requested" in task;
}

/** When each state is over, in milliseconds of a task's life. After the last one the task has ended. */
type Life = Partial<Record<State, number>>;

// Users measure 99 s to 175 s for a video of V2.
const VIDEO_V2: Life = { queued: 20_000, running: 130_000 };
const LIVES: Record<TaskKind, Life> = {
  // Users measure 80 s to 240 s in all.
  video: { preparing: 2_000, queueing: 10_000, processing: 90_000 },
  // No document mentions queueing for templates.
  template: { preparing: 2_000, processing: 90_000 },
  generation: VIDEO_V2,
  regeneration: VIDEO_V2,
  // The official example of an expanded prompt took 29 s.
  h3_context_ir: { queued: 5_000, running: 30_000 },
};

type Living = Pick<MockTask, "kind" | "createdAt" | "pace" | "ending"> & Pick<TaskV2, "cancelledAt">;

/** The state of a task at `now`, in milliseconds of the clock that stamped `createdAt`. */
export function taskState({ kind, createdAt, pace, ending, cancelledAt }: Living, now: number): State {
  if (cancelledAt !== undefined) return "cancelled";
  const age = (now - createdAt) * pace;
  const [state] = Object.entries(LIVES[kind]).find(([, end]) => age < end) ?? [ending];
  // The keys of a life are states.
  return state as State;
}

/** Milliseconds of the clock from the create until the task is in work, and until it has ended. */
export function milestones({ kind, pace }: Pick<MockTask, "kind" | "pace">): { starts: number; ends: number } {
  const [ends, starts] = Object.values(LIVES[kind])
    .map((end) => end / pace)
    .reverse();
  // Every kind has at least two states in its table.
  return { starts: starts as number, ends: ends as number };
}

/** When a task of V2 entered a state, in milliseconds of the clock. */
export function enteredAt(task: TaskV2, state: State): number {
  if (state === "queued") return task.createdAt;
  if (state === "cancelled") return task.cancelledAt ?? task.createdAt;
  const { starts, ends } = milestones(task);
  return task.createdAt + (state === "running" ? starts : ends);
}

const DAY = 86_400_000;

/** Whether a task of V2 can still be queried: for seven days of the mock's clock. */
export function isRemembered({ createdAt }: TaskV2, now: number): boolean {
  return now - createdAt < lifetimeDays.VideoTask * DAY;
}

/**
 * Makes unique ids: 18 digits for template tasks, 15 for files and all other tasks. They are strings, because a double cannot
 * hold 18 digits.
 *
 * @param seed where to start, 1e14 to 9e14; the ids of two mocks with different seeds do not meet within a day's work
 */
export function idSource(seed: number): (kind: "file" | TaskKind) => string {
  let last = seed;
  return (kind) => {
    last += 4_097;
    return kind === "template" ? `401${last}` : String(last);
  };
}
