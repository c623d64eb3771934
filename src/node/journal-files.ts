import { createHash, randomBytes } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { MiniMaxError } from "../base/errors.js";
import type { TaskRecord } from "../base/task.js";
import { createFile, exchangeFile, makeFolders, overwriteFile, syncFolder } from "./atomic-file.js";
import { type Entry, entryFrom } from "./journal-entry.js";

/** The journal could not be read or written, so nothing was sent. `cause` is the error of the system: fix that, then try again. */
export class JournalError extends MiniMaxError {
  override get name() {
    return "JournalError" as const;
  }
}

/** A file of the journal: an entry, or the reason why it is not one. `cause`: the error of the system, if it could not be read. */
export type Found =
  | { id: string; text: string; entry: Entry }
  | { id: string; entry?: undefined; problem: string; cause?: Error };

/** How many files to read before other work gets its turn. */
const AT_ONCE = 64;

/** Matches files that were being written when their process was killed. */
const LEFTOVER = /^\.(key-|\d{8}T).*\.part$/;
/** Milliseconds. No file takes this long to write. */
const ABANDONED = 3_600_000;
/** Room for the outcome of a create, in case the disk is full by then. */
const SPARE = " ".repeat(1024);

export type Store = ReturnType<typeof storeIn>;

/** Stores entries as the files of one folder. Throws errors of the system as JournalErrors. */
export function storeIn(folder: string) {
  /** Ids of entries, by task. An entry never changes its task. */
  const idsByTask = new Map<string, string>();
  let isChecked = false;
  const pathOf = (id: string) => join(folder, `${id}.json`);

  function noted(id: string, entry: Entry): Entry {
    if (entry.task) idsByTask.set(taskKey(entry.task), id);
    return entry;
  }

  function read(id: string): Found | undefined {
    try {
      // A pipe would block, a device may never end, and a link leads elsewhere.
      if (!lstatSync(pathOf(id)).isFile()) return { id, problem: "it is not a regular file" };
      // Synchronous, because for such small files the thread pool takes seven times as long.
      const text = readFileSync(pathOf(id), "utf8");
      const found = { id, text, ...entryFrom(text) };
      if ("entry" in found) noted(id, found.entry);
      return found;
    } catch (error) {
      const cause = error as NodeJS.ErrnoException;
      if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
      return { id, problem: `it cannot be read: ${systemReason(cause)}`, cause };
    }
  }

  /**
   * Collects what `use` returns for each file, unless undefined, in no particular order. Empty if there is no folder. `skip`: ids
   * not to read.
   */
  async function readAll<T>(use: (found: Found) => T | undefined, skip: ReadonlySet<string> = new Set()): Promise<T[]> {
    const names = await readdir(folder).catch((cause) => {
      if (cause.code === "ENOENT") return [];
      throw new JournalError(`The journal in ${folder} cannot be read: ${systemReason(cause)}`, { cause });
    });
    const all: T[] = [];
    for (const [index, name] of names.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await new Promise(setImmediate);
      const id = name.replace(/\.json$/, "");
      if (LEFTOVER.test(name)) await removeAbandoned(join(folder, name));
      // A leading dot marks a file that is being written, or a file of the file manager.
      if (name.startsWith(".") || skip.has(id)) continue;
      const one = id === name ? { id, problem: "it is not a journal entry" } : read(id);
      const used = one && use(one);
      if (used !== undefined) all.push(used);
    }
    return all;
  }

  return {
    pathOf,
    read,
    readAll,
    /** Resolves with the id of a task's entry. It may be outdated after `remove`, so compare the task. */
    async idOf(task: Pick<TaskRecord, "server" | "id">): Promise<string | undefined> {
      // Reads only new files. Thus of many unknown tasks, only the first costs a full scan.
      if (!idsByTask.has(taskKey(task))) await readAll(() => undefined, new Set(idsByTask.values()));
      return idsByTask.get(taskKey(task));
    },
    /** Resolves with false if the id is taken. `unique`: it cannot be taken. */
    async create(id: string, entry: Entry, options?: { unique?: boolean }): Promise<boolean> {
      try {
        // The names of new folders must survive a power cut too.
        for (const made of await makeFolders(folder, 0o700)) await syncFolder(dirname(made));
        if (!isChecked) isChecked = await warnIfOpen(folder);
        return await createFile(pathOf(id), entryLine(noted(id, entry), entry.sender ? SPARE : ""), options);
      } catch (cause) {
        throw unwritable(folder, cause as NodeJS.ErrnoException);
      }
    },
    /** Writes the result of `change`. Resolves with false if that is undefined, or if there is no such entry. */
    async update(id: string, change: (entry: Entry) => Entry | undefined): Promise<boolean> {
      for (;;) {
        const before = read(id);
        const after = before?.entry && change(before.entry);
        if (!after) return false;
        noted(id, after);
        const isWritten = await exchangeFile(pathOf(id), before.text, entryLine(after)).catch((cause) => {
          // The entry was removed in the meantime; the next round sees that.
          if (cause.code === "ENOENT") return false;
          if (overwriteFile(pathOf(id), before.text, entryLine(after))) return true;
          throw unwritable(folder, cause);
        });
        if (isWritten) return true;
      }
    },
    async remove(id: string, which?: (entry: Entry | undefined) => boolean): Promise<void> {
      if (which && !which(read(id)?.entry)) return;
      await rm(pathOf(id), { force: true }).catch((cause) => {
        throw unwritable(folder, cause);
      });
    },
  };
}

const taskKey = ({ server, id }: Pick<TaskRecord, "server" | "id">) => `${id} ${server}`;

const entryLine = (entry: Entry, spare = "") => `${JSON.stringify(entry)}${spare}\n`;

/** Deno names a missing permission in the message and sets no code. */
const systemReason = ({ code, message }: NodeJS.ErrnoException) => code ?? message;

async function removeAbandoned(path: string): Promise<void> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  if (Date.now() - mtimeMs > ABANDONED) await rm(path, { force: true }).catch(() => {});
}

/** Warns if others can write to the folder: they could claim keys, and so decide what is bought. */
async function warnIfOpen(folder: string): Promise<true> {
  if (process.platform !== "win32" && (await stat(folder)).mode & 0o002)
    process.emitWarning(`Every user of this machine can change the journal in ${folder}: chmod 700 it`);
  return true;
}

function unwritable(folder: string, cause: NodeJS.ErrnoException): JournalError {
  const why = cause.syscall === "link" ? `${cause.code}: keys need a file system with hard links` : systemReason(cause);
  const advice = "Make it writable, or name another folder: openJournal(folder) or MINIMAX_JOURNAL";
  return new JournalError(`The journal in ${folder} cannot be written: ${why}. ${advice}`, { cause });
}

/** The default folder of the journal. */
export function defaultFolder(env: Record<string, string | undefined>, platform: string = process.platform): string {
  const { MINIMAX_JOURNAL: named = "", XDG_STATE_HOME: state, LOCALAPPDATA: local, HOME: home } = env;
  if (!/^\s*(off)?\s*$/.test(named)) return named.trim();
  if (platform === "win32" && local) return join(local, "minimax-video");
  // The XDG specification says to ignore relative paths. A relative home would give each working directory a journal of its own.
  if (state && isAbsolute(state)) return join(state, "minimax-video");
  return join(home && isAbsolute(home) ? home : ownHome(), ".local", "state", "minimax-video");
}

function ownHome(): string {
  try {
    return userInfo().homedir;
  } catch (cause) {
    throw new JournalError("This user has no home folder for the journal: set MINIMAX_JOURNAL to a folder", { cause });
  }
}

/** The id of an entry with a key. It is the same in every process, so a key is taken only once, and it does not reveal the key. */
export function idOfKey({ server, key }: { server: string; key: string }): string {
  const hash = createHash("sha256").update(JSON.stringify([server, key]));
  return `key-${hash.digest("hex").slice(0, 32)}`;
}

/** A new id for an entry without a key. Ids sort by time. */
export function newId({ submittedAt }: { submittedAt: number }): string {
  return `${new Date(submittedAt).toISOString().replace(/[-:.]/g, "")}-${randomBytes(8).toString("hex")}`;
}
