import { stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { TaskRecord } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";
import { type FolderJournal, type Listed, openJournal } from "../node/index.js";
import { defaultFolder } from "../node/journal-store.js";
import type { Values } from "./command-options.js";
import { timeText } from "./format-text.js";
import { secretRefusal } from "./parse-command-line.js";
import { type Io, plain, UsageError } from "./process.js";
import { type Target, targetFrom } from "./save-target.js";
import { commandFor, type Session, type SessionValues } from "./session.js";

type JournalValues = Pick<Values<"generate">, "journal" | "no-journal" | "out" | "force">;

/** The journal of this run, which also records where videos go; undefined if it is off. @throws {UsageError} */
export async function journalFrom(values: JournalValues, { env }: Pick<Io, "env">): Promise<FolderJournal | undefined> {
  const { journal: folder } = values;
  if (folder === "") throw new UsageError("--journal takes a folder");
  if (values["no-journal"] || (folder === undefined && env.MINIMAX_JOURNAL === "off")) return undefined;
  return openJournal({
    folder: folder ?? defaultFolder(env),
    target: absolute(await targetFrom(values.out, values.force)),
  });
}

/** The journal, for commands that need one. @throws {UsageError} if it is off. */
export async function requiredJournal(values: JournalValues, io: Pick<Io, "env">): Promise<FolderJournal> {
  const journal = await journalFrom(values, io);
  if (!journal) throw new UsageError("MINIMAX_JOURNAL turns the journal off: name one with --journal FOLDER");
  return journal;
}

function absolute({ folder, name, force }: Target) {
  return { path: name === undefined ? resolve(folder) + sep : resolve(folder, name), ...(force ? { force } : {}) };
}

/** What an earlier run did under --key. @throws {UsageError} if the key or the journal cannot be used. */
export async function earlierEntry({ io, journal, server, values }: Session): Promise<Listed | undefined> {
  const { key } = values;
  if (key === undefined) return undefined;
  if (!journal) throw new UsageError("--key needs the journal, which is off");
  if (key === "") throw new UsageError("--key takes a name");
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
  return stat(path).then(
    (there) => there.isFile(),
    () => false,
  );
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
  const rows = entries.map((entry) => {
    if (entry.state === "unreadable") return ["UNREADABLE", "", "", entry.id, entry.problem];
    const { id, key, saved, server, submittedAt, task } = entry;
    const state = isUnknown(entry) ? "UNKNOWN" : entry.state;
    const more = [
      ...(key === undefined ? [] : [`key ${JSON.stringify(key)}`]),
      ...(saved ? [`saved as ${saved.path}`] : []),
    ];
    return [state, timeText(submittedAt), wishText(entry), task?.id ?? id, server, ...more];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) => `${plain(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).trimEnd()}\n`)
    .join("");
}

function wishText({ kind, model, duration, resolution }: Readable): string {
  return [model ?? kind, ...(duration === undefined ? [] : [`${duration} s`]), resolution ?? ""].join(" ").trim();
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

/** The commands, one a line, that resume these entries at their servers. */
export function resumeCommands(entries: readonly Readable[], values: SessionValues): string {
  const servers = [...new Set(entries.map(({ server }) => server))];
  return servers.map((server) => `  ${commandFor(["resume"], { ...values, server })}`).join("\n");
}
