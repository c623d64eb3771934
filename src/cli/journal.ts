import { resolve, sep } from "node:path";
import { serverFrom } from "../base/server.js";
import type { TaskRecord } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";
import { type FolderJournal, type Listed, openJournal } from "../node/index.js";
import { defaultFolder } from "../node/journal-files.js";
import type { Values } from "./command-options.js";
import { EXIT } from "./exit-codes.js";
import { tableText, timeText, wishText } from "./format-text.js";
import { type Parsed, secretRefusal } from "./parse-command-line.js";
import { type Io, printJson, UsageError } from "./process.js";
import { progressOn } from "./progress.js";
import { hasPassword, isRedisUrl, journalAt } from "./redis-url.js";
import { statOf, targetFrom } from "./save-target.js";
import { commandFor, type Session, type SessionValues, serverOption } from "./session.js";

/** The journal of this run, which also records where videos go; undefined if it is off. @throws {UsageError} */
export async function journalFrom(values: SessionValues, io: Pick<Io, "env">): Promise<FolderJournal | undefined> {
  const { env } = io;
  const { journal: folder } = values;
  if (values["no-journal"] || (folder === undefined && env.MINIMAX_JOURNAL?.trim() === "off")) return undefined;
  const { path, isFolder, force } = await targetFrom(values.out, values.force);
  const target = { path: resolve(path) + (isFolder ? sep : ""), ...(force && { force }) };
  const kept = folder ?? defaultFolder(env);
  if (!isRedisUrl(kept)) return openJournal({ folder: kept, target });
  // The command that continues a task repeats this option, and anyone can read a command line.
  if (folder !== undefined && hasPassword(folder))
    throw new UsageError("--journal takes no password: set MINIMAX_JOURNAL to that URL");
  return journalAt(kept, target, io);
}

/** The journal, for commands that need one. @throws {UsageError} if it is off. */
export async function requiredJournal(values: SessionValues, io: Pick<Io, "env">): Promise<FolderJournal> {
  const journal = await journalFrom(values, io);
  if (!journal) throw new UsageError("MINIMAX_JOURNAL turns the journal off: name one with --journal FOLDER");
  return journal;
}

/** The entry of an earlier run with this --key. @throws {UsageError} if the key or the journal cannot be used. */
export async function earlierEntry({ io, journal, server, values }: Session): Promise<Listed | undefined> {
  const { key } = values;
  if (key === undefined) return undefined;
  if (!journal) throw new UsageError("--key needs the journal, which is off");
  if (key === io.env.MINIMAX_API_KEY) throw secretRefusal("This --key");
  return journal.find({ server: server.name, key });
}

/** The task of an entry, if it has one. */
export function recordIn(entry: Listed | undefined): TaskRecord | undefined {
  return entry && "task" in entry ? entry.task : undefined;
}

/** Whether the video of an entry was saved at this path and the file still exists. */
export async function isSavedAt(path: string, entry: Listed | undefined): Promise<boolean> {
  if (entry?.state !== "saved" || entry.saved?.path !== resolve(path)) return false;
  return (await statOf(path))?.isFile() ?? false;
}

/** An entry that could be read. */
export type Readable = Exclude<Listed, { state: "unreadable" }>;

/** An entry with a task whose video is not saved yet. */
export type Open = Readable & { task: TaskRecord };

export function isOpen(entry: Listed): entry is Open {
  return entry.state === "accepted" || entry.state === "succeeded";
}

/** Whether the outcome of the create is unknown. */
export function isUnknown(entry: Listed): entry is Readable & { state: "unknown" } {
  return entry.state === "unknown";
}

/** An entry as --json prints it. */
export function entryJson(entry: Listed): object {
  const { sender: _, ...rest } = { sender: undefined, ...entry };
  return rest;
}

/** Entries as a table: state, time, request, task or entry id, server, key, file. */
export function tableOf(entries: readonly Listed[]): string {
  const rows = entries.map((entry): string[] => {
    if (entry.state === "unreadable") return ["UNREADABLE", "", "", entry.id, entry.problem];
    const { id, key, saved, server, submittedAt, task } = entry;
    const state = isUnknown(entry) ? "UNKNOWN" : entry.state;
    const wish = wishText({ ...entry, model: entry.model ?? entry.kind });
    const named = key === undefined ? [] : [`key ${JSON.stringify(key)}`];
    const kept = saved ? [`saved as ${saved.path}`] : [];
    return [state, timeText(submittedAt), wish, task?.id ?? id, server, ...named, ...kept];
  });
  return tableText(rows);
}

const CHARGED = "UNKNOWN: the service may have accepted the request, so it may be charged.";

/** Advice about requests whose outcome is unknown. */
export function adviceOn(unknown: readonly Readable[], journal: string | undefined): string {
  const listed = unknown.filter(({ kind }) => kinds[kind].isListed);
  const [first, ...more] = unknown.filter(({ kind }) => !kinds[kind].isListed);
  const lines: string[] = [];
  if (first) {
    const forget = commandFor(["tasks", "--forget", more.length === 0 ? first.id : "ID"], { journal });
    lines.push(`${CHARGED} Its task cannot be listed or found.`);
    lines.push(`Check the usage page of the console, then remove the entry:\n  ${forget}`);
  }
  if (listed.length > 0)
    lines.push(`${CHARGED} To look for its task at the service:`, resumeCommands(listed, { journal }));
  return lines.join("\n");
}

/** The commands, one per line, that resume these entries at their servers. */
export function resumeCommands(entries: readonly Readable[], values: SessionValues): string {
  const servers = [...new Set(entries.map(({ server }) => server))];
  return servers.map((server) => `  ${commandFor(["resume"], { ...values, server })}`).join("\n");
}

/** The order of entries that are still open: those that need attention come first. The last two states are resumed alike. */
const RANKS: Partial<Record<Listed["state"], number>> = {
  unknown: 0,
  unreadable: 1,
  sending: 2,
  succeeded: 3,
  accepted: 3,
};
/** How many finished entries are shown without --all. */
const LAST = 5;
const DAY = 24 * 3_600_000;

/** `minimax-video tasks`: lists the journal, or removes entries from it, without sending anything. */
export async function tasks({ values }: Parsed<"tasks">, io: Io): Promise<number> {
  const journal = await requiredJournal(values, io);
  const entries = await journal.list();
  const { forget: ids, "forget-finished": days } = values;
  if (ids) return forget(named(ids, entries, values, journal), values, journal, io);
  if (days !== undefined) return forget(finished(entries, days), values, journal, io);
  const server = values.server === undefined ? undefined : serverFrom(serverOption(values, io)).name;
  const here = entries.filter((entry) => !server || entry.state === "unreadable" || entry.server === server);
  const rankOf = ({ state }: Listed) => RANKS[state] ?? Number.NaN;
  const open = here.filter(({ state }) => state in RANKS).sort((one, other) => rankOf(one) - rankOf(other));
  const over = here.filter(({ state }) => !(state in RANKS)).reverse();
  const visible = [...open, ...(values.all ? over : over.slice(0, LAST))];
  if (values.json) printJson(io, { folder: journal.folder, entries: visible.map(entryJson) });
  else io.stdout.write(tableOf(visible) || `The journal in ${journal.folder} is empty.\n`);
  adviseOnOpen(open, here.length - visible.length, values, io);
  return EXIT.done;
}

function adviseOnOpen(open: readonly Listed[], hidden: number, values: Values<"tasks">, io: Io): void {
  const { say } = progressOn(io, values);
  if (hidden > 0) say(`Finished entries not shown: ${hidden}. --all shows them.`);
  const unknown = open.filter(isUnknown);
  if (unknown.length > 0) say(adviceOn(unknown, values.journal));
  const resumable = open.filter(isOpen);
  if (resumable.length > 0)
    say(`To wait for the open tasks and save their videos:\n${resumeCommands(resumable, { journal: values.journal })}`);
}

/** The entries to forget. @throws {UsageError} for an unknown id, and without --force for a task that may still finish. */
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
    const keyed = entries.flatMap((entry) => ("key" in entry && entry.key === id ? entry.id : []));
    if (!entry && keyed.length > 0) throw refusal(`${id} is a key; use --forget ${keyed.join(" or ")}`);
    if (!entry) throw refusal(`${id} is not in the journal in ${folder}`);
    if (found.length > 1) throw refusal(`${id} matches several entries: ${found.map(({ id }) => id).join(", ")}`);
    if (entry.state === "unreadable") throw refusal(`${folder}/${id}.json is not an entry; delete the file yourself`);
    if (!force && entry.state !== "unknown" && entry.state in RANKS)
      throw refusal(`${id} is ${entry.state}, so its video may still arrive; use --force to forget it anyway`);
    return entry;
  });
}

function finished(entries: readonly Listed[], days: number): Listed[] {
  return entries.filter((entry) => {
    if (entry.state !== "saved" && entry.state !== "failed") return false;
    return (entry.saved?.at ?? entry.ended?.at ?? entry.submittedAt) <= Date.now() - days * DAY;
  });
}

async function forget(entries: Listed[], values: Values<"tasks">, journal: FolderJournal, io: Io): Promise<number> {
  for (const { id } of entries) await journal.forget(id);
  const { length: count } = entries;
  const text =
    count === 1 ? "Forgot 1 entry. Its key can buy again." : `Forgot ${count} entries. Their keys can buy again.`;
  progressOn(io, values).say(count === 0 ? "There was nothing to forget." : text);
  if (values.json) printJson(io, { forgotten: entries.map(({ id }) => id) });
  return EXIT.done;
}
