import { MiniMaxError, TaskFailedError, WaitTimeoutError } from "../errors.js";
import type { Handle, VideoTask } from "../task.js";
import type { Engine } from "./engine.js";
import type { Listener } from "./heard.js";
import { noted } from "./noted.js";
import { backoff } from "./pause.js";
import { ask } from "./query.js";
import { isRateLimit, mayPass } from "./send.js";
import type { TaskStatus } from "./status.js";
import { type ExpandedPrompt, resultFrom, type Video } from "./video.js";

export interface WaitOptions {
  /** Ends the wait at once, also while it sleeps; the reason passes through untouched. The task goes on. */
  signal?: AbortSignal | undefined;
  /** Milliseconds before the wait ends with a `WaitTimeoutError`; bounds the request in flight as well. Default 30 minutes. */
  timeout?: number | undefined;
  /**
   * Milliseconds between queries, as a fixed pace. Default: few queries at first, most when tasks like this one usually end,
   * as this client has learned; and of a task with a `callback_url`, where `createWebhookHandler({ client })` listens, none
   * before its callback is overdue. Either way within `queriesPerMinute`, and a callback ends the pause.
   */
  pollInterval?: number | undefined;
  /** Called with the first status and at each change, unknown words included. */
  onStatus?: ((status: TaskStatus) => void) | undefined;
}

const DEFAULT_TIMEOUT = 30 * 60_000;

/** One wait: what it was told to do, and what it has seen. Small, because there may be ten thousand. */
export interface Wait extends Listener {
  readonly task: Handle;
  readonly signal: AbortSignal | undefined;
  readonly pollInterval: number | undefined;
  readonly timeout: number;
  /** When its time is up, milliseconds since 1970. */
  readonly until: number;
  last?: TaskStatus;
  /** The last query that failed in passing, and how many did so in a row. */
  fault?: unknown;
  faults: number;
}

function waitFor(
  { clock }: Engine,
  task: Handle,
  { signal, timeout = DEFAULT_TIMEOUT, pollInterval }: WaitOptions = {},
): Wait {
  return { task, signal, pollInterval, timeout, until: clock.now() + timeout, faults: 0 };
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
export function outcomeOf(engine: Engine, task: Handle, options?: WaitOptions): Promise<Video | ExpandedPrompt> {
  const wait = waitFor(engine, task, options);
  return next();

  // No async function: its frame would be kept as long as the wait, and there may be ten thousand of them.
  function next(): Promise<Video | ExpandedPrompt> {
    return nextStatus(engine, wait).then((status) => {
      if (options?.onStatus) shown(status, options.onStatus);
      if (status.state === "succeeded") return resultFrom(engine, task, status);
      if (status.state === "failed") throw failure(task, status);
      return next();
    });
  }

  function shown(status: TaskStatus, onStatus: (status: TaskStatus) => void): void {
    try {
      onStatus(status);
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
  const { task, signal, until } = wait;
  let goesOn = false;
  news.listen(wait);
  try {
    await pace.recall();
    for (;;) {
      const pause = Math.min(untilNext(engine, wait), until - clock.now());
      await clock.pause(pause, signal, { idle: true, sleeper: wait });
      const told = toldBy(wait);
      if (!told && clock.now() >= until) throw timedOut(wait);
      try {
        const { runningAt } = task;
        const status = told ?? (await asked(engine, wait));
        if (!status) continue;
        if (status.state !== "running") await ended(engine, task, told ? clock.now() : runningAt, status.state);
        const known = wait.last;
        wait.last = status;
        wait.faults = 0;
        if (status.state === known?.state && sameWord(status, known)) continue;
        goesOn = status.state === "running";
        return status;
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (clock.now() >= until) throw timedOut(wait);
        if (!mayPass(error)) throw error;
        wait.fault = error;
        wait.faults++;
      }
    }
  } finally {
    if (!goesOn) news.leave(wait);
  }
}

/** What somebody else has heard, once. */
function toldBy(wait: Wait): TaskStatus | undefined {
  const { news } = wait;
  wait.news = undefined;
  return news;
}

/** Asks when its turn comes; undefined when it was told something before there was an answer. */
function asked(engine: Engine, wait: Wait): Promise<TaskStatus | undefined> {
  const { task, signal, until } = wait;
  const left = () => until - engine.clock.now();
  const query = () =>
    new Promise<TaskStatus | undefined>((resolve, reject) => {
      // That it still runs is no reason to give up what may say that it is over.
      wait.wake = () => wait.news?.state !== "running" && resolve(undefined);
      ask(engine, task, signal, left()).then(resolve, reject);
    });
  return engine.queries(query, signal, left(), wait);
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
  if (task.runningAt === undefined) return 0;
  if (pollInterval !== undefined) return last === undefined ? 0 : pollInterval;
  const bornAt = task.createdAt ?? task.runningAt;
  const isCalledBack = news.expected && task.calledBack;
  const age = pace[isCalledBack ? "overdue" : "next"](task, task.runningAt - bornAt);
  // Spread a little: tasks that were made together shall not be asked together.
  return Math.max(0, bornAt + age - clock.now()) * (0.97 + 0.06 * clock.random());
}

/** It ended somewhere between the last two answers. */
async function ended(
  engine: Engine,
  task: VideoTask,
  runningAt: number | undefined,
  state: "succeeded" | "failed",
): Promise<void> {
  const now = engine.clock.now();
  const { createdAt } = task;
  const known = runningAt !== undefined;
  if (known && createdAt !== undefined) engine.pace.learn(task, runningAt - createdAt, now - createdAt);
  const at = known ? { at: Math.round((runningAt + now) / 2) } : {};
  await noted(engine, (journal) => journal.ended(task.toJSON(), { state, ...at }));
}

function timedOut({ task, timeout, fault }: Wait): WaitTimeoutError {
  const lately = fault instanceof MiniMaxError ? ` The last query that failed: ${fault.message}.` : "";
  const message = `Task ${task.id} was not finished after ${Math.round(timeout / 1000)} s.${lately} It goes on at the service: wait for it again with task.wait().`;
  return new WaitTimeoutError(message, { task, operation: "wait", ...(fault ? { cause: fault } : {}) });
}
