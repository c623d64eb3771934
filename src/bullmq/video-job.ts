import { isAbsolute } from "node:path";
import type { Job } from "bullmq";
import { invalid } from "../base/errors.js";
import { lazily } from "../base/lazily.js";
import type { VideoRequest } from "../base/request-types.js";
import type { TaskRecord } from "../base/task.js";
import type { Submission } from "../tasks/reconcile.js";

/** What the job of one wish holds. It is stored in Redis, with the prompt. */
export interface VideoJobData {
  /** The key of the journal. The id of the job is made of it. */
  readonly key: string;
  /** The request, with its media as data URLs. */
  readonly request: VideoRequest;
  /** The file below the `folder` of the worker that its video is saved to, if the worker has no `save` of its own. */
  readonly out?: string;
  /** Once it is bought: `client.videos.task(task)` restores the handle. */
  readonly task?: TaskRecord;
  /** If the outcome of its create is unknown: `client.videos.reconcile(open)` looks for the task, where that is possible. */
  readonly open?: Submission;
}

/** A job of BullMQ. Its progress is the last status of the task. */
export type VideoJob<Result = unknown> = Job<VideoJobData, Result, "video">;

/** The name of queue and jobs. */
export const QUEUE = "minimax-video";

/**
 * The id of the job of a key, in which BullMQ forbids colons and whole numbers. `decodeURIComponent` makes the key of it.
 * @throws {ValidationError} if the key is empty, or no text that can be encoded.
 */
export function jobIdOf(key: string): string {
  try {
    const id = encodeURIComponent(key);
    if (typeof key === "string" && id !== "")
      return /^-?\d+$/.test(id) ? `%${id.charCodeAt(0).toString(16)}${id.slice(1)}` : id;
  } catch {
    // Half of a character.
  }
  throw invalid("No job can have this key", "key", "must be a text that is not empty");
}

/** Whoever adds jobs does not choose where workers write. @throws {ValidationError} */
export function assertBelow(out: unknown): void {
  const isBelow = typeof out === "string" && out !== "" && !isAbsolute(out) && !out.split(/[\\/]/).includes("..");
  if (out !== undefined && !isBelow)
    throw invalid("This job cannot be saved", "out", "must be a path below the folder of the worker");
}

/** @throws {Error} if BullMQ is not installed. */
export const loadBullmq = lazily(
  (): Promise<
    Pick<typeof import("bullmq"), "DelayedError" | "Queue" | "UnrecoverableError" | "WaitingError" | "Worker">
  > =>
    import("bullmq").catch((cause) => {
      throw new Error("This needs BullMQ, which could not be loaded. Install it: npm install bullmq ioredis", {
        cause,
      });
    }),
);
