import { backoff, bounded, type FullClock } from "../base/clock.js";
import {
  ConnectionError,
  callUser,
  MiniMaxError,
  TaskFailedError,
  WaitTimeoutError,
  withFacts,
} from "../base/errors.js";
import { aDuration, aDurationOrNone, aFunction, aSignal, assertOptions, type Rules } from "../base/options.js";
import type { ExpandedPrompt, TaskStatus, Video, VideoTask, WaitOptions } from "../base/task.js";
import { resultFrom } from "../download/video.js";
import { redactedError } from "../http/redact.js";
import { isRateLimit, mayPass } from "../http/retry.js";
import type { Listener } from "./callback-inbox.js";
import type { Engine } from "./engine.js";
import { ask } from "./query-task.js";
import type { Handle } from "./task-handle.js";
import { noted } from "./write-journal.js";

/** What a wait takes. */
export const WAIT_OPTIONS: Rules<WaitOptions> = {
  signal: aSignal,
  timeout: aDurationOrNone,
  pollInterval: aDuration,
  onStatus: aFunction,
};

const DEFAULT_TIMEOUT = 30 * 60_000;
/** Milliseconds that a journal may take to tell how long earlier tasks took. */
const LONGEST_RECALL = 10_000;

/** One wait: what it was told to do, and what it has seen. Small, because there may be ten thousand. */
export interface Wait extends Listener {
  readonly task: Handle;
  readonly signal: AbortSignal | undefined;
  readonly pollInterval: number | undefined;
  readonly timeout: number;
  /** When its time is up, by the monotonic clock. */
  readonly until: number;
  last?: TaskStatus;
  /** The last query that failed in passing, and how many did so in a row. */
  fault?: unknown;
  faults: number;
}

/** @throws {ValidationError} for options that no wait can go by; it carries the task. */
function waitFor({ clock }: Engine, task: Handle, options: WaitOptions = {}): Wait {
  try {
    const { signal, timeout = DEFAULT_TIMEOUT, pollInterval } = assertOptions("A wait", options, WAIT_OPTIONS);
    return { task, signal, pollInterval, timeout, until: clock.monotonic() + timeout, faults: 0 };
  } catch (error) {
    throw ours(error, task);
  }
}

/** The statuses as they change, until the final one. */
export async function* statusesOf(
  engine: Engine,
  task: Handle,
  options?: WaitOptions,
): AsyncGenerator<TaskStatus, void> {
  const wait = waitFor(engine, task, options);
  try {
    for (;;) {
      const status = await nextStatus(engine, wait);
      yield status;
      if (status.state !== "running") return;
    }
  } finally {
    engine.news.leave(wait);
  }
}

/** What the task has made, once it has. */
export async function outcomeOf(engine: Engine, task: Handle, options?: WaitOptions): Promise<Video | ExpandedPrompt> {
  const wait = waitFor(engine, task, options);
  return next();

  // No async function: its frame would be kept as long as the wait, and there may be ten thousand of them.
  function next(): Promise<Video | ExpandedPrompt> {
    return nextStatus(engine, wait).then((status) => {
      if (options?.onStatus) shown(status, options.onStatus);
      if (status.state === "succeeded")
        return resultFrom(engine, task, status, wait.heardAt ?? engine.clock.monotonic());
      if (status.state === "failed") throw failure(task, status);
      return next();
    });
  }

  function shown(status: TaskStatus, onStatus: (status: TaskStatus) => void): void {
    try {
      callUser("onStatus", () => onStatus(status), { task });
    } catch (error) {
      engine.news.leave(wait);
      throw error;
    }
  }
}

function failure(task: VideoTask, { word, code, kind, reason }: TaskStatus & { state: "failed" }): TaskFailedError {
  const why = reason ? `: ${code ? `${code}, ` : ""}${reason}` : "; the service gives no reason";
  return new TaskFailedError(`Task ${task.id} failed (status ${word})${why}`, { task, operation: "wait", code, kind });
}

/**
 * The next status that is not the last one again, asked for or told. A query that fails in passing is forgotten, one that can
 * never succeed (wrong key, unknown task) ends it. Its pauses are idle: whoever waits keeps the process alive.
 */
async function nextStatus(engine: Engine, wait: Wait): Promise<TaskStatus> {
  const { clock, news, pace } = engine;
  const { task, signal } = wait;
  let goesOn = false;
  news.listen(wait);
  try {
    const recalling = wait.last ? undefined : pace.recall();
    if (recalling) await bounded(recalling, Math.min(LONGEST_RECALL, timeLeft(engine, wait)), signal);
    for (;;) {
      const left = timeLeft(engine, wait);
      const due = untilNext(engine, wait);
      await clock.pause(Math.min(due, left), signal, { idle: true, sleeper: wait });
      const told = toldBy(wait);
      // Whether its time is up was decided before the pause: no two clocks, nor timers, need agree on it.
      if (!told && left <= due) throw timedOut(wait);
      try {
        const { runningAt } = task.memory;
        if (!told) wait.heardAt = undefined;
        const status = told ?? (await asked(engine, wait));
        if (!status) continue;
        if (status.state !== "running") await ended(engine, wait, told ? clock.monotonic() : runningAt, status.state);
        const known = wait.last;
        wait.last = status;
        wait.faults = 0;
        if (status.state === known?.state && sameWord(status, known)) continue;
        goesOn = status.state === "running";
        return status;
      } catch (error) {
        if (signal?.aborted || !mayPass(error)) throw error;
        // A query that was cut by the end of its time says less than a refusal right before it.
        if (wait.faults === 0 || !isTimeout(error)) wait.fault = error;
        wait.faults++;
      }
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : ours(error, task);
  } finally {
    if (!goesOn) news.leave(wait);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof ConnectionError && error.cause instanceof Error && error.cause.name === "TimeoutError";
}

function timeLeft({ clock }: Engine, { until }: Wait): number {
  return Math.max(0, until - clock.monotonic());
}

/** Whatever a wait ends with carries its task. An error about another one comes from the caller's own `fetch`. */
function ours(error: unknown, task: VideoTask): MiniMaxError {
  if (error instanceof MiniMaxError && (error.taskId ?? task.id) === task.id)
    return withFacts(error, { task, taskId: task.id });
  const message = `The wait for task ${task.id} broke off. The task goes on at the service: wait for it again with task.wait()`;
  return new MiniMaxError(message, { task, operation: "wait", cause: redactedError(error, []) });
}

/** What somebody else has heard, once. */
function toldBy(wait: Wait): TaskStatus | undefined {
  const { news } = wait;
  wait.news = undefined;
  return news;
}

/** Asks when its turn comes; undefined when its time was up first, or when it was told something before there was an answer. */
function asked(engine: Engine, wait: Wait): Promise<TaskStatus | undefined> {
  const { task, signal } = wait;
  const query = () =>
    new Promise<TaskStatus | undefined>((resolve, reject) => {
      // That it still runs is no reason to give up what may say that it is over.
      wait.wake = () => wait.news?.state !== "running" && resolve(undefined);
      ask(engine, task, signal, timeLeft(engine, wait)).then(resolve, reject);
    });
  return engine.queries(query, signal, timeLeft(engine, wait), wait);
}

/** Queries and callbacks spell the same word differently. */
function sameWord(one: TaskStatus, other: TaskStatus): boolean {
  return one.word.toLowerCase() === other.word.toLowerCase();
}

/** Milliseconds; 0 for a task of which nothing is known yet, and after a refusal for the pace, which `queries` sees to. */
function untilNext({ clock, news, pace }: Engine, wait: Wait): number {
  const { task, pollInterval, last, fault, faults } = wait;
  if (wait.news) return 0;
  if (faults > 0) return isRateLimit(fault) ? 0 : (pollInterval ?? backoff(faults - 1, clock.random));
  const { runningAt } = task.memory;
  if (runningAt === undefined) return 0;
  if (pollInterval !== undefined) return last === undefined ? 0 : pollInterval;
  const bornAt = birthOf(task, clock) ?? runningAt;
  const isCalledBack = news.expected && task.memory.calledBack;
  const age = pace[isCalledBack ? "overdue" : "next"](task, runningAt - bornAt);
  // Spread a little: tasks that were made together shall not be asked together.
  return Math.max(0, bornAt + age - clock.monotonic()) * (0.97 + 0.06 * clock.random());
}

/** When a task was accepted, by the monotonic clock. A date of another process is translated once: the wall clock may be set later. */
function birthOf({ createdAt, memory }: Handle, clock: FullClock): number | undefined {
  if (createdAt !== undefined) memory.bornAt ??= clock.monotonic() - Math.max(0, clock.now() - createdAt);
  return memory.bornAt;
}

/** It ended somewhere between the last two answers. */
async function ended(
  engine: Engine,
  wait: Wait,
  runningAt: number | undefined,
  state: "succeeded" | "failed",
): Promise<void> {
  const { clock, pace } = engine;
  const { task, signal } = wait;
  const now = clock.monotonic();
  const bornAt = birthOf(task, clock);
  const known = runningAt !== undefined;
  if (known && bornAt !== undefined) pace.learn(task, runningAt - bornAt, now - bornAt);
  const at = known ? { at: Math.round(clock.now() - (now - runningAt) / 2) } : {};
  await noted(engine, (journal) => journal.ended(task.toJSON(), { state, ...at }), signal, timeLeft(engine, wait));
}

function timedOut({ task, timeout, fault }: Wait): WaitTimeoutError {
  const lately = fault instanceof MiniMaxError ? ` The last query that failed: ${fault.message}.` : "";
  const message = `Task ${task.id} was not finished after ${Math.round(timeout / 1000)} s.${lately} It goes on at the service: wait for it again with task.wait().`;
  return new WaitTimeoutError(message, { task, operation: "wait", ...(fault ? { cause: fault } : {}) });
}
