import { createMemory } from "../base/bounded-memory.js";
import type { Sleeper } from "../base/clock.js";
import type { TaskStatus } from "../base/task.js";

/** A pending wait that can be handed a status instead of polling. */
export interface Listener extends Sleeper {
  readonly task: { readonly id: string };
  /** A status that was received and not yet read. */
  received?: TaskStatus | undefined;
  /** When it was received, by the monotonic clock. */
  receivedAt?: number | undefined;
}

export type CallbackInbox = ReturnType<typeof createCallbackInbox>;

/** For how many tasks the last status is kept, for waits that begin later. The oldest are dropped first. */
const KEPT = 10_000;

/** Passes statuses from callbacks to the waits of this process, and keeps them for later ones. `now`: the monotonic clock. */
export function createCallbackInbox(now: () => number) {
  const listeners = new Set<Listener>();
  const kept = createMemory<{ received: TaskStatus; receivedAt: number }>(KEPT);
  const tasks = createMemory<Set<string>>(KEPT);

  return {
    /** Whether callbacks reach this process. If so, a wait for a task with a `callback_url` polls only once it is overdue. */
    isExpecting: false,
    /** Tasks whose end a callback has announced. If it was not confirmed, no other callback may come. */
    announced: createMemory<true>(KEPT),
    /** Hands the listener every status from now on, starting with the last one that was received. */
    listen(listener: Listener): void {
      listeners.add(listener);
      Object.assign(listener, kept.get(listener.task.id));
    },
    leave: (listener: Listener) => listeners.delete(listener),
    /** The tasks named by callbacks to this URL. */
    tasksOf: (callback: string): ReadonlySet<string> => tasks.get(callback) ?? new Set(),
    /** `callback`: the id of the URL that was called. */
    deliver(status: TaskStatus, callback?: string): void {
      const { taskId, state } = status;
      const news = { received: status, receivedAt: now() };
      if (callback !== undefined) tasks.put(callback, (tasks.get(callback) ?? new Set()).add(taskId));
      const { received: known = status } = kept.get(taskId) ?? {};
      // Callbacks may arrive in any order, and nothing follows a final status.
      if (known.state === "running" || state !== "running") kept.put(taskId, news);
      for (const listener of listeners) {
        if (listener.task.id !== taskId) continue;
        Object.assign(listener, news);
        listener.wake?.();
      }
    },
  };
}
