import type { TaskRecord } from "../base/task.js";
import type { Found, Store } from "./journal-store.js";

type TaskName = Pick<TaskRecord, "server" | "id">;

/** Which entry has which task, as far as this process has seen. */
export interface Finder {
  note(found: Pick<Found, "id" | "entry">): void;
  /** The id of a task's entry. One that was forgotten meanwhile may be named, and may be another's by now. */
  idOf(task: TaskName): Promise<string | undefined>;
}

/** Reads of a store what it has not seen yet, so that of many tasks from elsewhere only the first one costs a long look. */
export function finderIn(store: Store): Finder {
  const entries = new Map<string, string>();
  const seen = new Set<string>();

  function note({ id, entry }: Pick<Found, "id" | "entry">): void {
    if (!entry?.task) return;
    entries.set(nameOf(entry.task), id);
    seen.add(id);
  }

  return {
    note,
    async idOf(task) {
      // What had a task when it was read has no other one later.
      if (!entries.has(nameOf(task))) for (const found of await store.readAll((id) => seen.has(id))) note(found);
      return entries.get(nameOf(task));
    },
  };
}

function nameOf({ server, id }: TaskName): string {
  return `${id} ${server}`;
}
