import { isAbsolute } from "node:path";
import type { Job } from "bullmq";
import { invalid } from "../base/errors.js";
import { lazily } from "../base/lazily.js";
import type { VideoRequest } from "../base/request-types.js";
import type { TaskRecord } from "../base/task.js";
import type { Submission } from "../tasks/reconcile.js";

/** The data of a job: one request for a video. It is stored in Redis, including the prompt. */
export interface VideoJobData {
  /** The key in the journal. The id of the job is made from it. */
  readonly key: string;
  /** The request, with its media as data URLs. */
  readonly request: VideoRequest;
  /** Where to save the video, below the `folder` of the worker, if the worker has no `save` of its own. */
  readonly out?: string;
  /** The task, once it is bought: `client.videos.task(task)` restores the handle. */
  readonly task?: TaskRecord;
  /** The create, if its outcome is unknown: `client.videos.reconcile(open)` looks for the task, where that is possible. */
  readonly open?: Submission;
}

/** A BullMQ job. Its progress is the last status of the task. */
export type VideoJob<Result = unknown> = Job<VideoJobData, Result, "video">;

/** The default name of the queue. */
export const QUEUE = "minimax-video";

/**
 * Makes the job id of a key. BullMQ forbids ids that have colons or are whole numbers. `decodeURIComponent` turns it back into the
 * key.
 * @throws {ValidationError} if the key is empty, or is not a text that can be encoded.
 */
export function jobIdOf(key: string): string {
  try {
    const id = encodeURIComponent(key);
    if (typeof key === "string" && id !== "")
      return /^-?\d+$/.test(id) ? `%${id.charCodeAt(0).toString(16)}${id.slice(1)}` : id;
  } catch {
    // The key contains half a character.
  }
  throw invalid("No job can have this key", "key", "must be a string that is not empty");
}

/**
 * Refuses a path outside the worker's folder, because whoever adds jobs must not choose where workers write.
 * @throws {ValidationError}
 */
export function assertBelow(out: unknown): void {
  const parts = typeof out === "string" && !isAbsolute(out) && !out.includes("\0") ? out.split(/[\\/]/) : [".."];
  // Without a name at its end, it is the path of a folder.
  if (out !== undefined && (parts.includes("..") || /^\.?$/.test(parts.at(-1) ?? "")))
    throw invalid("This job cannot be saved", "out", "must be the path of a file below the folder of the worker");
}

/** @throws {Error} if BullMQ is not installed. */
export const loadBullmq = lazily(async (): Promise<typeof import("bullmq")> => {
  return import("bullmq").catch((cause) => {
    throw new Error("This needs BullMQ, which could not be loaded. Install it: npm install bullmq ioredis", { cause });
  });
});
