import { stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { TaskRecord } from "../base/task.js";
import { type FolderJournal, type Listed, openJournal } from "../node/index.js";
import { defaultFolder } from "../node/journal-store.js";
import { UsageError } from "./exit.js";
import type { Io } from "./io.js";
import { noSecret, type Values } from "./options.js";
import type { Session } from "./session.js";
import { type Target, targetFrom } from "./target.js";

type JournalValues = Pick<Values<"generate">, "journal" | "no-journal" | "out" | "force">;

/** The journal of this run, undefined where it is switched off; what is bought is written down with where it shall go. */
export async function journalFrom(values: JournalValues, { env }: Pick<Io, "env">): Promise<FolderJournal | undefined> {
  const { journal: folder } = values;
  if (folder === "") throw new UsageError("--journal takes a folder");
  if (folder !== undefined && values["no-journal"])
    throw new UsageError("--journal and --no-journal are opposites: give one of them");
  if (values["no-journal"] || (folder === undefined && env.MINIMAX_JOURNAL === "off")) return undefined;
  return openJournal({
    folder: folder ?? defaultFolder(env),
    target: absolute(await targetFrom(values.out, values.force)),
  });
}

/** The journal, for commands that are about nothing else. @throws {UsageError} where it is switched off. */
export async function theJournal(values: JournalValues, io: Pick<Io, "env">): Promise<FolderJournal> {
  const journal = await journalFrom(values, io);
  if (!journal) throw new UsageError("The journal is switched off by MINIMAX_JOURNAL: --journal FOLDER names one");
  return journal;
}

function absolute({ folder, name, force }: Target) {
  return { path: name === undefined ? resolve(folder) + sep : resolve(folder, name), ...(force ? { force } : {}) };
}

/** What an earlier run did under --key. @throws {UsageError} where nothing could be known of that. */
export async function earlierOf(
  key: string | undefined,
  { io, journal, server }: Session,
): Promise<Listed | undefined> {
  if (key === undefined) return undefined;
  if (!journal) throw new UsageError("--key needs the journal, which is switched off");
  if (key === "") throw new UsageError("--key takes a name");
  if (key === io.env.MINIMAX_API_KEY) throw noSecret("This --key");
  return journal.find({ server: server.name, key });
}

/** The task of an entry that has one. */
export function taskIn(entry: Listed | undefined): TaskRecord | undefined {
  return entry && "task" in entry ? entry.task : undefined;
}

/** Whether an entry's video was saved at this path, and something is still there. */
export async function isSavedAt(path: string, entry: Listed | undefined): Promise<boolean> {
  if (entry?.state !== "saved" || entry.saved?.path !== resolve(path)) return false;
  return stat(path).then(
    (there) => there.isFile(),
    () => false,
  );
}
