import { stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { TaskRecord } from "../base/task.js";
import { type FolderJournal, type Listed, openJournal } from "../node/index.js";
import { defaultFolder } from "../node/names.js";
import { secretRefusal, type Values } from "./command-options.js";
import { UsageError } from "./exit-codes.js";
import type { Io } from "./io.js";
import { type Target, targetFrom } from "./save-target.js";
import type { Session } from "./session.js";

type JournalValues = Pick<Values<"generate">, "journal" | "no-journal" | "out" | "force">;

/** The journal of this run, which also records where videos go; undefined if it is off. @throws {UsageError} */
export async function journalFrom(values: JournalValues, { env }: Pick<Io, "env">): Promise<FolderJournal | undefined> {
  const { journal: folder } = values;
  if (folder === "") throw new UsageError("--journal takes a folder");
  if (folder !== undefined && values["no-journal"])
    throw new UsageError("--journal and --no-journal contradict each other: use one of them");
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
export async function earlierEntry(
  key: string | undefined,
  { io, journal, server }: Session,
): Promise<Listed | undefined> {
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
