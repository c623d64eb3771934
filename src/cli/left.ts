import type { TaskRecord } from "../base/task.js";
import type { Listed } from "../node/index.js";
import { UsageError } from "./exit.js";
import type { Values } from "./options.js";
import { pathOf, type Target, targetFrom } from "./target.js";

/** An entry with a task whose video is not saved. */
export type Open = Exclude<Listed, { state: "unreadable" }> & { task: TaskRecord };

export interface Left {
  /** At the chosen server: tasks to go on with, and creates of which nobody knows. */
  open: Open[];
  unknown: Listed[];
  /** Tasks at other servers. */
  elsewhere: Open[];
  /** Of those that were asked for by id: where nothing is left to do. */
  over: Listed[];
}

/** What a journal leaves to be done, of all tasks or of those with these ids. @throws {UsageError} for an id it does not know. */
export function leftIn(entries: readonly Listed[], ids: readonly string[], server: string): Left {
  const chosen = ids.flatMap((id) => {
    const found = entries.filter((entry) => "task" in entry && entry.task?.id === id);
    if (found.length > 0) return found;
    throw new UsageError(`${id} is not in the journal. A task of any origin: minimax-video task ${id}`);
  });
  const all = ids.length > 0 ? chosen : entries;
  const open = all.filter(isOpen);
  return {
    open: open.filter((entry) => entry.server === server),
    unknown: all.filter((entry) => entry.state === "unknown" && entry.server === server),
    elsewhere: open.filter((entry) => entry.server !== server),
    over: chosen.filter((entry) => !isOpen(entry)),
  };
}

export function isOpen(entry: Listed): entry is Open {
  return entry.state === "accepted" || entry.state === "succeeded";
}

/** A task and the place of its video. */
export interface Wanted {
  record: TaskRecord;
  target: Target;
  path: string;
  /** An older task whose video goes to the same place. */
  before?: string;
}

/** Where each video goes: to --out, else where its create wanted it, else to out/. @throws {UsageError} for one file for several. */
export async function wantedBy(open: readonly Open[], { out, force }: Values<"resume">): Promise<Wanted[]> {
  const taken = new Map<string, string>();
  const all: Wanted[] = [];
  for (const { task: record, target: wanted } of open) {
    const target = await targetFrom(out ?? wanted?.path, force ?? (out === undefined && wanted?.force));
    if (out !== undefined && target.name !== undefined && open.length > 1)
      throw new UsageError(`--out names one file, and ${open.length} tasks are left: a folder ends in a slash`);
    const path = pathOf(target, record.id);
    const before = taken.get(path);
    taken.set(path, before ?? record.id);
    all.push({ record, target, path, ...(before === undefined ? {} : { before }) });
  }
  return all;
}
