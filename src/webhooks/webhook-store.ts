import { aWholeNumber } from "../base/options.js";
import { assertWebhookOptions } from "./webhook-url.js";

/**
 * Remembers deliveries for all processes that share it. It holds marks of tasks: short texts without secrets, which may expire
 * after a few days. With Redis and the key `minimax:${taskId}${mark}`:
 *
 * - `has`: `EXISTS key`, true for 1
 * - `put`: `SET key 1 NX EX 604800`, true for OK
 * - `remove`: `DEL key`
 *
 * Before a process calls `onStatus`, it claims the status with a mark, which it renews meanwhile; once `onStatus` has succeeded, a
 * mark says so. In between, other processes answer with 503. If the process dies, one of them can take over two to four minutes
 * later. The clocks must agree within half a minute.
 */
export interface WebhookStore {
  /** Returns whether a mark of the task exists. */
  has(taskId: string, mark: string): boolean | Promise<boolean>;
  /** Adds a mark in one atomic step. Returns false if the mark already exists. */
  put(taskId: string, mark: string): boolean | Promise<boolean>;
  /** Removes a claim after a failed delivery. */
  remove(taskId: string, mark: string): unknown;
}

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** The maximum number of marks. The oldest are dropped first. Default 60,000, enough for about ten thousand tasks. */
  limit?: number | undefined;
}

/**
 * Creates a store for one process.
 * @throws {WebhookError} if the limit is not a whole number above 0.
 */
export function memoryStore(options: MemoryStoreOptions = {}): WebhookStore {
  assertWebhookOptions("memoryStore", options, { limit: aWholeNumber(1) });
  const { limit = 60_000 } = options;
  const marks = new Set<string>();
  // Reused, because a new iterator would step over every deleted mark again.
  const oldest = marks.values();
  // No id contains a line break.
  const keyOf = (taskId: string, mark: string) => `${taskId}\n${mark}`;
  return {
    has: (taskId, mark) => marks.has(keyOf(taskId, mark)),
    put(taskId, mark) {
      const { size } = marks;
      if (marks.add(keyOf(taskId, mark)).size === size) return false;
      if (size === limit) marks.delete(oldest.next().value as string); // not empty
      return true;
    },
    remove: (taskId, mark) => marks.delete(keyOf(taskId, mark)),
  };
}
