import type { Sleeper } from "../base/clock.js";
import { aBoolean, assertOptions, oneOf, type Rules } from "../base/options.js";
import type { TaskStatus } from "../base/task.js";
import { type CallOptions, KINDS, type TaskKind } from "../base/task.js";
import { CALL_OPTIONS } from "../files/retrieve-file.js";
import { afterRead, repeated } from "../http/retry.js";
import type { Engine } from "./engine.js";
import { ask } from "./query-task.js";
import { taskFrom } from "./task-handle.js";

/** A pending wait, which can be handed a status instead of polling. */
export interface Listener extends Sleeper {
  readonly task: { readonly id: string };
  /** What it was told and has not yet looked at. */
  news?: TaskStatus | undefined;
  /** When that was heard, by the monotonic clock. */
  heardAt?: number | undefined;
}

/** The pending waits of this process by their tasks, and what was heard of tasks that nobody waits for yet. */
export interface News {
  /** Whether callbacks come to this process: then a wait for a task that has one need not ask before it is overdue. */
  expected: boolean;
  /** From now on the listener is told what is heard; at once what was heard before. */
  listen(listener: Listener): void;
  leave(listener: Listener): void;
  tell(status: TaskStatus): void;
}

/** Tasks of which the last status is kept for a wait that begins later; the oldest go first. */
const KEPT = 10_000;

/** `now`: the monotonic clock. */
export function createNews(now: () => number): News {
  const listeners = new Map<string, Listener[]>();
  const kept = new Map<string, { status: TaskStatus; at: number }>();

  function keep(status: TaskStatus, at: number): void {
    const { taskId, state } = status;
    const known = kept.get(taskId)?.status;
    // Callbacks may come in any order: nothing follows an end.
    if (known && known.state !== "running" && state === "running") return;
    kept.delete(taskId);
    kept.set(taskId, { status, at });
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT) return;
      kept.delete(oldest);
    }
  }

  return {
    expected: false,
    listen(listener) {
      const { id } = listener.task;
      const others = listeners.get(id);
      if (others?.includes(listener)) return;
      if (others) others.push(listener);
      else listeners.set(id, [listener]);
      const known = kept.get(id);
      if (known) Object.assign(listener, { news: known.status, heardAt: known.at });
    },
    leave(listener) {
      const { id } = listener.task;
      const left = listeners.get(id)?.filter((other) => other !== listener) ?? [];
      if (left.length > 0) listeners.set(id, left);
      else listeners.delete(id);
    },
    tell(status) {
      const heardAt = now();
      keep(status, heardAt);
      for (const listener of listeners.get(status.taskId) ?? []) {
        Object.assign(listener, { news: status, heardAt });
        listener.wake?.();
      }
    },
  };
}

export interface HeardOptions extends CallOptions {
  /** Which create made the task. Default "video". */
  kind?: TaskKind | undefined;
  /** Whether an end is believed only once a query says so as well. Default true. */
  confirm?: boolean | undefined;
}

/** `minimax.callbacks`: where a receiver tells what came in. `createWebhookHandler({ client })` does. */
export interface Callbacks {
  /** Says that callbacks come to this process: its waits for tasks with a `callback_url` then ask only when one is overdue. */
  expect(): Promise<void>;
  /**
   * Where a task stands by what was heard, as its waits in this process learn it at once. An end is confirmed by a query
   * first, within `queriesPerMinute`; what the query says is what counts.
   * @throws {ApiError, ConnectionError} when the query fails for good.
   */
  heard(news: TaskStatus, options?: HeardOptions): Promise<TaskStatus>;
}

const HEARD_OPTIONS: Rules<HeardOptions> = { ...CALL_OPTIONS, kind: oneOf(KINDS), confirm: aBoolean };

export async function heard(engine: Engine, news: TaskStatus, options: HeardOptions = {}): Promise<TaskStatus> {
  assertOptions("callbacks.heard", options, HEARD_OPTIONS);
  const { kind = "video", confirm = true, signal } = options;
  const status = confirm && news.state !== "running" ? await confirmed(engine, news.taskId, kind, signal) : news;
  engine.news.tell(status);
  return status;
}

function confirmed(engine: Engine, id: string, kind: TaskKind, signal: AbortSignal | undefined): Promise<TaskStatus> {
  const task = taskFrom(engine.connection, { id, kind });
  const query = () => engine.queries(() => ask(engine, task, signal), signal);
  return repeated(engine, { operation: "confirmation of a callback", signal }, afterRead(engine), query);
}
