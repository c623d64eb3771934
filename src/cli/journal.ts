import { resolve, sep } from "node:path";
import { serverFrom } from "../base/server.js";
import type { TaskRecord } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";
import { type FolderJournal, type Listed, openJournal } from "../node/index.js";
import { defaultFolder } from "../node/journal-files.js";
import type { Parsed, Values } from "./command-options.js";
import { tableText, timeText, wishText } from "./format-text.js";
import { secretRefusal } from "./parse-command-line.js";
import { EXIT, type Io, printJson, UsageError } from "./process.js";
import { progressOn } from "./progress.js";
import { hasPassword, isRedisUrl, journalAt } from "./redis-url.js";
import { statOf, targetFrom } from "./save-target.js";
import { commandFor, type Session, type SessionValues, serverOption } from "./session.js";

/** The journal of this run, which also records where videos go; undefined if it is off. @throws {UsageError} */
export async function journalFrom(values: SessionValues, io: Pick<Io, "env">): Promise<FolderJournal | undefined> {
  const { env } = io;
  const { journal: named } = values;
  if (values["no-journal"] || (named === undefined && env.MINIMAX_JOURNAL?.trim() === "off")) return undefined;
  const { path, isFolder, force } = await targetFrom(values.out, values.force);
  const target = { path: resolve(path) + (isFolder ? sep : ""), ...(force && { force }) };
  const folder = named ?? defaultFolder(env);
  if (!isRedisUrl(folder)) return openJournal({ folder, target });
  // The command that continues a task repeats this option, and anyone can read a command line.
  if (named !== undefined && hasPassword(named))
    throw new UsageError("--journal takes no password: set MINIMAX_JOURNAL to that URL");
  return journalAt(folder, target, io);
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

export function recordIn(entry: Listed | undefined): TaskRecord | undefined {
  return entry && "task" in entry ? entry.task : undefined;
}

/** Whether the video of an entry was saved at this path and the file still exists. */
export async function isSavedAt(path: string, entry: Listed | undefined): Promise<boolean> {
  if (entry?.state !== "saved" || entry.saved?.path !== resolve(path)) return false;
  return (await statOf(path))?.isFile() ?? false;
}

export type Readable = Exclude<Listed, { state: "unreadable" }>;

/** An entry with a task whose video is not saved yet. */
export type Open = Readable & { task: TaskRecord };

export function isOpen(entry: Listed): entry is Open {
  return entry.state === "accepted" || entry.state === "succeeded";
}

export function isUnknown(entry: Listed): entry is Readable & { state: "unknown" } {
  return entry.state === "unknown";
}

/** An entry as --json prints it. */
export const entryJson = (entry: Listed) => ({ ...entry, sender: undefined });

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

/** The states of entries that are still open, in the order in which they need attention. */
const OPEN: readonly Listed["state"][] = ["unknown", "unreadable", "sending", "succeeded", "accepted"];
/** How many finished entries are shown without --all. */
const LAST = 5;
const DAY = 24 * 3_600_000;

export async function tasks({ values }: Parsed<"tasks">, io: Io): Promise<number> {
  const journal = await requiredJournal(values, io);
  const entries = await journal.list();
  const { say } = progressOn(io, values);
  if (values.forget || values["forget-finished"] !== undefined) {
    const old = values.forget ? named(values, entries, journal) : finished(values, entries);
    for (const { id } of old) await journal.forget(id);
    say(FORGOTTEN[old.length] ?? `Forgot ${old.length} entries. Their keys can buy again.`);
    if (values.json) printJson(io, { forgotten: old.map(({ id }) => id) });
    return EXIT.done;
  }
  const server = values.server === undefined ? undefined : serverFrom(serverOption(values, io)).name;
  const here = entries.filter((entry) => !server || entry.state === "unreadable" || entry.server === server);
  const open = OPEN.flatMap((state) => here.filter((entry) => entry.state === state));
  const over = here.filter(({ state }) => !OPEN.includes(state)).reverse();
  const visible = [...open, ...(values.all ? over : over.slice(0, LAST))];
  if (values.json) printJson(io, { folder: journal.folder, entries: visible.map(entryJson) });
  else io.stdout.write(tableOf(visible) || `The journal in ${journal.folder} is empty.\n`);
  const hidden = here.length - visible.length;
  if (hidden > 0) say(`Finished entries not shown: ${hidden}. --all shows them.`);
  const unknown = open.filter(isUnknown);
  if (unknown.length > 0) say(adviceOn(unknown, values.journal));
  const commands = resumeCommands(open.filter(isOpen), { journal: values.journal });
  if (commands) say(`To wait for the open tasks and save their videos:\n${commands}`);
  return EXIT.done;
}

const FORGOTTEN = ["There was nothing to forget.", "Forgot 1 entry. Its key can buy again."];

/** The entries to forget. @throws {UsageError} for an unknown id, and without --force for a task that may still finish. */
function named(
  { forget = [], force }: Values<"tasks">,
  entries: readonly Listed[],
  { folder }: FolderJournal,
): Listed[] {
  const refusal = (why: string) => new UsageError(`Nothing was forgotten: ${why}`);
  return forget.map((id) => {
    const found = entries.filter((entry) => entry.id === id || recordIn(entry)?.id === id);
    const [entry] = found;
    const keyed = entries.flatMap((entry) => ("key" in entry && entry.key === id ? entry.id : []));
    if (!entry && keyed.length > 0) throw refusal(`${id} is a key; use --forget ${keyed.join(" or ")}`);
    if (!entry) throw refusal(`${id} is not in the journal in ${folder}`);
    if (found.length > 1) throw refusal(`${id} matches several entries: ${found.map(({ id }) => id).join(", ")}`);
    if (entry.state === "unreadable") throw refusal(`${folder}/${id}.json is not an entry; delete the file yourself`);
    if (!force && entry.state !== "unknown" && OPEN.includes(entry.state))
      throw refusal(`${id} is ${entry.state}, so its video may still arrive; use --force to forget it anyway`);
    return entry;
  });
}

function finished({ "forget-finished": days = 0 }: Values<"tasks">, entries: readonly Listed[]): Listed[] {
  return entries.filter((entry) => {
    if (entry.state !== "saved" && entry.state !== "failed") return false;
    return (entry.saved?.at ?? entry.ended?.at ?? entry.submittedAt) <= Date.now() - days * DAY;
  });
}
