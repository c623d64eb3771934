import { readFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MiniMaxError } from "../base/errors.js";
import { createFile, exchangeFile, makeFolder, readIfThere } from "./atomic-file.js";
import { type Entry, entryFrom } from "./journal-entry.js";

/** The journal could not be read or written, or holds what it cannot understand. `cause` is what the system said, if it did. */
export class JournalError extends MiniMaxError {
  override get name() {
    return "JournalError" as const;
  }
}

/** A file: an entry, or why it is none. */
export type Found = { id: string; entry: Entry } | { id: string; entry?: undefined; problem: string };

/** Entries as files of one folder, one each. Faults are JournalErrors; a file that is no entry is not one. */
export interface Store {
  pathOf(id: string): string;
  read(id: string): Promise<Found | undefined>;
  /** In no order; none when there is no folder. `skip`: ids that are of no interest. */
  readAll(skip?: (id: string) => boolean): Promise<Found[]>;
  /** False when the id is taken. `unique`: it cannot be. */
  create(id: string, entry: Entry, options?: { unique?: boolean }): Promise<boolean>;
  /** Writes what `change` makes of an entry. False when that is undefined, or there is no such entry. */
  update(id: string, change: (entry: Entry) => Entry | undefined): Promise<boolean>;
  remove(id: string): Promise<void>;
}

/** Files read before others get their turn. */
const AT_ONCE = 64;

export function storeIn(folder: string): Store {
  /** What could not be written: this process knows it all the same, and writes it with the next change. */
  const unwritten = new Map<string, Entry>();
  const pathOf = (id: string) => join(folder, `${id}.json`);

  function found(id: string, text: string): Found {
    const entry = unwritten.get(id);
    return { id, ...(entry ? { entry } : entryFrom(text)) };
  }

  const faulty = (id: string, { code }: NodeJS.ErrnoException): Found => ({
    id,
    problem: `it cannot be read: ${code}`,
  });

  /** One after the other: through the thread pool, files as small as these take seven times as long. */
  function readNow(name: string): Found[] {
    const id = name.replace(/\.json$/, "");
    if (id === name) return [{ id, problem: "it is no entry of a journal" }];
    try {
      return [found(id, readFileSync(pathOf(id), "utf8"))];
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      return error.code === "ENOENT" ? [] : [faulty(id, error)];
    }
  }

  return {
    pathOf,
    async read(id) {
      try {
        const text = await readIfThere(pathOf(id));
        return text === undefined ? undefined : found(id, text);
      } catch (error) {
        return faulty(id, error as NodeJS.ErrnoException);
      }
    },
    async readAll(skip = () => false) {
      const names = await readdir(folder).catch((cause) => {
        if (cause.code === "ENOENT") return [];
        throw new JournalError(`The journal in ${folder} cannot be read: ${cause.code}`, { cause });
      });
      const all: Found[] = [];
      for (const [index, name] of names.entries()) {
        if (index % AT_ONCE === AT_ONCE - 1) await new Promise(setImmediate);
        // What begins with a dot is still being written, or what a crash left of that; or the file manager's.
        if (!name.startsWith(".") && !skip(name.replace(/\.json$/, ""))) all.push(...readNow(name));
      }
      return all;
    },
    async create(id, entry, options) {
      try {
        await makeFolder(folder);
        return await createFile(pathOf(id), textOf(entry), options);
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
        unwritten.set(id, after);
        const written = await exchangeFile(pathOf(id), before, textOf(after)).catch((cause) => {
          // Somebody has forgotten it: the next look sees that.
          if (cause.code === "ENOENT") return false;
          throw unwritable(folder, cause);
        });
        unwritten.delete(id);
        if (written) return true;
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

function textOf(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

function unwritable(folder: string, cause: NodeJS.ErrnoException): JournalError {
  const why = cause.syscall === "link" ? `${cause.code}: keys need a file system with hard links` : cause.code;
  const advice = "Make it writable, or name another folder: openJournal(folder) or MINIMAX_JOURNAL";
  return new JournalError(`The journal in ${folder} cannot be written: ${why}. ${advice}`, { cause });
}
