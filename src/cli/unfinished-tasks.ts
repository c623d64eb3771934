import type { TaskRecord } from "../base/task.js";
import type { Listed } from "../node/index.js";
import { isListed } from "../tasks/open.js";
import type { Reconciled } from "../tasks/reconcile.js";
import type { Values } from "./command-options.js";
import { Interrupted, UsageError } from "./exit-codes.js";
import { messageOf } from "./format-text.js";
import { timeText } from "./journal-entries.js";
import { plain } from "./progress.js";
import { pathOf, type Target, targetFrom } from "./save-target.js";
import { commandFor, type Session, type SessionValues } from "./session.js";

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

/** What was heard about creates of which nobody knew what became, by the ids of their entries. */
export type Looked = ReadonlyMap<string, Reconciled>;

/**
 * Looks for the tasks of creates whose reply was lost, where the service lists any, and says what it found. The journal then has
 * what was found. Nothing is asked without a key.
 */
export async function lookFor(unknown: readonly Listed[], values: SessionValues, session: Session): Promise<Looked> {
  const looked = new Map<string, Reconciled>();
  const { io, minimax, progress } = session;
  if (!io.env.MINIMAX_API_KEY?.trim()) return looked;
  for (const entry of unknown) {
    if (entry.state === "unreadable" || !isListed(entry.kind)) continue;
    progress.say(`Looking for the task of the create of ${timeText(entry.submittedAt)}.`);
    try {
      const reconciled = await minimax.videos.reconcile(entry, { signal: io.signal });
      looked.set(entry.id, reconciled);
      progress.say(lineOf(entry.id, reconciled, values));
    } catch (error) {
      if (io.signal.aborted) throw new Interrupted("Stopped. Nothing was changed.", { cause: error });
      progress.say(`It could not be looked for. ${plain(messageOf(error))}`);
    }
  }
  return looked;
}

function lineOf(id: string, reconciled: Reconciled, values: SessionValues): string {
  if (reconciled.outcome === "found") return `It is task ${plain(reconciled.task.id)}.`;
  const forget = `\n  ${commandFor(["tasks", "--forget", id], { journal: values.journal })}`;
  if (reconciled.outcome === "none")
    return `The service lists no task that fits: as far as that tells, none was made. Take it off the list with:${forget}`;
  const ids = reconciled.tasks.map((task) => plain(task.id)).join(", ");
  return `Several tasks fit, and nothing tells them apart: ${ids}. Once it is clear, take it off the list with:${forget}`;
}
