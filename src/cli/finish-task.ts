import { spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { amountText, type Cost, priceText } from "../base/check-result.js";
import { ApiError, DownloadError, MiniMaxError, sentence, TaskFailedError, WaitTimeoutError } from "../base/errors.js";
import type { DownloadOptions, PromptTask, Video, VideoTask } from "../base/task.js";
import { expiryOf } from "../download/video-link.js";
import { isVideoTask } from "../kinds/kinds.js";
import { saveVideo, videoFile } from "../node/index.js";
import { TAKEN } from "../node/partial-file.js";
import { sizeText, timeText } from "./format-text.js";
import { EXIT, Interrupted, Unfinished, UsageError, writeBytes } from "./process.js";
import { sharesOn } from "./progress.js";
import { pathIn, STDOUT, statOf, type Target, targetFrom, whyNotWritable } from "./save-target.js";
import { commandToGoOn, printResult, type Session } from "./session.js";

/** Reads where to save a video, and checks the options about that. @throws {UsageError} */
export async function savingTarget({ values, io }: Session): Promise<Target> {
  for (const host of values["allow-host"] ?? [])
    if (!URL.canParse(`http://${host}`) || new URL(`http://${host}`).hostname !== host)
      throw new UsageError("--allow-host takes a host name such as media.internal, in lower case and without a port");
  const target = await targetFrom(values.out, values.force);
  if (target.isUnused && values.json)
    throw new UsageError("--out - and --json cannot be used together: both use stdout");
  if (target.isUnused && values.open) throw new UsageError("--open needs a file, and --out - writes to stdout");
  if (target.isUnused && io.stdout.isTTY)
    throw new UsageError("--out - would write the bytes of a video to your terminal: redirect stdout");
  return values.url ? { ...target, isUnused: true } : target;
}

/** @throws {UsageError} if the task ends with a prompt instead of a video. */
export function videoTaskOf(task: VideoTask | PromptTask): VideoTask {
  if (isVideoTask(task)) return task;
  throw new UsageError(`Task ${task.id} expands a prompt and has no video; --no-wait shows its status`);
}

/** The list price of the create that this run sent, if any; `cost` is undefined if no list has it. */
type Price = { cost: Cost | undefined } | undefined;

/** Waits for a task, and saves its video or prints its link. Returns the exit code. */
export async function finish(task: VideoTask, target: Target, session: Session, price?: Price): Promise<number> {
  const { io, progress, mock, values } = session;
  if (!values.url) return printSaved(await waitAndSave(task, target, session), session, price);
  const url = await afterWait(task, session, (video) => video.url({ signal: io.signal }));
  const end = expiryOf(url);
  progress.say(`Whoever has this link can fetch the video ${end ? `until ${timeText(end)}` : "for about an hour"}.`);
  return printResult(session, { url, expiresAt: end, taskId: task.id, task, cost: price?.cost, mock }, url);
}

/**
 * Waits for a task and saves its video.
 * @throws {Unfinished} with the command that continues; {TaskFailedError} if the task failed for good.
 */
export function waitAndSave(task: VideoTask, target: Target, session: Session): Promise<SavedVideo> {
  return afterWait(task, session, async (video) => describeSaved(await save(video, target, session), video));
}

export function waitingOf({ values, io }: Session) {
  const { timeout = 1800, "poll-interval": interval } = values;
  return { signal: io.signal, timeout: 1000 * timeout, pollInterval: interval && 1000 * interval };
}

async function afterWait<T>(task: VideoTask, session: Session, use: (video: Video) => Promise<T>) {
  const { progress } = session;
  let isReady = false;
  try {
    progress.now("Waiting");
    const video = await task.wait({ ...waitingOf(session), onStatus: ({ word }) => progress.now(word) });
    isReady = true;
    return await use(video);
  } catch (error) {
    throw resumableError(error, task, session, isReady);
  } finally {
    progress.end();
  }
}

/** The error to report for a task that was accepted and is usually paid for. */
function resumableError(error: unknown, task: VideoTask, session: Session, isReady: boolean) {
  const { io, mock, values } = session;
  const next = commandToGoOn(task, session);
  if (error instanceof TaskFailedError) return error;
  const fate = mock ? "ends with the mock that was started for it" : "continues at the service";
  if (io.signal.aborted && error === io.signal.reason) {
    const left = isReady ? `The video of task ${task.id} is ready, but was not saved.` : `Task ${task.id} ${fate}.`;
    return new Unfinished(new Interrupted(`Stopped. ${left}`, { task, cause: error }), next);
  }
  if (error instanceof WaitTimeoutError) {
    const { cause } = error;
    const lately = cause instanceof MiniMaxError ? ` The last failed query: ${sentence(cause.message)}` : "";
    const message = `Task ${task.id} was not finished after ${waitingOf(session).timeout / 1000} s.${lately} The task ${fate}.`;
    const late = new WaitTimeoutError(message, { task, operation: "wait", cause: error });
    return new Unfinished(late, commandToGoOn(task, session, { ...values, timeout: undefined }));
  }
  return new Unfinished(error, isFinal(error) ? undefined : next);
}

/** Whether the service would give the same answer again. */
export function isFinal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.kind === "invalid_request";
}

/** Saves a finished video when it is its turn. @throws {DownloadError} if something else is at its path */
export function save(video: Video, target: Target, session: Session) {
  return session.turn(() => saveNow(video, target, session), session.io.signal);
}

type Saved = { path: string; bytes: number };

async function saveNow(video: Video, target: Target, session: Session): Promise<Saved> {
  const { io, values, progress } = session;
  const onProgress = sharesOn(progress, "Downloading");
  const options = { signal: io.signal, allowedHosts: values["allow-host"], onProgress };
  if (target.isUnused) {
    const bytes = await writeBytes(video.chunks(options), io);
    await video.saved(STDOUT);
    return { path: STDOUT, bytes };
  }
  const path = pathIn(target, video.taskId);
  const reason = await whyNotWritable(path, target);
  if (!reason)
    return saveVideo(video, path, { ...options, replace: target.force }).catch((error) => {
      // Another run has saved a file there in the meantime.
      if (Object(error.cause).code === TAKEN) return saveNow(video, target, session);
      throw error;
    });
  if (!(await isIn(path, video, options)))
    throw new DownloadError(`The video is ready, but was not saved: ${reason}`, { task: video.task });
  await video.saved(resolve(path));
  return { path, bytes: (await stat(path)).size };
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

/** A saved video, described by its file and, if known, by the reply of the service. */
export type SavedVideo = Awaited<ReturnType<typeof describeSaved>>;

export async function describeSaved({ path, bytes }: Saved, video: Pick<Video, "task"> & Partial<Video>) {
  const { task, fileId, width, height } = video;
  // Reads only the header of the file.
  const { seconds } = path === STDOUT ? {} : await videoFile(path).catch(() => ({ seconds: undefined }));
  return { path, bytes, ...(width && height ? { width, height } : {}), seconds, taskId: task.id, fileId, task };
}

export async function printSaved(video: SavedVideo, session: Session, price?: Price): Promise<number> {
  const { progress, mock, values } = session;
  const cost = price?.cost;
  const listed = mock ? `free here${cost ? ` (MiniMax lists ${amountText(cost)})` : ""}` : priceText(cost);
  progress.say(`${savedLine(video)}${price ? `, ${listed}` : ""}`);
  if (video.path === STDOUT) return EXIT.done;
  printResult(session, { ...video, cost, mock }, video.path);
  if (values.open) await openFile(video.path, session);
  return EXIT.done;
}

/** "Saved fox.mp4: 29.5 kB, 1366 x 768, 6.0 s, task 176843862716480". */
export function savedLine({ path, bytes, width, height, seconds, taskId }: SavedVideo): string {
  const sides = width ? `, ${width} x ${height}` : "";
  const length = seconds ? `, ${seconds.toFixed(1)} s` : "";
  return `Saved ${path}: ${sizeText(bytes)}${sides}${length}, task ${taskId}`;
}

/** What opens a file in its default program. Not `start` on Windows: that needs a shell, which would interpret the path. */
const OPENERS: Partial<Record<string, string>> = { darwin: "open", win32: "explorer" };
/** Milliseconds to wait for an opener to fail. Some keep running for as long as the video is shown. */
const PATIENCE = 1500;

/** Opens a saved video. If that fails, prints why and goes on, because the video is saved. */
async function openFile(path: string, { io, progress }: Session): Promise<void> {
  const opener = OPENERS[process.platform] ?? "xdg-open";
  const child = spawn(opener, [resolve(path)], { detached: true, stdio: "ignore", env: io.env });
  const failure = await new Promise<string | undefined>((settle) => {
    child.once("error", ({ message }) => settle(/ENOENT/.test(message) ? "is not installed" : `failed: ${message}`));
    // Explorer exits with 1 even if it succeeds.
    child.once("exit", (code) => settle(code && opener !== "explorer" ? `exited with code ${code}` : undefined));
    setTimeout(settle, PATIENCE, undefined);
  });
  child.unref();
  if (failure) progress.say(`The video is saved, but could not be opened: ${opener} ${failure}.`);
}
