import { resolve } from "node:path";
import { realClock } from "../base/clock.js";
import type { CreateFacts, Intent, Journal, JournalEntry, PastTask } from "../base/journal.js";
import { assertOptions, aText, mustBe, type Rules } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import type { TaskRecord } from "../base/task.js";
import { type Entry, type Listed, pastOf, stateOf, type Target } from "./journal-entry.js";
import { defaultFolder, type Found, idOfKey, JournalError, newId, storeIn } from "./journal-store.js";
import { sender } from "./sending-process.js";

export interface JournalOptions {
  /**
   * The folder. It is made by the first create. Default: the environment variable MINIMAX_JOURNAL, otherwise `minimax-video` in
   * $XDG_STATE_HOME or ~/.local/state, and on Windows in %LOCALAPPDATA%.
   */
  folder?: string | undefined;
  /** Where to save the videos of this run. `minimax-video resume` saves them there. By default it chooses a place. */
  target?: Target | undefined;
}

const JOURNAL_OPTIONS: Rules<JournalOptions> = {
  folder: aText,
  target: mustBe(
    "an object with a path, and force if files may be replaced",
    (value) => isRecord(value) && typeof value.path === "string",
  ),
};

/** A journal in a folder, with one small file per create. Several processes may share it. */
export interface FolderJournal extends Journal {
  readonly folder: string;
  /** Every file in the folder, oldest first, with its state. */
  list(): Promise<Listed[]>;
  /** Finds the entry of a task or of a key. */
  find(what: { server: string; id: string } | { server: string; key: string }): Promise<Listed | undefined>;
  /** As in `Journal`. With a server, only its tasks: those of a mock take no time. */
  history(server?: string): Promise<readonly PastTask[]>;
  /** Removes an entry, whatever its state. Its key can then buy again, and `resume` no longer finds its task. */
  forget(id: string): Promise<void>;
}

/** Milliseconds between looks at a create with the same key that is still being sent. */
const POLL = 100;

/** The number of past tasks that `history` returns at most. */
const HISTORY = 100;

/**
 * Opens the journal of a folder. The folder is not touched before the first create. Entries whose outcome is unknown or whose
 * video is not saved are never removed. A file appears complete and flushed, and only one process can create the file of a key.
 */
export async function openJournal(options: string | JournalOptions = {}): Promise<FolderJournal> {
  if (typeof options !== "string") assertOptions("openJournal", options, JOURNAL_OPTIONS);
  const { folder: named, target } = typeof options === "string" ? { folder: options } : options;
  const folder = resolve(named ?? defaultFolder(process.env));
  const store = storeIn(folder);

  /** Replaces the entry by its outcome. If it was removed or replaced meanwhile, the outcome gets an entry of its own. */
  function entryOf(id: string, begun: Entry): JournalEntry {
    const { sender, ...rest } = begun;
    const isMine = (entry: Entry | undefined) => entry?.sender?.once === sender?.once;
    const settle = async (outcome: Entry) => {
      if (await store.update(id, (entry) => (isMine(entry) ? outcome : undefined))) return;
      await store.create(newId(begun), outcome, { unique: true });
    };
    return {
      accepted: (task) => settle({ ...rest, task }),
      unknown: () => settle(rest),
      async refused() {
        // Not flushed: if it comes back after a power cut, it reads "unknown", and nothing is bought.
        if (isMine(store.read(id)?.entry)) await store.remove(id);
      },
    };
  }

  async function take(intent: Intent, signal: AbortSignal | undefined): ReturnType<Journal["begin"]> {
    const { key } = intent;
    const id = key === undefined ? newId(intent) : idOfKey({ ...intent, key });
    for (;;) {
      signal?.throwIfAborted();
      const found = key === undefined ? undefined : store.read(id);
      if (!found) {
        // In Deno, a process may not know its machine without a permission.
        const entry: Entry = { version: 1, ...intent, ...(target ? { target } : {}), sender: sender() };
        if (!(await store.create(id, entry, { unique: key === undefined }))) continue;
        if (!signal?.aborted) return { entry: entryOf(id, entry) };
        await store.remove(id);
        throw signal.reason;
      }
      const entry = entryIn(found, intent, store.pathOf(id));
      if (stateOf(entry) !== "sending") return entry;
      await realClock.pause(POLL, signal);
    }
  }

  async function change(task: TaskRecord, facts: (entry: Entry) => Partial<Entry> | undefined): Promise<void> {
    const id = await store.idOf(task);
    if (id === undefined) return;
    await store.update(id, (entry) => {
      const more = entry.task?.id === task.id ? facts(entry) : undefined;
      return more && { ...entry, ...more };
    });
  }

  async function list(): Promise<Listed[]> {
    return (await store.readAll(listed)).sort((one, other) => timeOf(one) - timeOf(other));
  }

  async function withFacts(create: CreateFacts) {
    const has = (entry: Entry) => Object.entries(create).every(([name, fact]) => entry[name as keyof Intent] === fact);
    return (await list()).flatMap((entry) => (entry.state !== "unreadable" && has(entry) ? [entry] : []));
  }

  return {
    folder,
    list,
    begin: (intent, { signal } = {}) =>
      take(intent, signal).catch((error) => {
        if (error === signal?.reason) throw error;
        const cause = error instanceof JournalError ? error.cause : error;
        throw new JournalError(`Nothing was sent. ${error.message}`, { cause });
      }),
    ended: (task, end) => change(task, ({ ended, saved }) => (ended || saved ? undefined : { ended: end })),
    saved: (task, path) => change(task, () => ({ saved: { path: resolve(path), at: Date.now() } })),
    async known(server) {
      return store.readAll(({ entry }) => (entry?.server === server ? entry.task?.id : undefined));
    },
    async found(create, task) {
      // A task that has an entry belongs to another create, as does an entry that has a task.
      if ((await store.idOf(task)) !== undefined) return;
      const [entry, ...others] = (await withFacts(create)).filter(({ task }) => !task);
      if (entry?.state !== "unknown" || others.length > 0) return;
      const { id, model, duration, resolution, submittedAt: createdAt } = entry;
      const whole = { ...defined({ model, duration, resolution, createdAt }), ...task };
      await store.update(id, ({ sender: _, ...rest }) => (rest.task ? undefined : { ...rest, task: whole }));
    },
    taskOf: async (create) => (await withFacts(create))[0]?.task,
    async history(server) {
      const entries = await withFacts(defined({ server }));
      return entries.flatMap((entry) => pastOf(entry) ?? []).slice(-HISTORY);
    },
    async find(what) {
      const id = "key" in what ? idOfKey(what) : await store.idOf(what);
      const found = id === undefined ? undefined : store.read(id);
      return !found || ("id" in what && found.entry?.task?.id !== what.id) ? undefined : listed(found);
    },
    forget: (id) => store.remove(id),
  };
}

/** @throws {JournalError} if the file is not an entry of this key. */
function entryIn(found: Found, { key, server }: Intent, path: string): Entry {
  const { entry, problem, cause } = { problem: "it belongs to another key", cause: undefined, ...found };
  if (entry?.key === key && entry?.server === server) return entry as Entry;
  const advice = cause ? "" : ". Move it away to buy anew";
  throw new JournalError(`What became of the key "${key}" cannot be read from ${path}: ${problem}${advice}`, { cause });
}

function listed(found: Found): Listed {
  const { id, entry } = found;
  return entry ? { ...entry, id, state: stateOf(entry) } : { id, state: "unreadable", problem: found.problem };
}

function timeOf(entry: Listed): number {
  return entry.state === "unreadable" ? 0 : entry.submittedAt;
}
