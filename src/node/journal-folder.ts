import { resolve } from "node:path";
import { realClock } from "../base/clock.js";
import type { Intent, Journal, JournalEntry, PastTask } from "../base/journal.js";
import { assertOptions, aText, mustBe, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { TaskRecord } from "../base/task.js";
import { finderIn } from "./finder.js";
import { type Entry, type Listed, pastOf, stateOf, type Target } from "./journal-entry.js";
import { defaultFolder, idOfKey, newId } from "./journal-names.js";
import { type Found, JournalError, storeIn } from "./journal-store.js";
import { sender } from "./sending-process.js";

export interface JournalOptions {
  /**
   * Where it lies; made with the first create. Default: the environment's MINIMAX_JOURNAL, else `minimax-video` in
   * $XDG_STATE_HOME or ~/.local/state; on Windows in %LOCALAPPDATA%.
   */
  folder?: string | undefined;
  /** Where the videos of this run are wanted; `minimax-video resume` saves them there. Default: it decides. */
  target?: Target | undefined;
}

const JOURNAL_OPTIONS: Rules<JournalOptions> = {
  folder: aText,
  target: mustBe(
    "an object with a path, and force if files may be replaced",
    (value) => isRecord(value) && typeof value.path === "string",
  ),
};

/** A journal in a folder, one small file a create. Several processes may share it. */
export interface FolderJournal extends Journal {
  readonly folder: string;
  /** Everything that lies there, oldest first, and what has become of it. */
  list(): Promise<Listed[]>;
  /** The entry of a task, or of a key. */
  find(what: { server: string; id: string } | { server: string; key: string }): Promise<Listed | undefined>;
  /** As in `Journal`; with the name of a server only of its tasks: those of a mock are over in no time. */
  history(server?: string): Promise<readonly PastTask[]>;
  /** Removes an entry, whatever its state: its key buys again, and nobody waits for its task any more. */
  forget(id: string): Promise<void>;
}

/** Milliseconds between looks at a create that another one waits for. */
const POLL = 100;

/** As many past tasks as are of use. */
const HISTORY = 100;

/**
 * The journal of a folder, which is not touched before the first create. It never removes what is unknown or not saved.
 * A file appears as a whole, flushed, and exclusively where it stands for a key.
 */
export async function openJournal(options: string | JournalOptions = {}): Promise<FolderJournal> {
  if (typeof options !== "string") assertOptions("openJournal", options, JOURNAL_OPTIONS);
  const { folder: named, target } = typeof options === "string" ? { folder: options } : options;
  const folder = resolve(named ?? defaultFolder(process.env));
  const store = storeIn(folder);
  const { note, idOf } = finderIn(store);

  /** A create that is written down; its outcome takes its place, unless somebody has forgotten or replaced it meanwhile. */
  function entryOf(id: string, begun: Entry): JournalEntry {
    const { sender, ...rest } = begun;
    const isMine = (entry: Entry | undefined) => entry?.sender?.once === sender?.once;
    const settle = async (outcome: Entry) => {
      note({ id, entry: outcome });
      if (await store.update(id, (entry) => (isMine(entry) ? outcome : undefined))) return;
      const other = newId(begun);
      note({ id: other, entry: outcome });
      await store.create(other, outcome, { unique: true });
    };
    return {
      accepted: (task) => settle({ ...rest, task }),
      unknown: () => settle(rest),
      async refused() {
        // Not flushed: should it come back after a power cut, it says "unknown", and nothing is bought by that.
        if (isMine((await store.read(id))?.entry)) await store.remove(id);
      },
    };
  }

  async function change(task: TaskRecord, facts: (entry: Entry) => Partial<Entry> | undefined): Promise<void> {
    const id = await idOf(task);
    if (id === undefined) return;
    await store.update(id, (entry) => {
      const more = entry.task?.id === task.id ? facts(entry) : undefined;
      return more && { ...entry, ...more };
    });
  }

  async function list(): Promise<Listed[]> {
    const all = await store.readAll();
    for (const found of all) note(found);
    return all.map(listed).sort((one, other) => timeOf(one) - timeOf(other));
  }

  return {
    folder,
    list,
    async begin(intent, { signal } = {}) {
      const { key } = intent;
      const id = key === undefined ? newId(intent) : idOfKey({ ...intent, key });
      for (;;) {
        signal?.throwIfAborted();
        const found = key === undefined ? undefined : await store.read(id);
        if (!found) {
          const entry: Entry = { version: 1, ...intent, ...(target ? { target } : {}), sender: sender() };
          if (!(await store.create(id, entry, { unique: key === undefined }).catch(refuse))) continue;
          if (!signal?.aborted) return { entry: entryOf(id, entry) };
          await store.remove(id);
          throw signal.reason;
        }
        const entry = entryIn(found, intent, store.pathOf(id));
        if (stateOf(entry) !== "sending") return entry;
        await realClock.pause(POLL, signal);
      }
    },
    ended: (task, end) => change(task, ({ ended, saved }) => (ended || saved ? undefined : { ended: end })),
    saved: (task, path) => change(task, () => ({ saved: { path: resolve(path), at: Date.now() } })),
    async known(server) {
      return (await list()).flatMap((entry) =>
        entry.state === "unreadable" || entry.server !== server ? [] : (entry.task?.id ?? []),
      );
    },
    async found({ fingerprint, submittedAt }, task) {
      for (const { id, ...entry } of await list()) {
        if (entry.state !== "unknown" || entry.fingerprint !== fingerprint || entry.submittedAt !== submittedAt)
          continue;
        await store.update(id, ({ sender: _, ...rest }) => (rest.task ? undefined : { ...rest, task }));
      }
    },
    async history(server) {
      const past = (await list()).flatMap((entry) =>
        entry.state === "unreadable" || (server !== undefined && entry.server !== server) ? [] : (pastOf(entry) ?? []),
      );
      return past.slice(-HISTORY);
    },
    async find(what) {
      const id = "key" in what ? idOfKey(what) : await idOf(what);
      const found = id === undefined ? undefined : await store.read(id);
      return !found || ("id" in what && found.entry?.task?.id !== what.id) ? undefined : listed(found);
    },
    forget: (id) => store.remove(id),
  };
}

/** @throws {JournalError} for what is no entry of this key: nothing is sent in its place. */
function entryIn(found: Found, { key, server }: Intent, path: string): Entry {
  const { entry } = found;
  if (entry?.key === key && entry?.server === server) return entry as Entry;
  const problem = entry ? "it belongs to another key" : found.problem;
  return refuse(
    new JournalError(
      `What became of the key "${key}" cannot be read from ${path}: ${problem}. Move it away to buy anew`,
    ),
  );
}

function refuse({ message, cause }: JournalError): never {
  throw new JournalError(`Nothing was sent. ${message}`, { cause });
}

function listed(found: Found): Listed {
  const { id, entry } = found;
  return entry ? { ...entry, id, state: stateOf(entry) } : { id, state: "unreadable", problem: found.problem };
}

function timeOf(entry: Listed): number {
  return entry.state === "unreadable" ? 0 : entry.submittedAt;
}
