import type { TaskStatus } from "../base/task.js";

/** An event to deliver once: the end of a task, or a running status before it. */
export interface TaskEvent {
  readonly taskId: string;
  /** `:processing`, or `!` for any end. In a store, it means that the event has been delivered. */
  readonly mark: string;
  /** How far the task has come. */
  readonly stage: number;
}

/** The status words of the stages before the video is made. Any other word means that it is being made. */
const EARLY = [
  ["not_start", "submitted", "preparing"],
  ["queueing", "queued"],
];
const MAKING = 2;
const OVER = 3;
/** In a store, the mark of a stage means that `onStatus` is called with an event of this stage. */
const STAGE_MARKS = ["#0", "#1", "#2", "#3"] as const;

export function eventOf({ taskId, state, word }: TaskStatus): TaskEvent {
  if (state !== "running") return { taskId, mark: "!", stage: OVER };
  const lower = word.toLowerCase();
  const early = EARLY.findIndex((words) => words.includes(lower));
  return { taskId, mark: `:${lower.slice(0, 64)}`, stage: early < 0 ? MAKING : early };
}

export const stageMark = ({ stage }: TaskEvent) => STAGE_MARKS[stage] as string;

/** The marks that mean that an event is old: its own, and those of all later stages. */
export const marksAgainst = ({ mark, stage }: TaskEvent) => [mark, ...STAGE_MARKS.slice(stage + 1)];
