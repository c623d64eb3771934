import { lstatSync, readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { invalid } from "../base/errors.js";
import { assertOptions, aText, type Rules } from "../base/options.js";
import type { TaskRecord } from "../base/task.js";
import { createFile, exchangeFile, makeFolders, syncFolder } from "./atomic-file.js";
import { aTarget, type Entry, entryFrom, type Target } from "./journal-entry.js";
import { type EntryStore, type Found, JournalError, journalOn, type StoredJournal } from "./stored-journal.js";

/** Options of `openJournal`. */
export interface JournalOptions {
  /**
   * The folder. The first create makes it. Default: the environment variable MINIMAX_JOURNAL, else `minimax-video` in
   * $XDG_STATE_HOME or ~/.local/state, and on Windows in %LOCALAPPDATA%.
   */
  folder?: string | undefined;
  /** Where `minimax-video resume` saves the videos of this run. By default it chooses a place. */
  target?: Target | undefined;
}

const JOURNAL_OPTIONS: Rules<JournalOptions> = { folder: aText, target: aTarget };

/** A journal in a folder, with one small file per create. */
export interface FolderJournal extends StoredJournal {
  /** The absolute path of the folder. */
  readonly folder: string;
}

/**
 * Opens the journal in a folder. Does not touch the folder before the first create. Never removes an entry with an unknown outcome
 * or an unsaved video. Files appear complete and flushed, and only one process can create the file of a key.
 */
export async function openJournal(options: string | JournalOptions = {}): Promise<FolderJournal> {
  const given = typeof options === "string" ? { folder: options } : options;
  const { folder: named, target } = assertOptions("openJournal", given, JOURNAL_OPTIONS);
  const place = named ?? defaultFolder(process.env);
  if (/^rediss?:/i.test(place))
    throw invalid("openJournal cannot use this folder", "folder", "is a URL: use redisJournal of minimax-video/redis");
  const folder = resolve(place);
  return { folder, ...journalOn(storeIn(folder), target) };
}

/** The default folder of the journal. */
export function defaultFolder(env: Record<string, string | undefined>, platform: string = process.platform): string {
  const { MINIMAX_JOURNAL: named = "", XDG_STATE_HOME: state, LOCALAPPDATA: local, HOME: home } = env;
  if (!/^\s*(off)?\s*$/.test(named)) return named.trim();
  if (platform === "win32" && local) return join(local, "minimax-video");
  // The XDG specification says to ignore relative paths. A relative home would give each working directory a journal of its own.
  if (state && isAbsolute(state)) return join(state, "minimax-video");
  try {
    return join(home && isAbsolute(home) ? home : userInfo().homedir, ".local", "state", "minimax-video");
  } catch (cause) {
    throw new JournalError("This user has no home folder for the journal: set MINIMAX_JOURNAL to a folder", { cause });
  }
}

/** How many files to read before other work gets its turn. */
const AT_ONCE = 64;
/** Matches files that were being written when their process was killed. */
const LEFTOVER = /^\.(key-|\d{8}T).*\.part$/;
/** Milliseconds. No file takes this long to write. */
const ABANDONED = 3_600_000;
/** Room for the outcome of a create, in case the disk is full by then. */
const SPARE = " ".repeat(1024);

/** Stores entries as the files of one folder. */
export function storeIn(folder: string): EntryStore {
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

  /** `skip`: ids not to read. */
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

  async function makeFolder(): Promise<void> {
    // The names of new folders must survive a power cut too.
    for (const made of await makeFolders(folder, 0o700)) await syncFolder(dirname(made));
    // Others could claim keys, and so decide what is bought.
    if (!isChecked && process.platform !== "win32" && (await stat(folder)).mode & 0o002)
      process.emitWarning(`Every user of this machine can change the journal in ${folder}: chmod 700 it`);
    isChecked = true;
  }

  function fail(cause: NodeJS.ErrnoException): never {
    const isLink = cause.syscall === "link";
    const why = isLink ? `${cause.code}: keys need a file system with hard links` : systemReason(cause);
    const advice = "Make it writable, or name another folder: openJournal(folder) or MINIMAX_JOURNAL";
    throw new JournalError(`The journal in ${folder} cannot be written: ${why}. ${advice}`, { cause });
  }

  return {
    pathOf,
    read,
    readAll,
    async idOf(task) {
      // Reads only new files. Thus of many unknown tasks, only the first costs a full scan.
      if (!idsByTask.has(taskKey(task))) await readAll(() => undefined, new Set(idsByTask.values()));
      return idsByTask.get(taskKey(task));
    },
    async create(id, entry, options) {
      await makeFolder().catch(fail);
      return createFile(pathOf(id), lineOf(noted(id, entry), entry.sender ? SPARE : ""), options).catch(fail);
    },
    async update(id, change) {
      for (;;) {
        const before = read(id);
        const after = before?.entry && change(before.entry);
        if (!after) return false;
        if (await exchangeFile(pathOf(id), before.text, lineOf(noted(id, after))).catch(fail)) return true;
      }
    },
    async remove(id, which) {
      if (which?.(read(id)?.entry) !== false) await rm(pathOf(id), { force: true }).catch(fail);
    },
  };
}

const taskKey = ({ server, id }: Pick<TaskRecord, "server" | "id">) => `${id} ${server}`;

const lineOf = (entry: Entry, spare = "") => `${JSON.stringify(entry)}${spare}\n`;

/** Deno names a missing permission in the message and sets no code. */
const systemReason = ({ code, message }: NodeJS.ErrnoException) => code ?? message;

async function removeAbandoned(path: string): Promise<void> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  if (Date.now() - mtimeMs > ABANDONED) await rm(path, { force: true }).catch(() => {});
}
