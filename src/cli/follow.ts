import type { Cost } from "../check/cost.js";
import type { Video } from "../engine/video.js";
import type { WaitOptions } from "../engine/wait.js";
import { ApiError, DownloadError, MiniMaxError, TaskFailedError, WaitTimeoutError } from "../errors.js";
import { saveVideo } from "../node/index.js";
import type { VideoTask } from "../task.js";
import { EXIT, Interrupted, Unfinished } from "./exit.js";
import { secondsOf } from "./movie.js";
import { milliseconds, type Values } from "./options.js";
import { amountText, priceText, printJson, sizeText } from "./report.js";
import type { Session } from "./session.js";
import { obstacle, pathOf, type Target, targetFrom } from "./target.js";

/** How to follow a task. */
export interface Following extends Pick<WaitOptions, "pollInterval"> {
  target: Target;
  /** Milliseconds. */
  timeout: number;
  /** Of the create, where this run made it. */
  price?: { cost: Cost | undefined };
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

/**
 * Waits for a task, saves its video and says so.
 * @throws {Unfinished} with the command that goes on; {TaskFailedError} when there is nothing left to go on with.
 */
export async function follow(task: VideoTask, session: Session, following: Following): Promise<number> {
  const { target, timeout, pollInterval } = following;
  const { progress } = session;
  const { signal } = session.io;
  try {
    const onStatus = ({ word }: { word: string }) => progress.now(word);
    const video = await task.wait({ signal, timeout, pollInterval, onStatus });
    const saved = await save(video, target, session);
    progress.end();
    const seconds = await secondsOf(saved.path);
    printSaved({ video, ...saved, ...(seconds ? { seconds } : {}) }, session, following);
    return EXIT.done;
  } catch (error) {
    throw leftBehind(error, task, session, timeout);
  } finally {
    progress.end();
  }
}

async function save(video: Video, target: Target, { io: { signal }, progress }: Session) {
  const path = pathOf(target, video.taskId);
  const reason = await obstacle(path, target);
  if (reason) throw new DownloadError(`The video is ready, but was not saved: ${reason}`, { task: video.task });
  const step = "Downloading";
  progress.now(step);
  return saveVideo(video, path, {
    signal,
    onProgress: ({ bytes, total }) =>
      progress.now(
        step,
        `${step} ${total ? `${Math.floor((100 * bytes) / total)} % of ` : ""}${sizeText(total ?? bytes)}`,
      ),
  });
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

interface Saved {
  video: Video;
  path: string;
  bytes: number;
  seconds?: number;
}

function printSaved({ video, path, bytes, seconds }: Saved, session: Session, { price }: Following): void {
  const { io, json, progress, mock } = session;
  const { taskId, fileId, width, height, task } = video;
  const facts = [
    sizeText(bytes),
    ...(width && height ? [`${width} x ${height}`] : []),
    ...(seconds ? [`${seconds.toFixed(1)} s`] : []),
    `task ${taskId}`,
    ...(price ? [mock ? mockPrice(price.cost) : priceText(price.cost)] : []),
  ];
  progress.say(`Saved ${path}: ${facts.join(", ")}`);
  if (json) printJson(io, { path, bytes, width, height, seconds, taskId, fileId, cost: price?.cost, mock, task });
  else io.stdout.write(`${path}\n`);
}

function mockPrice(cost: Cost | undefined): string {
  return cost ? `free here (MiniMax lists ${amountText(cost)})` : "free here";
}
