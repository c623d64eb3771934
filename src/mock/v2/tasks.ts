/** What a task of V2 is, and which state it is in at a given moment. Pure: the clock is an argument. */
import { lifetimeDays } from "../../generated/offers-v2.js";
import type { Clip } from "../clips.js";
import { type Accepted, endsOf, type Life, stateIn } from "../tasks.js";

/** What a task makes: its `task_type`. */
export type KindV2 = "generation" | "h3_context_ir" | "regeneration";
export type StateV2 = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** A task of V2. */
export interface TaskV2 extends Accepted {
  kind: KindV2;
  /** What it was asked for, as it tells until it succeeds. */
  asked: { model: string; resolution?: string; duration: number; ratio: string };
  /** What it makes: a video and its shape, or a text. */
  outcome: { clip: Clip; ratio: string } | { prompt: string };
  /** What it is charged by once it has succeeded. */
  usage: Record<string, number>;
  /** Why it fails in the end; absent when it succeeds. */
  failure?: { code: string; message: string };
  /** When it was cancelled, in milliseconds of the mock's clock. */
  cancelledAt?: number;
  callbackUrl?: string;
}

// Users measure 99 s to 175 s for a video; the official example of an expanded prompt took 29 s.
const video: Life<StateV2> = [
  ["queued", 20_000],
  ["running", 130_000],
];
const lives: Record<KindV2, Life<StateV2>> = {
  generation: video,
  regeneration: video,
  h3_context_ir: [
    ["queued", 5_000],
    ["running", 30_000],
  ],
};

/** The state of a task at `now`, in milliseconds of the clock that stamped `createdAt`. */
export function stateOf(task: TaskV2, now: number): StateV2 {
  if (task.cancelledAt !== undefined) return "cancelled";
  return stateIn(lives[task.kind], task, now) ?? (task.failure ? "failed" : "succeeded");
}

/** When a task came into a state, in milliseconds of the clock. */
export function since(task: TaskV2, state: StateV2): number {
  if (state === "queued") return task.createdAt;
  if (state === "cancelled") return task.cancelledAt ?? task.createdAt;
  const { running, over } = milestones(task);
  return task.createdAt + (state === "running" ? running : over);
}

/** Milliseconds of the clock from the create until the task runs and until it is over. */
export function milestones({ kind, pace }: Pick<TaskV2, "kind" | "pace">): { running: number; over: number } {
  const [running, over] = endsOf(lives[kind], { pace });
  // Every kind has two states in its table.
  return { running: running as number, over: over as number };
}

const DAY = 86_400_000;

/** Whether anybody may still ask for a task: for seven days of the mock's clock. */
export function isRemembered({ createdAt }: TaskV2, now: number): boolean {
  return now - createdAt < lifetimeDays.VideoTask * DAY;
}
