import { MiniMaxError, WaitTimeoutError } from "./errors.js";
import { noted } from "./journal.js";
import { backoff } from "./pause.js";
import { isRateLimit, mayPass } from "./send.js";
import type { TaskStatus } from "./status.js";
import type { VideoTask } from "./task.js";
import type { Connection } from "./transport.js";

export interface WaitOptions {
  /** Ends the wait at once, also while it sleeps; the reason passes through untouched. The task goes on. */
  signal?: AbortSignal | undefined;
  /** Milliseconds before the wait ends with a `WaitTimeoutError`; bounds the request in flight as well. Default 30 minutes. */
  timeout?: number | undefined;
  /**
   * Milliseconds between queries, as a fixed pace. Default: few queries at first, most when tasks like this one usually end,
   * as this client has learned. Either way within `queriesPerMinute`.
   */
  pollInterval?: number | undefined;
  /** Called with the first status and at each change, unknown words included. */
  onStatus?: ((status: TaskStatus) => void) | undefined;
}

const DEFAULT_TIMEOUT = 30 * 60_000;

/** A task as it is asked, and what of it decides when. */
export interface Asked {
  /** Asks once, for at most so many milliseconds. */
  ask(signal: AbortSignal | undefined, timeout: number): Promise<TaskStatus>;
  /** When it is known to have been still running, milliseconds since 1970; later after each such answer. */
  readonly runningAt: number | undefined;
}

/** One wait: what it was told to do, and what it has seen. Small, because there may be ten thousand. */
export interface Wait {
  readonly task: VideoTask;
  readonly asked: Asked;
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

export function waitFor(
  { clock }: Connection,
  task: VideoTask,
  asked: Asked,
  { signal, timeout = DEFAULT_TIMEOUT, pollInterval }: WaitOptions = {},
): Wait {
  return { task, asked, signal, pollInterval, timeout, until: clock.now() + timeout, faults: 0 };
}

/**
 * The next status that is not the last one again. A query that fails in passing is forgotten, one that can never succeed
 * (wrong key, unknown task) ends it. Its pauses are idle: whoever waits keeps the process alive.
 */
export async function nextStatus(connection: Connection, wait: Wait): Promise<TaskStatus> {
  const { clock, queries, pace } = connection;
  const { asked, signal, until } = wait;
  await pace.recall();
  for (;;) {
    await clock.pause(Math.min(untilNext(connection, wait), until - clock.now()), signal, { idle: true });
    if (clock.now() >= until) throw timedOut(wait);
    try {
      const left = until - clock.now();
      const { runningAt } = asked;
      const status = await queries(() => asked.ask(signal, until - clock.now()), signal, left);
      if (status.state !== "running") await ended(connection, wait.task, runningAt, status.state);
      const known = wait.last;
      wait.last = status;
      wait.faults = 0;
      if (status.state !== known?.state || status.word !== known.word) return status;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (clock.now() >= until) throw timedOut(wait);
      if (!mayPass(error)) throw error;
      wait.fault = error;
      wait.faults++;
    }
  }
}

/** Milliseconds; 0 for a task of which nothing is known yet, and after a refusal for the pace, which `queries` sees to. */
function untilNext({ clock, pace }: Connection, { task, asked, pollInterval, last, fault, faults }: Wait): number {
  if (faults > 0) return isRateLimit(fault) ? 0 : (pollInterval ?? backoff(faults - 1, clock.random));
  if (asked.runningAt === undefined) return 0;
  if (pollInterval !== undefined) return last === undefined ? 0 : pollInterval;
  const bornAt = task.createdAt ?? asked.runningAt;
  const age = pace.next(task, asked.runningAt - bornAt);
  // Spread a little: tasks that were made together shall not be asked together.
  return Math.max(0, bornAt + age - clock.now()) * (0.97 + 0.06 * clock.random());
}

/** It ended somewhere between the last two answers. */
async function ended(
  connection: Connection,
  task: VideoTask,
  runningAt: number | undefined,
  state: "succeeded" | "failed",
): Promise<void> {
  const now = connection.clock.now();
  const { createdAt } = task;
  const known = runningAt !== undefined;
  if (known && createdAt !== undefined) connection.pace.learn(task, runningAt - createdAt, now - createdAt);
  const at = known ? { at: Math.round((runningAt + now) / 2) } : {};
  await noted(connection, (journal) => journal.ended(task.toJSON(), { state, ...at }));
}

function timedOut({ task, timeout, fault }: Wait): WaitTimeoutError {
  const lately = fault instanceof MiniMaxError ? ` The last query that failed: ${fault.message}.` : "";
  const message = `Task ${task.id} was not finished after ${Math.round(timeout / 1000)} s.${lately} It goes on at the service: wait for it again with task.wait().`;
  return new WaitTimeoutError(message, { task, operation: "wait", ...(fault ? { cause: fault } : {}) });
}
