import type { TaskRecord } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";
import type { Listed } from "../node/index.js";
import type { Reconciled } from "../tasks/reconcile.js";
import { Interrupted, UsageError } from "./exit-codes.js";
import { messageOf, timeText } from "./format-text.js";
import { plain } from "./io.js";
import { isUnknown, type Readable, recordIn } from "./journal.js";
import { commandFor, type Session, type SessionValues } from "./session.js";

/** An entry with a task whose video is not saved yet. */
export type Open = Readable & { task: TaskRecord };

export interface UnfinishedTasks {
  /** At the chosen server: tasks to continue with, and requests whose outcome is unknown. */
  open: Open[];
  unknown: Readable[];
  /** Tasks at other servers. */
  elsewhere: Open[];
  /** Tasks chosen by id that need nothing more. */
  over: Listed[];
}

/** The unfinished tasks of a journal, all or those with these ids. @throws {UsageError} for an unknown id. */
export function unfinishedIn(entries: readonly Listed[], ids: readonly string[], server: string): UnfinishedTasks {
  const chosen = ids.flatMap((id) => {
    const found = entries.filter((entry) => recordIn(entry)?.id === id);
    if (found.length > 0) return found;
    throw new UsageError(`${id} is not in the journal. For a task from elsewhere, use: minimax-video task ${id}`);
  });
  const all = ids.length > 0 ? chosen : entries;
  const open = all.filter(isOpen);
  return {
    open: open.filter((entry) => entry.server === server),
    unknown: all.filter(isUnknown).filter((entry) => entry.server === server),
    elsewhere: open.filter((entry) => entry.server !== server),
    over: chosen.filter((entry) => !isOpen(entry)),
  };
}

export function isOpen(entry: Listed): entry is Open {
  return entry.state === "accepted" || entry.state === "succeeded";
}

/** Search results for requests whose outcome was unknown, by the ids of their entries. */
export type Findings = ReadonlyMap<string, Reconciled>;

/**
 * Searches the service for the tasks of requests whose reply was lost, reports what it finds and records it in the journal.
 * Sends nothing without an API key.
 */
export async function findLostTasks(
  unknown: readonly Readable[],
  values: SessionValues,
  { io, minimax, progress }: Session,
): Promise<Findings> {
  const findings = new Map<string, Reconciled>();
  if (!io.env.MINIMAX_API_KEY?.trim()) return findings;
  for (const entry of unknown.filter(({ kind }) => kinds[kind].isListed)) {
    progress.say(`Looking for the task of the request sent at ${timeText(entry.submittedAt)}.`);
    try {
      const reconciled = await minimax.videos.reconcile(entry, { signal: io.signal });
      findings.set(entry.id, reconciled);
      progress.say(findingText(entry.id, reconciled, values));
    } catch (error) {
      if (io.signal.aborted) throw new Interrupted("Stopped. Nothing was changed.", { cause: error });
      progress.say(`The search failed: ${plain(messageOf(error))}`);
    }
  }
  return findings;
}

function findingText(id: string, reconciled: Reconciled, { journal }: SessionValues): string {
  if (reconciled.outcome === "found") return `Found task ${plain(reconciled.task.id)}.`;
  const forget = `\n  ${commandFor(["tasks", "--forget", id], { journal })}`;
  if (reconciled.outcome === "none")
    return `The service lists no matching task, so most likely none was created. Remove the entry with:${forget}`;
  const ids = reconciled.tasks.map((task) => plain(task.id)).join(", ");
  return `Several tasks match, and nothing tells them apart: ${ids}. Once you have checked them, remove the entry with:${forget}`;
}
