import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { MiniMaxError } from "../base/errors.js";
import type { TaskRecord } from "../base/task.js";
import { createFile, exchangeFile, makeFolders, readIfThere, syncFolder } from "./atomic-file.js";
import { type Entry, entryFrom } from "./journal-entry.js";

/** The journal could not be read or written, or holds an entry that cannot be understood. `cause` is the error of the system. */
export class JournalError extends MiniMaxError {
  override get name() {
    return "JournalError" as const;
  }
}

/** A file of the journal: an entry, or the reason why it is not one. */
export type Found = { id: string; entry: Entry } | { id: string; entry?: undefined; problem: string };

/** Entries as the files of one folder. Errors of the system are thrown as JournalErrors. */
export interface Store {
  pathOf(id: string): string;
  read(id: string): Promise<Found | undefined>;
  /** In no order; empty if there is no folder. `skip`: ids not to read. */
  readAll(skip?: (id: string) => boolean): Promise<Found[]>;
  /** The entry of a task. After `remove` it may be outdated, so compare the task. */
  idOf(task: Pick<TaskRecord, "server" | "id">): Promise<string | undefined>;
  /** False if the id is taken. `unique` says that it cannot be. */
  create(id: string, entry: Entry, options?: { unique?: boolean }): Promise<boolean>;
  /** Writes the result of `change`. False if that is undefined, or if there is no such entry. */
  update(id: string, change: (entry: Entry) => Entry | undefined): Promise<boolean>;
  remove(id: string): Promise<void>;
}

/** Files to read before other work gets its turn. */
const AT_ONCE = 64;

export function storeIn(folder: string): Store {
  /** Entries that could not be written. They are written with the next change. */
  const unwritten = new Map<string, Entry>();
  /** Ids of entries that have a task, by task. An entry never changes its task. */
  const idsByTask = new Map<string, string>();
  const idsWithTask = new Set<string>();
  const pathOf = (id: string) => join(folder, `${id}.json`);

  function noted(id: string, entry: Entry): Entry {
    if (!entry.task) return entry;
    idsByTask.set(taskKey(entry.task), id);
    idsWithTask.add(id);
    return entry;
  }

  function found(id: string, text: string): Found {
    const entry = unwritten.get(id);
    const read = entry ? { entry } : entryFrom(text);
    if ("entry" in read) noted(id, read.entry);
    return { id, ...read };
  }

  const unreadable = (id: string, { code }: NodeJS.ErrnoException): Found => ({
    id,
    problem: `it cannot be read: ${code}`,
  });

  /** Synchronous: for files as small as these, the thread pool takes seven times as long. */
  function readNow(name: string): Found[] {
    const id = idIn(name);
    if (id === name) return [{ id, problem: "it is not a journal entry" }];
    try {
      return [found(id, readFileSync(pathOf(id), "utf8"))];
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      return error.code === "ENOENT" ? [] : [unreadable(id, error)];
    }
  }

  async function readAll(skip: (id: string) => boolean = () => false): Promise<Found[]> {
    const names = await readdir(folder).catch((cause) => {
      if (cause.code === "ENOENT") return [];
      throw new JournalError(`The journal in ${folder} cannot be read: ${cause.code}`, { cause });
    });
    const all: Found[] = [];
    for (const [index, name] of names.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await new Promise(setImmediate);
      // A leading dot marks a file that is being written, a leftover of a crash, or a file of the file manager.
      if (!name.startsWith(".") && !skip(idIn(name))) all.push(...readNow(name));
    }
    return all;
  }

  return {
    pathOf,
    readAll,
    async read(id) {
      try {
        const text = await readIfThere(pathOf(id));
        return text === undefined ? undefined : found(id, text);
      } catch (error) {
        return unreadable(id, error as NodeJS.ErrnoException);
      }
    },
    async idOf(task) {
      // Reads only new files: of many unknown tasks, only the first costs a full scan.
      if (!idsByTask.has(taskKey(task))) await readAll((id) => idsWithTask.has(id));
      return idsByTask.get(taskKey(task));
    },
    async create(id, entry, options) {
      try {
        // The names of new folders must survive a power cut too.
        for (const made of await makeFolders(folder, 0o700)) await syncFolder(dirname(made));
        return await createFile(pathOf(id), lineOf(noted(id, entry)), options);
      } catch (cause) {
        throw unwritable(folder, cause as NodeJS.ErrnoException);
      }
    },
    async update(id, change) {
      for (;;) {
        const before = await readIfThere(pathOf(id)).catch(() => undefined);
        const { entry } = before === undefined ? {} : found(id, before);
        const after = entry && change(entry);
        if (before === undefined || !after) return false;
        unwritten.set(id, noted(id, after));
        const isWritten = await exchangeFile(pathOf(id), before, lineOf(after)).catch((cause) => {
          // Removed meanwhile: the next round sees that.
          if (cause.code === "ENOENT") return false;
          throw unwritable(folder, cause);
        });
        unwritten.delete(id);
        if (isWritten) return true;
      }
    },
    async remove(id) {
      unwritten.delete(id);
      await rm(pathOf(id), { force: true }).catch((cause) => {
        throw unwritable(folder, cause);
      });
    },
  };
}

const idIn = (name: string) => name.replace(/\.json$/, "");

const taskKey = ({ server, id }: Pick<TaskRecord, "server" | "id">) => `${id} ${server}`;

const lineOf = (entry: Entry) => `${JSON.stringify(entry)}\n`;

function unwritable(folder: string, cause: NodeJS.ErrnoException): JournalError {
  const why = cause.syscall === "link" ? `${cause.code}: keys need a file system with hard links` : cause.code;
  const advice = "Make it writable, or name another folder: openJournal(folder) or MINIMAX_JOURNAL";
  return new JournalError(`The journal in ${folder} cannot be written: ${why}. ${advice}`, { cause });
}

/** The default folder of the journal. */
export function defaultFolder(env: Record<string, string | undefined>, platform: string = process.platform): string {
  const { MINIMAX_JOURNAL: named, XDG_STATE_HOME: state, LOCALAPPDATA: local, HOME: home } = env;
  if (named && named !== "off") return named;
  if (platform === "win32" && local) return join(local, "minimax-video");
  // The XDG specification: ignore a relative path.
  return join(state && isAbsolute(state) ? state : join(home || homedir(), ".local", "state"), "minimax-video");
}

/** The id of an entry with a key. It is the same in every process, so a key is taken once, and it reveals nothing of the key. */
export function idOfKey({ server, key }: { server: string; key: string }): string {
  const hash = createHash("sha256").update(JSON.stringify([server, key]));
  return `key-${hash.digest("hex").slice(0, 32)}`;
}

/** A new id for an entry without a key. Ids sort by time. */
export function newId({ submittedAt }: { submittedAt: number }): string {
  return `${new Date(submittedAt).toISOString().replace(/[-:.]/g, "")}-${randomBytes(8).toString("hex")}`;
}
