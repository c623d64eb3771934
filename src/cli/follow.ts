import { stat } from "node:fs/promises";
import { realClock } from "../base/clock.js";
import { ApiError, DownloadError, MiniMaxError, TaskFailedError, WaitTimeoutError } from "../base/errors.js";
import type { ExpandedPrompt, Task, Video, VideoTask, WaitOptions } from "../base/task.js";
import type { RateLimiter } from "../http/rate-limiter.js";
import { isVideoTask } from "../kinds/kinds.js";
import { type FolderJournal, saveVideo } from "../node/index.js";
import { Interrupted, Unfinished, UsageError } from "./exit.js";
import { isSavedAt } from "./journal.js";
import { milliseconds, type Values } from "./options.js";
import { shareText } from "./report.js";
import { type Fetched, fetched, type Price, printSaved } from "./saved.js";
import type { Session } from "./session.js";
import { obstacle, pathOf, type Target, targetFrom } from "./target.js";

/** How to follow a task. */
export interface Following extends Pick<WaitOptions, "pollInterval"> {
  target: Target;
  /** Milliseconds. */
  timeout: number;
  /** Of the create, where this run made it. */
  price?: Price;
  /** Lets a download begin when it is its turn. Default: at once. */
  turn?: RateLimiter;
}

/** What the options say about waiting and saving. @throws {UsageError} */
export async function followingFrom(
  values: Pick<Values<"task">, "out" | "force" | "timeout" | "poll-interval">,
): Promise<Following> {
  return {
    target: await targetFrom(values.out, values.force),
    timeout: milliseconds("timeout", values.timeout ?? "1800"),
    pollInterval:
      values["poll-interval"] === undefined ? undefined : milliseconds("poll-interval", values["poll-interval"]),
  };
}

/** @throws {UsageError} if the task ends with a prompt. */
export function videoTaskOf(task: Task<Video | ExpandedPrompt>): VideoTask {
  if (isVideoTask(task)) return task;
  throw new UsageError(`Task ${task.id} expands a prompt, so it has no video; --no-wait shows its status`);
}

/** Waits for a task, saves its video and prints where. Errors: see `fetchVideo`. */
export async function follow(task: VideoTask, session: Session, following: Following): Promise<number> {
  return printSaved(await fetchVideo(task, session, following), session, following.price);
}

/**
 * Waits for a task and saves its video.
 * @throws {Unfinished} with the command that goes on; {TaskFailedError} when there is nothing left to go on with.
 */
export async function fetchVideo(task: VideoTask, session: Session, following: Following): Promise<Fetched> {
  const { target, timeout, pollInterval, turn = (call) => call() } = following;
  const { progress } = session;
  const { signal } = session.io;
  try {
    const onStatus = ({ word }: { word: string }) => progress.now(word);
    const video = await task.wait({ signal, timeout, pollInterval, onStatus });
    const { path, bytes } = await turn(() => save(video, target, session), signal);
    return await fetched(path, bytes, video);
  } catch (error) {
    throw leftBehind(error, task, session, timeout);
  } finally {
    progress.end();
  }
}

async function save(video: Video, target: Target, { io: { signal }, progress, journal }: Session) {
  const path = pathOf(target, video.taskId);
  const reason = await obstacle(path, target);
  if (reason && (await isSavedSoon(path, video, journal, signal))) return { path, bytes: (await stat(path)).size };
  if (reason) throw new DownloadError(`The video is ready, but was not saved: ${reason}`, { task: video.task });
  const step = "Downloading";
  progress.now(step);
  return saveVideo(video, path, {
    signal,
    onProgress: (share) => progress.now(step, shareText(step, share)),
  });
}

/** Whether another run has put this very video there; it says so a moment after the file is there. */
async function isSavedSoon(path: string, { task }: Video, journal: FolderJournal | undefined, signal: AbortSignal) {
  for (let tries = 0; journal && tries < 5; tries++) {
    const entry = await journal.find(task).catch(() => undefined);
    if (!entry || (await isSavedAt(path, entry))) return entry !== undefined;
    await realClock.pause(100, signal);
  }
  return false;
}

/** What an error in the middle means for a task that is accepted and, usually, paid. */
function leftBehind(error: unknown, task: VideoTask, { io, mock, goOn }: Session, timeout: number): unknown {
  if (error instanceof TaskFailedError) return error;
  const fate = mock ? "ends with the mock that was started for it" : "goes on at the service";
  const next = goOn(task);
  if (io.signal.aborted && error === io.signal.reason)
    return new Unfinished(new Interrupted(`Stopped. Task ${task.id} ${fate}.`, { task, cause: error }), next);
  if (error instanceof WaitTimeoutError) {
    const lately = error.cause instanceof MiniMaxError ? ` The last query that failed: ${error.cause.message}.` : "";
    const message = `Task ${task.id} was not finished after ${timeout / 1000} s.${lately} It ${fate}.`;
    return new Unfinished(new WaitTimeoutError(message, { task, operation: "wait", cause: error }), next);
  }
  // Asked again, the service would say the same.
  const final = error instanceof ApiError && error.kind === "invalid_request";
  return new Unfinished(error, final ? undefined : next);
}
