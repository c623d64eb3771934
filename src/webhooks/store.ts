import type { TaskStatus } from "../engine/status.js";
import { andThen, type MaybeLater } from "./later.js";
import { createMemory } from "./memory.js";

/**
 * Where it is kept what was delivered, for several processes to share. Keys are short, hold no secret, and may be forgotten
 * after some days. With Redis: `EXISTS key`, `SET key 1 NX EX 604800`, `DEL key`.
 */
export interface WebhookStore {
  has(key: string): MaybeLater<boolean>;
  /** In one step; false when the key was there already: somebody else has that event. */
  put(key: string): MaybeLater<boolean>;
  /** A delivery failed: whoever hears the same again shall try again. */
  remove(key: string): MaybeLater<unknown>;
}

/** The keys of about ten thousand tasks; the oldest go first. For one process. */
export function memoryStore({ limit = 30_000 }: { limit?: number } = {}): WebhookStore {
  const keys = createMemory<true>(limit);
  const has = (key: string) => keys.get(key) !== undefined;
  return {
    has,
    put(key) {
      if (has(key)) return false;
      keys.put(key, true);
      return true;
    },
    remove: (key) => keys.remove(key),
  };
}

/** How far a task has come. Words that nobody knows mean that it is being made. */
const EARLY = new Map([
  ["not_start", 0],
  ["submitted", 0],
  ["preparing", 0],
  ["queueing", 1],
  ["queued", 1],
]);
const MAKING = 2;
const OVER = 3;

/** Whether a status is news, and from now on nobody else's: not delivered before, and nothing later than it either. */
export function claim(store: WebhookStore, status: TaskStatus): MaybeLater<boolean> {
  if (status.state !== "running") return store.put(keyOf(status));
  const { taskId, word } = status;
  const own = EARLY.get(word.toLowerCase()) ?? MAKING;
  // Claimed before looking ahead: of two processes, one at least sees the other.
  return andThen(store.put(keyOf(status)), (isNew) => isNew && isLatest(OVER));

  function isLatest(stage: number): MaybeLater<boolean> {
    if (stage === own) return andThen(store.put(stageKey(taskId, own)), () => true);
    return andThen(store.has(stageKey(taskId, stage)), (isLate) => !isLate && isLatest(stage - 1));
  }
}

/** The key of an event: one end a task, and each word before that. */
export function keyOf({ taskId, state, word }: TaskStatus): string {
  return state === "running" ? `minimax:${taskId}:${word.toLowerCase().slice(0, 64)}` : stageKey(taskId, OVER);
}

function stageKey(taskId: string, stage: number): string {
  return `minimax:${taskId}#${stage}`;
}
