import { bounded } from "../base/deadline.js";
import {
  ApiError,
  ConnectionError,
  callUser,
  MiniMaxError,
  sentence,
  TaskFailedError,
  WaitTimeoutError,
  withFacts,
} from "../base/errors.js";
import { aDuration, aDurationOrNone, aFunction, aSignal, assertOptions, type Rules } from "../base/options.js";
import { defined } from "../base/record.js";
import type { PromptTask, Succeeded, TaskStatus, WaitOptions } from "../base/task.js";
import { writeJournal } from "../base/write-journal.js";
import { videoFrom } from "../download/video-result.js";
import { redactedError } from "../http/redact.js";
import { backoff, isLate, isRateLimit, isTransient } from "../http/retry.js";
import { isVideoTask } from "../kinds/kinds.js";
import type { Listener } from "./callback-inbox.js";
import type { Context, Handle, Result } from "./context.js";
import { birthOf, queryOnce } from "./query-task.js";

export const WAIT_OPTIONS: Rules<WaitOptions> = {
  signal: aSignal,
  timeout: aDurationOrNone,
  pollInterval: aDuration,
  onStatus: aFunction,
};

const DEFAULT_TIMEOUT = 30 * 60_000;
/** Milliseconds that a journal may take to report how long earlier tasks took. */
const LONGEST_RECALL = 10_000;

/** The state of one wait: its options, and what it has seen. Kept small, because there may be ten thousand waits. */
export interface Wait extends Listener, Readonly<WaitOptions> {
  readonly task: Handle;
  readonly timeout: number;
  /** When the time is up, by the monotonic clock. */
  readonly until: number;
  last?: TaskStatus;
  /** The last transient failure; `faults` counts those in a row. */
  fault?: unknown;
  faults: number;
  /** When to stop querying a task that has succeeded without a result. */
  hollowUntil?: number;
}

/** Milliseconds by which a timer may be early on a busy machine. */
const EARLY = 50;
/** Milliseconds that the service may take to name the result after a task has succeeded. */
const FILLING = 60_000;

function isHollow(task: Handle, status: TaskStatus): boolean {
  if (status.state !== "succeeded") return false;
  return isVideoTask(task) ? (status.fileId ?? status.url) === undefined : status.prompt === undefined;
}

function nothingIn(context: Context, task: Handle): ApiError {
  const server = context.server.baseUrl;
  const what = isVideoTask(task) ? "video" : "prompt";
  const message = `Task ${task.id} succeeded, but the reply of ${server} has no ${what}; wait for it again`;
  return new ApiError(message, { kind: "unknown", retryable: true, status: 200, operation: "wait", server, task });
}

/** @throws {ValidationError} with the task if an option is invalid. */
function beginWait({ clock }: Context, task: Handle, options?: WaitOptions): Wait {
  try {
    const { timeout = DEFAULT_TIMEOUT, ...rest } = assertOptions("A wait", options, WAIT_OPTIONS);
    return { ...rest, task, timeout, until: clock.monotonic() + timeout, faults: 0 };
  } catch (error) {
    throw withTask(error, task);
  }
}

export async function* watchTask(context: Context, task: Handle, options?: WaitOptions): AsyncIterable<TaskStatus> {
  yield* statusesOf(context, beginWait(context, task, options));
}

export async function waitForTask(context: Context, task: Handle, options?: WaitOptions): Promise<Result> {
  const wait = beginWait(context, task, options);
  for await (const status of statusesOf(context, wait)) callUser("onStatus", () => wait.onStatus?.(status), { task });
  const end = wait.last as Exclude<TaskStatus, { state: "running" }>; // the last status is final
  if (end.state === "failed") throw failureOf(task, end);
  return resultOf(context, wait, end);
}

function resultOf(context: Context, wait: Wait, status: Succeeded): Result {
  const { task, receivedAt = context.clock.monotonic() } = wait;
  if (isVideoTask(task)) return videoFrom(context, task, status, receivedAt);
  const { taskId, prompt, usage } = status;
  if (prompt !== undefined) return defined({ taskId, prompt, usage, task: task as PromptTask });
  // The task is charged, and a later reply may contain it.
  throw nothingIn(context, task);
}

function failureOf(task: Handle, { word, code, kind, reason }: TaskStatus & { state: "failed" }): TaskFailedError {
  const why = reason ? `: ${code ? `${code}, ` : ""}${reason}` : "; the service gives no reason";
  const fate = /^cancelled$/i.test(word) ? "was cancelled; it is not charged" : `failed (status ${word})${why}`;
  return new TaskFailedError(`Task ${task.id} ${fate}`, { task, operation: "wait", code, kind });
}

/** Yields each status that differs from the last one, up to the final one. Only a lasting failure ends the wait earlier. */
async function* statusesOf(context: Context, wait: Wait): AsyncGenerator<TaskStatus, void> {
  const { clock, inbox, schedule } = context;
  const { task, signal } = wait;
  inbox.listen(wait);
  try {
    const recalling = schedule.recall?.();
    if (recalling) await bounded(recalling, Math.min(LONGEST_RECALL, timeLeft(context, wait)), signal);
    for (;;) {
      const left = timeLeft(context, wait);
      const due = untilNextQuery(context, wait);
      await clock.pause(Math.min(due, left), signal, { sleeper: wait });
      // Decided before the pause, so that it does not depend on two clocks or timers agreeing.
      if (!wait.received && left <= due) throw timedOut(wait);
      const status = await nextStatus(context, wait);
      if (status) yield status;
      if (status && status.state !== "running") return;
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : withTask(error, task);
  } finally {
    inbox.leave(wait);
  }
}

/** Resolves with the status that was received, else queried. Undefined if it is known, and after a transient failure. */
async function nextStatus(context: Context, wait: Wait): Promise<TaskStatus | undefined> {
  const { clock } = context;
  const { task, signal, received, last: known } = wait;
  const { runningAt } = task.memory;
  wait.received = undefined;
  try {
    if (!received) wait.receivedAt = undefined;
    const status = received ?? (await queryInTurn(context, wait));
    if (!status) return undefined;
    if (isHollow(task, status)) {
      wait.hollowUntil ??= clock.monotonic() + FILLING;
      if (clock.monotonic() < wait.hollowUntil) throw nothingIn(context, task);
    }
    if (status.state !== "running")
      await recordEnd(context, wait, received ? clock.monotonic() : runningAt, status.state);
    wait.last = status;
    wait.faults = 0;
    // Queries and callbacks spell the same status differently.
    const isKnown = status.state === known?.state && status.word.toLowerCase() === known.word.toLowerCase();
    return isKnown ? undefined : status;
  } catch (error) {
    if (signal?.aborted || !isTransient(error)) throw error;
    // A query that timed out must not hide an earlier refusal. If the end of the wait cut it off, perhaps early, it says nothing.
    if (!isLate(error) || (wait.faults === 0 && timeLeft(context, wait) > EARLY)) wait.fault = error;
    wait.faults++;
    if (error instanceof ConnectionError) context.logger?.debug("no answer; trying again", { reason: error.message });
    return undefined;
  }
}

const timeLeft = ({ clock }: Context, { until }: Wait) => Math.max(0, until - clock.monotonic());

/** Adds the task to an error of its wait. Wraps errors about another task, which come from the caller's own `fetch`. */
function withTask(error: unknown, task: Handle): MiniMaxError {
  if (error instanceof MiniMaxError && (error.taskId ?? task.id) === task.id)
    return withFacts(error, { task, taskId: task.id });
  const message = `The wait for task ${task.id} broke off, but the task continues: wait for it again with task.wait()`;
  return new MiniMaxError(message, { task, operation: "wait", cause: redactedError(error, []) });
}

/** Queries the task when it is its turn. Resolves with undefined if the time is up first, or if a callback arrives first. */
function queryInTurn(context: Context, wait: Wait): Promise<TaskStatus | undefined> {
  const { task, signal } = wait;
  const query = () =>
    new Promise<TaskStatus | undefined>((resolve, reject) => {
      // A callback that says "running" does not end the query, because its reply may say more.
      wait.wake = () => wait.received?.state !== "running" && resolve(undefined);
      queryOnce(context, task, signal, timeLeft(context, wait)).then(resolve, reject);
    });
  return context.queries(query, signal, timeLeft(context, wait), wait);
}

/** Milliseconds. 0 if nothing is known about the task yet, and after a rate-limit refusal, for which `queries` waits. */
function untilNextQuery(context: Context, wait: Wait): number {
  const { task, pollInterval, last, fault, faults } = wait;
  if (wait.received) return 0;
  if (faults > 0) return isRateLimit(fault) ? 0 : (pollInterval ?? backoff(faults - 1, context.clock.random));
  if (task.memory.runningAt === undefined) return 0;
  if (pollInterval !== undefined) return last === undefined ? 0 : pollInterval;
  return untilNextLook(context, task);
}

/** Milliseconds until a query of a task is worthwhile. */
export function untilNextLook({ clock, inbox, schedule }: Context, task: Handle): number {
  const { runningAt, calledBack } = task.memory;
  if (runningAt === undefined) return 0;
  const bornAt = birthOf(task, clock) ?? runningAt;
  const isCalled = inbox.isExpecting && calledBack && !inbox.announced.get(task.id);
  const age = schedule[isCalled ? "overdue" : "next"](task, runningAt - bornAt);
  // Add jitter, so that tasks that were created together are not queried together.
  return Math.max(0, bornAt + age - clock.monotonic()) * (0.97 + 0.06 * clock.random());
}

/** Tells the schedule and the journal that the task ended, somewhere between the last two replies. */
async function recordEnd(context: Context, wait: Wait, runningAt: number | undefined, state: "succeeded" | "failed") {
  const { clock, schedule } = context;
  const { task, signal } = wait;
  const now = clock.monotonic();
  const bornAt = birthOf(task, clock);
  if (runningAt !== undefined && bornAt !== undefined) schedule.learn(task, runningAt - bornAt, now - bornAt);
  const at = runningAt === undefined ? undefined : Math.round(clock.now() - (now - runningAt) / 2);
  const end = defined({ state, at });
  await writeJournal(context, (journal) => journal.ended(task.toJSON(), end), signal, timeLeft(context, wait));
}

function timedOut({ task, timeout, fault }: Wait): WaitTimeoutError {
  const lately = fault instanceof MiniMaxError ? ` The last failed query: ${sentence(fault.message)}` : "";
  const message = `Task ${task.id} did not finish within ${timeout < 1000 ? `${timeout} milliseconds` : `${Math.round(timeout / 100) / 10} s`}.${lately} The task continues: wait for it again with task.wait().`;
  return new WaitTimeoutError(message, { task, operation: "wait", cause: fault });
}
