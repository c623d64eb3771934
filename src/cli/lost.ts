import { kinds } from "../kinds/kinds.js";
import type { Listed } from "../node/index.js";
import type { Reconciled } from "../tasks/reconcile.js";
import { timeText } from "./entries.js";
import { Interrupted } from "./exit.js";
import { plain } from "./progress.js";
import { messageOf } from "./report.js";
import { commandFor, type Session, type SessionValues } from "./session.js";

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
    if (entry.state === "unreadable" || !kinds[entry.kind].isListed) continue;
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
