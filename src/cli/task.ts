import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { amountText, type Cost, priceText } from "../base/check-result.js";
import { ApiError, DownloadError, MiniMaxError, sentence, TaskFailedError, WaitTimeoutError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import { serverFrom } from "../base/server.js";
import {
  type DownloadOptions,
  isTaskKind,
  KINDS,
  type PromptTask,
  type TaskKind,
  type Video,
  type VideoTask,
  type WaitOptions,
} from "../base/task.js";
import { expiryOf } from "../download/video-link.js";
import { servers } from "../generated/servers.js";
import type { RateLimiter } from "../http/rate-limiter.js";
import { isVideoTask } from "../kinds/kinds.js";
import { type FolderJournal, saveVideo, videoFile } from "../node/index.js";
import { TAKEN } from "../node/partial-file.js";
import { idArgument } from "./build-request.js";
import type { Values } from "./command-options.js";
import { EXIT } from "./exit-codes.js";
import { sizeText, timeText, withoutLink } from "./format-text.js";
import { journalFrom, recordIn } from "./journal.js";
import { openFile } from "./open-file.js";
import type { Parsed } from "./parse-command-line.js";
import { Interrupted, type Io, Unfinished, UsageError, writeBytes } from "./process.js";
import { sharesOn } from "./progress.js";
import { parseJson, readJson } from "./read-input.js";
import { assertTargetFree, STDOUT, statOf, type Target, targetFrom, videoPath, whyNotWritable } from "./save-target.js";
import { assertKey, openSession, printResult, type Session, serverOption } from "./session.js";

/** `minimax-video task`: waits for an existing task and saves its video. */
export async function task({ values, argument = "" }: Parsed<"task">, io: Io): Promise<number> {
  const journal = await journalFrom(values, io);
  const typed = await recordFrom(argument, io);
  const isBare = typeof typed === "string" && values.kind === undefined && !values.template;
  const record = (isBare && (await knownRecord(typed, values, io, journal))) || typed;
  const session = assertKey(openSession(withServerOf(record, values, io), io, journal));
  // The client refuses anything that is not a task record, with the reason.
  const restored = session.minimax.videos.task(record as string, kindFrom(values));
  const going = async () => {
    if (values["no-wait"]) return printStatus(restored, session);
    const task = videoTaskOf(restored);
    const plan = await waitPlanFrom(session);
    await assertTargetFree(plan.target, task.id);
    return finish(task, plan);
  };
  return going().catch((thrown) => {
    const { error } = thrown instanceof Unfinished ? thrown : { error: thrown };
    // An id does not show which version of the API it belongs to.
    if (record !== typed || !isBare || !isFinal(error)) throw thrown;
    throw new ApiError(`${sentence(error.message)} A MiniMax-H3 task needs --kind generation.`, error);
  });
}

/** The journal's record of a task: at the server of this run, else at any server if none was asked for. */
async function knownRecord(id: string, values: Values<"task">, io: Io, journal: FolderJournal | undefined) {
  const entries = (await journal?.list().catch(() => undefined)) ?? [];
  const records = entries.flatMap((entry) => recordIn(entry) ?? []).filter((record) => record.id === id);
  const here = serverFrom(serverOption(values, io)).name;
  return records.find(({ server }) => server === here) ?? (isServerAsked(values, io) ? undefined : records[0]);
}

const isServerAsked = ({ server }: Values<"task">, { env }: Io) =>
  server !== undefined || Boolean(env.MINIMAX_SERVER?.trim());

function kindFrom({ template, kind }: Values<"task">): TaskKind {
  if (kind === undefined) return template ? "template" : "video";
  if (isTaskKind(kind)) return kind;
  throw new UsageError(`--kind takes one of ${KINDS.join(", ")}`);
}

/** An id, a record as JSON, or a file with the output of --json, which holds the record under `task`. */
async function recordFrom(argument: string, io: Io): Promise<unknown> {
  if (argument.startsWith("{")) return innermost(parseJson(argument, "The task"));
  if (/^\d+$/.test(argument)) return argument;
  if (argument === "-" || existsSync(argument)) return innermost(await readJson(argument, io));
  return idArgument(argument);
}

function innermost(json: unknown): unknown {
  if (!isRecord(json) || json.version !== undefined) return json;
  return json.task ?? (isRecord(json.error) ? json.error.task : undefined) ?? json;
}

/**
 * Takes the server from a record if it is a documented name. A URL must be confirmed with --server, because the API key goes
 * there and a file is not configuration.
 */
function withServerOf(record: unknown, values: Values<"task">, io: Io): Values<"task"> {
  if (!isRecord(record) || typeof record.server !== "string") return values;
  if (isServerAsked(values, io) && serverFrom(serverOption(values, io)).name === record.server) return values;
  if (values.server === undefined && Object.hasOwn(servers, record.server)) return { ...values, server: record.server };
  throw new UsageError(`This task was created at ${record.server}: add --server ${record.server}`);
}

/** Prints the current status, for --no-wait. */
async function printStatus(task: VideoTask | PromptTask, session: Session): Promise<number> {
  const { io, progress, goOn } = session;
  const status = await task.status({ signal: io.signal }).catch((error) => {
    throw new Unfinished(error, isFinal(error) ? undefined : goOn(task));
  });
  printResult(session, { ...withoutLink(status), task }, status.word);
  if (status.state === "succeeded") progress.say(`The video is ready. Save it with:\n  ${goOn(task)}`);
  if (status.state !== "failed") return EXIT.done;
  const why = status.reason ? `: ${status.reason}` : "; the service gives no reason";
  const isCancelled = /^cancelled$/i.test(status.word);
  progress.say(`Task ${task.id} ${isCancelled ? "was cancelled; it is not charged" : `failed${why}`}`);
  return EXIT.taskFailed;
}

/** How many downloads run at once. With more, all of them would be slow. */
export const DOWNLOADS = 4;

/** A session that waits for a task: how, and where to save its video. */
export interface WaitPlan extends Session, Pick<WaitOptions, "pollInterval"> {
  target: Target;
  /** Whether to print the link instead. */
  urlOnly: boolean;
  /** Milliseconds. */
  timeout: number;
  allowedHosts: string[] | undefined;
  /** Starts a download when it is its turn. Default: at once. */
  turn?: RateLimiter;
  /** The list price of the create that this run sent; `cost` is undefined if no list has it. */
  price?: { cost: Cost | undefined };
}

/** Reads the options about waiting and saving. @throws {UsageError} */
export async function waitPlanFrom(session: Session): Promise<WaitPlan> {
  const { values, io } = session;
  const { "poll-interval": seconds, url: urlOnly = false } = values;
  for (const host of values["allow-host"] ?? [])
    if (!URL.canParse(`http://${host}`) || new URL(`http://${host}`).hostname !== host)
      throw new UsageError("--allow-host takes a host name such as media.internal, in lower case and without a port");
  const target = await targetFrom(values.out, values.force);
  if (target.isUnused && values.json)
    throw new UsageError("--out - and --json cannot be used together: both use stdout");
  if (target.isUnused && values.open) throw new UsageError("--open needs a file, and --out - writes to stdout");
  if (target.isUnused && io.stdout.isTTY)
    throw new UsageError("--out - would write the bytes of a video to your terminal: redirect stdout");
  return {
    ...session,
    target: urlOnly ? { ...target, isUnused: true } : target,
    urlOnly,
    timeout: 1000 * (values.timeout ?? 1800),
    allowedHosts: values["allow-host"],
    pollInterval: seconds && 1000 * seconds,
  };
}

/** @throws {UsageError} if the task ends with a prompt instead of a video. */
export function videoTaskOf(task: VideoTask | PromptTask): VideoTask {
  if (isVideoTask(task)) return task;
  throw new UsageError(`Task ${task.id} expands a prompt and has no video; --no-wait shows its status`);
}

/**
 * Waits for a task and saves its video.
 * @throws {Unfinished} with the command that continues; {TaskFailedError} if the task failed for good.
 */
export function waitAndSave(task: VideoTask, plan: WaitPlan): Promise<SavedVideo> {
  const { turn = (call) => call() } = plan;
  return afterWait(task, plan, async (video) => {
    const { path, bytes } = await turn(() => save(video, plan), plan.io.signal);
    return describeSaved(path, bytes, video);
  });
}

/** Waits for a task, and saves its video or prints its link. Returns the exit code. */
export async function finish(task: VideoTask, plan: WaitPlan): Promise<number> {
  const { io, progress, mock, price } = plan;
  if (!plan.urlOnly) return printSaved(await waitAndSave(task, plan), plan);
  const url = await afterWait(task, plan, (video) => video.url({ signal: io.signal }));
  const end = expiryOf(url);
  progress.say(`Whoever has this link can fetch the video ${end ? `until ${timeText(end)}` : "for about an hour"}.`);
  return printResult(plan, { url, expiresAt: end, taskId: task.id, task, cost: price?.cost, mock }, url);
}

async function afterWait<T>(task: VideoTask, plan: WaitPlan, use: (video: Video) => Promise<T>) {
  const { io, progress, timeout, pollInterval } = plan;
  let isReady = false;
  try {
    progress.now("Waiting");
    const onStatus = ({ word }: { word: string }) => progress.now(word);
    const video = await task.wait({ signal: io.signal, timeout, pollInterval, onStatus });
    isReady = true;
    return await use(video);
  } catch (error) {
    throw resumableError(error, task, plan, isReady);
  } finally {
    progress.end();
  }
}

/** Saves a finished video, unless another run has already saved it there. @throws {DownloadError} if something else is there */
export async function save(video: Video, plan: WaitPlan): Promise<{ path: string; bytes: number }> {
  const { target, allowedHosts, io, progress } = plan;
  const path = videoPath(target, video.taskId);
  const options = { signal: io.signal, allowedHosts, onProgress: sharesOn(progress, "Downloading") };
  const reason = await whyNotWritable(path, target);
  if (reason) {
    if (!(await isIn(path, video, options)))
      throw new DownloadError(`The video is ready, but was not saved: ${reason}`, { task: video.task });
    await video.saved(resolve(path));
    return { path, bytes: (await stat(path)).size };
  }
  if (!target.isUnused)
    return saveVideo(video, path, { ...options, replace: target.force }).catch((error) => {
      // Another run has saved a file there in the meantime.
      if (Object(error.cause).code === TAKEN) return save(video, plan);
      throw error;
    });
  const bytes = await writeBytes(video.chunks(options), io);
  await video.saved(STDOUT);
  return { path: STDOUT, bytes };
}

/** Whether a file has the bytes of a video. Another run may have saved it, and may have been killed before it recorded that. */
async function isIn(path: string, video: Video, options: DownloadOptions): Promise<boolean> {
  const bytes = (await statOf(path))?.isFile() ? await readFile(path).catch(() => undefined) : undefined;
  if (!bytes?.length) return false;
  let from = 0;
  for await (const chunk of video.chunks(options)) {
    if (!bytes.subarray(from, from + chunk.length).equals(chunk)) return false;
    from += chunk.length;
  }
  return from === bytes.length;
}

/** The error to report for a task that was accepted and is usually paid for. */
function resumableError(error: unknown, task: VideoTask, { io, mock, goOn, timeout }: WaitPlan, isReady: boolean) {
  if (error instanceof TaskFailedError) return error;
  const fate = mock ? "ends with the mock that was started for it" : "continues at the service";
  const next = goOn(task);
  const left = isReady ? `The video of task ${task.id} is ready, but was not saved.` : `Task ${task.id} ${fate}.`;
  if (io.signal.aborted && error === io.signal.reason)
    return new Unfinished(new Interrupted(`Stopped. ${left}`, { task, cause: error }), next);
  if (error instanceof WaitTimeoutError) {
    const lately =
      error.cause instanceof MiniMaxError ? ` The last failed query: ${sentence(error.cause.message)}` : "";
    const message = `Task ${task.id} was not finished after ${timeout / 1000} s.${lately} The task ${fate}.`;
    const late = new WaitTimeoutError(message, { task, operation: "wait", cause: error });
    return new Unfinished(late, goOn(task, "timeout"));
  }
  return new Unfinished(error, isFinal(error) ? undefined : next);
}

/** Whether the service would give the same answer again. */
function isFinal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.kind === "invalid_request";
}

/** A saved video, described by its file and, if known, by the reply of the service. */
export type SavedVideo = Awaited<ReturnType<typeof describeSaved>>;

export async function describeSaved(path: string, bytes: number, video: Pick<Video, "task"> & Partial<Video>) {
  const { task, fileId, width = 0, height = 0 } = video;
  // Reads only the header of the file.
  const { seconds } = path === STDOUT ? {} : await videoFile(path).catch(() => ({ seconds: undefined }));
  return { path, bytes, ...(width && height ? { width, height } : {}), seconds, taskId: task.id, fileId, task };
}

/** Reports a saved video and prints its path. Returns the exit code. */
export async function printSaved(video: SavedVideo, plan: WaitPlan): Promise<number> {
  const { progress, mock, values, price } = plan;
  const cost = price?.cost;
  const listed = mock ? `free here${cost ? ` (MiniMax lists ${amountText(cost)})` : ""}` : priceText(cost);
  progress.say(`${savedLine(video)}${price ? `, ${listed}` : ""}`);
  if (video.path === STDOUT) return EXIT.done;
  printResult(plan, { ...video, cost, mock }, video.path);
  if (values.open) await openFile(video.path, plan);
  return EXIT.done;
}

/** "Saved fox.mp4: 29.5 kB, 1366 x 768, 6.0 s, task 176843862716480". */
export function savedLine({ path, bytes, width, height, seconds, taskId }: SavedVideo): string {
  const sides = width ? `, ${width} x ${height}` : "";
  const length = seconds ? `, ${seconds.toFixed(1)} s` : "";
  return `Saved ${path}: ${sizeText(bytes)}${sides}${length}, task ${taskId}`;
}
