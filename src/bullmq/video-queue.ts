import type { JobsOptions, Queue, QueueOptions } from "bullmq";
import { realClock } from "../base/clock.js";
import { invalid, ValidationError } from "../base/errors.js";
import { defined } from "../base/record.js";
import type { AnyFields, Requested, VideoRequest } from "../base/request-types.js";
import type { ServerOption } from "../base/server.js";
import { createClient } from "../client.js";
import { fingerprintOf } from "../tasks/fingerprint.js";
import { assertBelow, jobIdOf, loadBullmq, QUEUE, type VideoJob, type VideoJobData } from "./video-job.js";

/** The options of a BullMQ queue, and those particular to videos. */
export interface VideoQueueOptions extends QueueOptions {
  /** The name of the queue. Default "minimax-video". */
  queueName?: string | undefined;
  /** The server against whose spec requests are checked before they are added. Default: that of `createClient`. */
  server?: ServerOption | undefined;
}

/** The options of a BullMQ job, and the key of the request: one key, one job, one paid task. */
export type VideoJobOptions = Omit<JobsOptions, "jobId"> & Pick<VideoJobData, "key" | "out">;

/** A queue of requests for videos, made by `createVideoQueue`. */
export interface VideoQueue {
  /** BullMQ's own queue. */
  readonly queue: Queue<VideoJobData, unknown, "video">;
  /**
   * Adds a request, unless its key is already there. The video is bought once a worker takes the job. By default, `attempts` is
   * 10, and `priority` is 1, so that tasks already bought come first.
   * @throws {ValidationError} with all issues, if the request is illegal or cannot be stored as JSON, or if the key names another
   * request or `out`.
   */
  add<R extends AnyFields>(request: Requested<R>, options: VideoJobOptions): Promise<VideoJob>;
  /**
   * Makes a worker look at a job at once. Call it when a callback has arrived, or when `reconcile` has found the task. Resolves
   * with false if there is nothing to do.
   */
  promote(key: string): Promise<boolean>;
  /** Closes the connection to Redis. Jobs stay. */
  close(): Promise<void>;
}

const BACKOFF = { type: "exponential", delay: 5_000, jitter: 0.5 };
const DEFAULTS: JobsOptions = { attempts: 10, backoff: BACKOFF, priority: 1 };

/** How often, in milliseconds, and how many times to look at an active job: a callback may overtake the reply to its create. */
const AGAIN = 250;
const LOOKS = 8;

/** Creates the queue of requests, in any process. It needs no API key. */
export async function createVideoQueue(options: VideoQueueOptions): Promise<VideoQueue> {
  const { queueName = QUEUE, server, ...rest } = options;
  // Checks requests here, so that the worker need not refuse them.
  const { videos } = createClient({ server, apiKey: "only for checks" });
  const { Queue } = await loadBullmq();
  const queue = new Queue<VideoJobData, unknown, "video">(queueName, rest);
  return {
    queue,
    async add(given, { key, out, ...jobOptions }) {
      const jobId = jobIdOf(key);
      assertBelow(out);
      // Media become data URLs. Values that JSON cannot represent become values that no request may have.
      const request = JSON.parse(JSON.stringify(given) ?? "null") as VideoRequest;
      const { ok, issues } = await videos.check(request);
      const refusals = issues.filter(({ severity }) => severity === "error");
      if (!ok) throw new ValidationError(`${UNADDED}:`, refusals);
      const data = { key, request, ...defined({ out }) };
      const job = await queue.add("video", data, { ...DEFAULTS, ...jobOptions, jobId });
      const stored = (await queue.getJob(jobId)) ?? job;
      if ((await fingerprintOf(stored.data.request)) !== (await fingerprintOf(request)))
        throw invalid(UNADDED, "key", `"${key}" already names another request in this queue; use one key per request`);
      if (stored.data.out !== out) throw invalid(UNADDED, "out", `differs from that of the job with the key "${key}"`);
      return stored;
    },
    async promote(key) {
      for (let looks = LOOKS; looks > 0; looks--) {
        const job = await queue.getJob(jobIdOf(key));
        const state = await job?.getState();
        if (state === "delayed") return settled(job?.promote());
        // The outcome of its create was unknown.
        if (state === "failed" && !job?.data.task) return settled(job?.retry());
        if (state !== "active") return false;
        await realClock.pause(AGAIN);
      }
      return false;
    },
    close: () => queue.close(),
  };
}

const UNADDED = "This request was not added to the queue";

/** Resolves with false if the job has changed its state in the meantime. */
const settled = (moving = Promise.reject<void>()) => moving.then(() => true).catch(() => false);
