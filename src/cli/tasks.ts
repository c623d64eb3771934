import { serverFrom } from "../base/server.js";
import type { FolderJournal, Listed } from "../node/index.js";
import type { Values } from "./command-options.js";
import {
  adviceOn,
  entryJson,
  isOpen,
  isUnknown,
  recordIn,
  requiredJournal,
  resumeCommands,
  tableOf,
} from "./journal.js";
import type { Parsed } from "./parse-command-line.js";
import { EXIT, type Io, printJson, UsageError } from "./process.js";
import { progressOn } from "./progress.js";
import { serverOption } from "./session.js";

type State = Listed["state"];
/** Open states come first, and those that need attention before all others. */
const OPEN: readonly State[] = ["unknown", "unreadable", "sending", "succeeded", "accepted"];
/** How many finished entries are shown without --all. */
const LAST = 5;
const DAY = 24 * 3_600_000;

/** `minimax-video tasks`: lists the journal, or removes entries from it, without asking anyone. */
export async function tasks({ values }: Parsed<"tasks">, io: Io): Promise<number> {
  const journal = await requiredJournal(values, io);
  const entries = await journal.list();
  const { forget: ids, "forget-finished": days } = values;
  if (ids) return forget(named(ids, entries, values, journal), values, journal, io);
  if (days !== undefined) return forget(finished(entries, days), values, journal, io);
  const server = values.server === undefined ? undefined : serverFrom(serverOption(values, io)).name;
  const here = entries.filter((entry) => !server || entry.state === "unreadable" || entry.server === server);
  const open = here.filter(({ state }) => OPEN.includes(state)).sort((one, other) => rankOf(one) - rankOf(other));
  const over = here.filter(({ state }) => !OPEN.includes(state)).reverse();
  const visible = [...open, ...(values.all ? over : over.slice(0, LAST))];
  if (values.json) printJson(io, { folder: journal.folder, entries: visible.map(entryJson) });
  else if (visible.length === 0) io.stdout.write(`The journal in ${journal.folder} is empty.\n`);
  else io.stdout.write(tableOf(visible));
  advise(open, here.length - visible.length, values, io);
  return EXIT.done;
}

function rankOf({ state }: Listed): number {
  // Open tasks are resumed alike, whether they have finished or not.
  return state === "succeeded" ? OPEN.indexOf("accepted") : OPEN.indexOf(state);
}

function advise(open: readonly Listed[], hidden: number, values: Values<"tasks">, io: Io): void {
  const { say } = progressOn(io, values);
  if (hidden > 0) say(`${hidden} more are finished: --all shows them.`);
  const unknown = open.filter(isUnknown);
  if (unknown.length > 0) say(adviceOn(unknown, values.journal));
  const resumable = open.filter(isOpen);
  if (resumable.length > 0)
    say(`To wait for the open tasks and save their videos:\n${resumeCommands(resumable, { journal: values.journal })}`);
}

/** The entries to forget. @throws {UsageError} for an unknown id, and for a task that may still finish without --force. */
function named(
  ids: readonly string[],
  entries: readonly Listed[],
  { force }: Values<"tasks">,
  { folder }: FolderJournal,
): Listed[] {
  return ids.map((id) => {
    const found = entries.filter((entry) => entry.id === id || recordIn(entry)?.id === id);
    const [entry] = found;
    const refusal = (why: string) => new UsageError(`Nothing was forgotten: ${why}`);
    if (!entry) throw refusal(`${id} is not in the journal in ${folder}`);
    if (found.length > 1) throw refusal(`${id} matches several entries: ${found.map(({ id }) => id).join(", ")}`);
    if (entry.state === "unreadable") throw refusal(`${folder}/${id}.json is not an entry; delete the file yourself`);
    if (!force && entry.state !== "unknown" && OPEN.includes(entry.state))
      throw refusal(`${id} is ${entry.state}, its video may still arrive; use --force to forget it anyway`);
    return entry;
  });
}

function finished(entries: readonly Listed[], days: number): Listed[] {
  return entries.filter((entry) => {
    if (entry.state !== "saved" && entry.state !== "failed") return false;
    const over = entry.saved?.at ?? entry.ended?.at ?? entry.submittedAt;
    return over <= Date.now() - days * DAY;
  });
}

async function forget(entries: Listed[], values: Values<"tasks">, journal: FolderJournal, io: Io): Promise<number> {
  for (const { id } of entries) await journal.forget(id);
  const count = `${entries.length} ${entries.length === 1 ? "entry" : "entries"}`;
  progressOn(io, values).say(`Forgot ${count}. Their keys can buy again.`);
  if (values.json) printJson(io, { forgotten: entries.map(({ id }) => id) });
  return EXIT.done;
}
