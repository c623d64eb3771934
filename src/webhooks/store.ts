import type { TaskStatus } from "../engine/status.js";
import { andThen, type MaybeLater } from "./later.js";
import { createHalves } from "./memory.js";

/**
 * Where it is kept what was delivered, for several processes to share: marks of tasks, which are short, hold no secret, and may
 * be forgotten after some days. With Redis and the key `minimax:${taskId}${mark}`: `EXISTS key`, `SET key 1 NX EX 604800`, `DEL key`.
 */
export interface WebhookStore {
  has(taskId: string, mark: string): MaybeLater<boolean>;
  /** In one step; false when the mark was there already: somebody else has that event. */
  put(taskId: string, mark: string): MaybeLater<boolean>;
  /** A delivery failed: whoever hears the same again shall try again. */
  remove(taskId: string, mark: string): MaybeLater<unknown>;
}

/** The marks of about ten thousand tasks; the oldest go first. For one process. */
export function memoryStore({ limit = 30_000 }: { limit?: number } = {}): WebhookStore {
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
  const { taskId, state, word } = status;
  // Claimed before looking ahead: of two processes, one at least sees the other.
  const claimed = store.put(taskId, markOf(status));
  if (state !== "running") return claimed;
  const own = EARLY.get(word.toLowerCase()) ?? MAKING;
  return andThen(claimed, (isNew) => isNew && isLatest(OVER));

  function isLatest(stage: number): MaybeLater<boolean> {
    if (stage === own) return andThen(store.put(taskId, stageMark(own)), () => true);
    return andThen(store.has(taskId, stageMark(stage)), (isLate) => !isLate && isLatest(stage - 1));
  }
}

/** The mark of an event: one end a task, and each word before that. */
export function markOf({ state, word }: TaskStatus): string {
  return state === "running" ? `:${word.toLowerCase().slice(0, 64)}` : stageMark(OVER);
}

/** No word's mark, whatever word may be called back. */
function stageMark(stage: number): string {
  return `#${stage}`;
}
