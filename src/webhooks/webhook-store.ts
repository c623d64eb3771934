import { aWholeNumber } from "../base/options.js";
import { createHalves } from "./bounded-memory.js";
import { assertWebhookOptions } from "./webhook-options.js";

/**
 * Remembers what has been delivered, for all processes that share it. It holds marks of tasks: short texts without secrets,
 * which may be forgotten after some days. With Redis and the key `minimax:${taskId}${mark}`:
 *
 * - `has`: `EXISTS key`, true for 1
 * - `put`: `SET key 1 NX EX 604800`, true for OK
 * - `remove`: `DEL key`
 *
 * Before a process calls `onStatus`, it puts a mark that claims the status; once `onStatus` has succeeded, another one that says
 * so. What is claimed and not delivered is answered 503. A process renews the claim while `onStatus` works. If it dies, one
 * other process can take the status over two to four minutes later. Their clocks must agree within half a minute.
 */
export interface WebhookStore {
  has(taskId: string, mark: string): boolean | Promise<boolean>;
  /** Adds a mark in one atomic step. False if the mark was already there. */
  put(taskId: string, mark: string): boolean | Promise<boolean>;
  /** Takes back a claim, after a delivery that failed. */
  remove(taskId: string, mark: string): unknown;
}

export interface MemoryStoreOptions {
  /** Marks at most; the oldest go first. Default 60,000, which is about ten thousand tasks. */
  limit?: number | undefined;
}

/**
 * A store for one process.
 * @throws {WebhookError} if the limit is not a whole number above 0.
 */
export function memoryStore(options: MemoryStoreOptions = {}): WebhookStore {
  assertWebhookOptions("memoryStore", options, { limit: aWholeNumber(1) });
  const { limit = 60_000 } = options;
  const tasks = createHalves(limit, () => new Map<string, Set<string>>());
  const has = (taskId: string, mark: string) =>
    tasks.young.get(taskId)?.has(mark) || tasks.old.get(taskId)?.has(mark) || false;
  return {
    has,
    put(taskId, mark) {
      if (has(taskId, mark)) return false;
      tasks.grow();
      const marks = tasks.young.get(taskId);
      if (marks) marks.add(mark);
      else tasks.young.set(taskId, new Set([mark]));
      return true;
    },
    remove(taskId, mark) {
      tasks.young.get(taskId)?.delete(mark);
      tasks.old.get(taskId)?.delete(mark);
    },
  };
}
