/**
 * Makes videos as BullMQ jobs, on many machines.
 * @packageDocumentation
 */

export { jobIdOf, type VideoJob, type VideoJobData } from "./video-job.js";
export { createVideoQueue, type VideoJobOptions, type VideoQueue, type VideoQueueOptions } from "./video-queue.js";
export { createVideoWorker, type VideoWorkerOptions } from "./video-worker.js";
