import { join } from "node:path";
import type { Worker, WorkerOptions } from "bullmq";
import type { ConnectOptions } from "../base/connect-options.js";
import {
  ApiError,
  invalid,
  type MiniMaxError,
  SubmissionUnknownError,
  TaskFailedError,
  ValidationError,
  WaitTimeoutError,
} from "../base/errors.js";
import type { Journal } from "../base/journal.js";
import { aBoolean, aFunction, assertOptions, aText, mustBe, type Rules } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import type { TaskRecord, TaskStatus, Video, VideoKind, VideoTask } from "../base/task.js";
import { promptsIn } from "../check/prompt-issues.js";
import { connect } from "../connection.js";
import { probeFolder } from "../node/atomic-file.js";
import { fileNameFrom, saveVideo } from "../node/save-file.js";
import type { StoredJournal } from "../node/stored-journal.js";
import type { Handle } from "../tasks/context.js";
import { type Patience, submit } from "../tasks/submit.js";
import { restoreTask } from "../tasks/task-handle.js";
import { untilNextLook } from "../tasks/wait-for-task.js";
import { assertBelow, jobIdOf, loadBullmq, QUEUE, type VideoJob, type VideoJobData } from "./video-job.js";

/** The options of a BullMQ worker, and those particular to videos. Only `client` and `connection` are required. */
export interface VideoWorkerOptions<Result> extends WorkerOptions {
  /**
   * The options of `createClient`, but with `maxRetries` 0 by default. All workers must share the `journal` and the budget, as
   * those of `minimax-video/redis` can be.
   */
  client: ConnectOptions & { journal: Journal | StoredJournal };
  /** The name of the queue. Default "minimax-video". */
  queueName?: string | undefined;
  /**
   * Called with each finished video. Resolves with the result of the job. It may be called again for the same video, if it fails
   * or the worker dies. Default: `saveVideo` to `folder`.
   */
  save?: ((video: Video, job: VideoJob<Result>) => Promise<Result>) | undefined;
  /** The folder for saved videos, named after the `out` of the job, or the id of the task and ".mp4". Default: the current folder. */
  folder?: string | undefined;
  /**
   * Whether callbacks promote jobs, see `VideoQueue.promote`. If so, a task with a `callback_url` is queried only once its
   * callback is overdue. Default false.
   */
  callbacks?: boolean | undefined;
}

/** A handle with the memory that only this library sees. */
type Bought = VideoTask & Pick<Handle, "memory">;

/** Milliseconds that a job may hold a slot while it waits for its turn to create or to query. */
const TURN = 1_000;
const LOOK = 30_000;
/** Milliseconds before the next look at a job if its query had no answer, or if another process is sending its create. */
const LATER = 5_000;
const LATEST = 300_000;

const OWN_OPTIONS: Rules<Record<string, unknown>> = {
  client: mustBe("the options of createClient", isRecord),
  queueName: aText,
  save: aFunction,
  folder: aText,
  callbacks: aBoolean,
};

/**
 * Creates a worker. It buys each requested video at most once, then follows its task. A job holds a slot only while something is
 * sent or saved; in between, it is delayed until the next query is due. `concurrency` is 5 by default. An error that repetition
 * cannot fix ends the job. A create with an unknown outcome ends it with `data.open`, and is never sent again. By default, the
 * result of a job is the `path` of its video and its size in `bytes`.
 * @throws {ValidationError} if an option is invalid, or if videos cannot be saved to `folder`.
 */
export async function createVideoWorker<Result = { path: string; bytes: number }>(
  options: VideoWorkerOptions<Result>,
): Promise<Worker<VideoJobData, Result, "video">> {
  const { client, queueName, save, folder = ".", callbacks = false, ...rest } = options;
  assertOptions("createVideoWorker", { client, queueName, save, folder, callbacks }, OWN_OPTIONS);
  if (!isRecord(client?.journal))
    throw invalid("This worker was not started", "client", "needs a journal that all workers share: redisJournal(…)");
  // Fails here, before any video is paid for.
  if (!save)
    await probeFolder(folder).catch((error) => {
      throw invalid("This worker was not started", "folder", `${folder} cannot be written (${error.code})`);
    });
  const { Worker, DelayedError, UnrecoverableError, WaitingError } = await loadBullmq();
  // No retries here, because BullMQ repeats jobs, and counts and shows each attempt.
  const connection = connect({ maxRetries: 0, ...client });
  const context = await connection.context();
  context.inbox.isExpecting = callbacks;
  const patience: Patience = {};

  /** Delays a job and frees its slot. Always throws. */
  async function delay(job: VideoJob<Result>, token: string | undefined, milliseconds: number): Promise<never> {
    await job.moveToDelayed(Date.now() + Math.ceil(milliseconds), token);
    throw new DelayedError();
  }

  async function buy(job: VideoJob<Result>, token: string | undefined): Promise<never> {
    const { key, request, open: _, ...rest } = job.data;
    // Another process may still be sending the create.
    if (job.stalledCounter > 0 && "find" in client.journal) {
      const earlier = await client.journal.find({ server: context.server.name, key });
      if (earlier?.state === "sending") return delay(job, token, LATER);
    }
    // Large media take time to check, which must leave time to wait.
    const turn = AbortSignal.timeout(Math.min(LOOK, TURN + Math.ceil(JSON.stringify(job.data).length / 2_000)));
    const buying = submit(context, "video", request, { key, signal: turn }, patience) as Promise<Bought>;
    const task = await buying.catch(async (error) => {
      if (error === turn.reason) {
        // Ahead of the other requests, and behind all tasks that are due.
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (!(error instanceof SubmissionUnknownError)) throw error;
      if (error.task) return error.task as Bought; // the create was one for a video
      const { submittedAt, server, fingerprint, callback, kind, model, duration, resolution } = error;
      const open = { submittedAt, ...defined({ server, fingerprint, callback, kind, model, duration, resolution }) };
      await job.updateData({ ...rest, key, request, open });
      throw error;
    });
    await job.updateData({ ...rest, key, request, task: task.toJSON() });
    await job.changePriority({ priority: 0 });
    await context.schedule.recall?.();
    return delay(job, token, untilNextLook(context, task));
  }

  async function look(job: VideoJob<Result>, token: string | undefined): Promise<Result> {
    const { request, task: record } = job.data;
    // The job is one for a video, so its task ends with a video.
    const task = restoreTask(connection, record as TaskRecord<VideoKind>) as Bought;
    const calledBack = "callback_url" in request && request.callback_url !== undefined;
    Object.assign(task.memory, { calledBack, secrets: promptsIn({ ...request }) });
    const running = new AbortController();
    let last: object | undefined;
    const onStatus = ({ state, word, taskId }: TaskStatus) => {
      // Without its links, which are signed.
      last = { state, word, taskId };
      if (state === "running") running.abort();
    };
    const report = async () => {
      if (last && JSON.stringify(job.progress) !== JSON.stringify(last)) await job.updateProgress(last);
    };
    try {
      const video = await task.wait({ signal: running.signal, timeout: LOOK, onStatus });
      await report();
      return await (save?.(video, job) ?? saved(video, job));
    } catch (error) {
      await report();
      if (error === running.signal.reason) return delay(job, token, untilNextLook(context, task));
      if (!(error instanceof WaitTimeoutError)) throw error;
      const { cause } = error;
      // The task has succeeded without a video. This is retried as often as a failed save.
      if (cause instanceof ApiError && cause.operation === "wait") throw cause;
      // Failing queries hold a slot for half a minute, so old tasks, which may never end, are queried less often.
      const age = cause ? Date.now() - (task.createdAt ?? job.timestamp) : 0;
      return delay(job, token, Math.min(LATEST, Math.max(LATER, age / 10)) * (1 + Math.random()));
    }
  }

  // The result of a job without `save`. The service must not choose the folder.
  const saved = (video: Video, { data }: VideoJob<Result>) =>
    saveVideo(video, join(folder, data.out ?? `${fileNameFrom(video.taskId)}.mp4`)) as Promise<Result>;

  const process = async (job: VideoJob<Result>, token?: string): Promise<Result> => {
    try {
      // Jobs may come from elsewhere. Without a key, a video could be bought twice.
      jobIdOf(job.data.key);
      assertBelow(job.data.out);
      return await (job.data.task ? look(job, token) : buy(job, token));
    } catch (error) {
      if (!isFinal(error)) throw error;
      throw Object.assign(new UnrecoverableError(error.message), { cause: error });
    }
  };
  // More stalls than any job will have. Repeating a stalled job is safe, because it does not buy again.
  const settings = { concurrency: 5, maxStalledCount: 1e9, ...rest };
  return new Worker<VideoJobData, Result, "video">(queueName ?? QUEUE, process, settings);
}

/** Whether repetition cannot fix an error. Problems of a key or an account can be fixed. */
function isFinal(error: unknown): error is MiniMaxError {
  if (error instanceof ApiError)
    return !error.retryable && !/^(authentication|insufficient_balance|plan_limit)$/.test(error.kind);
  return [ValidationError, SubmissionUnknownError, TaskFailedError].some((one) => error instanceof one);
}
