import { type TaskKind, taskFrom } from "../task.js";
import type { Engine } from "./engine.js";
import type { CallOptions } from "./files.js";
import type { Sleeper } from "./pause.js";
import { ask } from "./query.js";
import { afterRead, repeated } from "./send.js";
import type { TaskStatus } from "./status.js";

/** Who waits for a task, and may be told what it would else ask for. */
export interface Listener extends Sleeper {
  readonly task: { readonly id: string };
  /** What it was told and has not yet looked at. */
  news?: TaskStatus | undefined;
}

/** All who wait in this process, by the task that they wait for. */
export interface News {
  /** Whether callbacks come to this process: then a wait for a task that has one need not ask before it is overdue. */
  expected: boolean;
  listen(listener: Listener): void;
  leave(listener: Listener): void;
  tell(status: TaskStatus): void;
}

export function createNews(): News {
  const listeners = new Map<string, Listener[]>();
  return {
    expected: false,
    listen(listener) {
      const { id } = listener.task;
      const others = listeners.get(id);
      if (!others) listeners.set(id, [listener]);
      else if (!others.includes(listener)) others.push(listener);
    },
    leave(listener) {
      const { id } = listener.task;
      const left = listeners.get(id)?.filter((other) => other !== listener) ?? [];
      if (left.length > 0) listeners.set(id, left);
      else listeners.delete(id);
    },
    tell(status) {
      for (const listener of listeners.get(status.taskId) ?? []) {
        listener.news = status;
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

export async function heard(
  engine: Engine,
  news: TaskStatus,
  { kind = "video", confirm = true, signal }: HeardOptions = {},
): Promise<TaskStatus> {
  const status = confirm && news.state !== "running" ? await confirmed(engine, news.taskId, kind, signal) : news;
  engine.news.tell(status);
  return status;
}

function confirmed(engine: Engine, id: string, kind: TaskKind, signal: AbortSignal | undefined): Promise<TaskStatus> {
  const task = taskFrom(engine.connection, { id, kind });
  const query = () => engine.queries(() => ask(engine, task, signal), signal);
  return repeated(engine, { operation: "confirmation of a callback", signal }, afterRead(engine), query);
}
