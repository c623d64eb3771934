import { createHash, randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { realClock } from "../base/clock.js";
import { MiniMaxError } from "../base/errors.js";
import type { CreateFacts, Intent, Journal, JournalEntry, PastTask } from "../base/journal.js";
import { defined } from "../base/record.js";
import type { TaskRecord } from "../base/task.js";
import { type Entry, type Listed, pastOf, stateOf, type Target } from "./journal-entry.js";
import { sender } from "./sending-process.js";

/** The journal could not be read or written, so nothing was sent. `cause` is the error of the system: fix that, then try again. */
export class JournalError extends MiniMaxError {
  override get name() {
    return "JournalError" as const;
  }
}

/** A journal with entries that can be listed, in a folder or in Redis. Several processes may share it. */
export interface StoredJournal extends Journal {
  /** Lists every entry with its state, oldest first. */
  list(): Promise<Listed[]>;
  /** Finds the entry of a task by its `id`, or of a `key`, at a `server`. */
  find(what: { server: string; id: string } | { server: string; key: string }): Promise<Listed | undefined>;
  /** As in `Journal`. If a server is given, returns only its tasks, because those of a mock take no time. */
  history(server?: string): Promise<readonly PastTask[]>;
  /** Removes an entry, whatever its state. Its key can then buy again, and `resume` no longer finds its task. */
  forget(id: string): Promise<void>;
}

/** A stored text: an entry, or the reason why it is not one. `cause`: the error of the system, if it could not be read. */
export type Found =
  | { id: string; text: string; entry: Entry; problem?: undefined; cause?: undefined }
  | { id: string; entry?: undefined; problem: string; cause?: Error };

/** Stores the entries of a journal. Each change is atomic, and flushed by the time it resolves. Failures are JournalErrors. */
export interface EntryStore {
  /** Where an entry is stored, for messages. */
  pathOf(id: string): string;
  read(id: string): Found | undefined | Promise<Found | undefined>;
  /** Collects what `use` returns for each entry, unless undefined, in no particular order. */
  readAll<T>(use: (found: Found) => T | undefined): Promise<T[]>;
  /** Resolves with the id of a task's entry. It may be outdated, so compare the task. */
  idOf(task: Pick<TaskRecord, "server" | "id">): Promise<string | undefined>;
  /** Resolves with false if the id is taken. `unique`: it cannot be taken. */
  create(id: string, entry: Entry, options?: { unique?: boolean }): Promise<boolean>;
  /** Writes the result of `change`. Resolves with false if that is undefined, or if there is no such entry. */
  update(id: string, change: (entry: Entry) => Entry | undefined): Promise<boolean>;
  /** Removes an entry, if `which` accepts it. */
  remove(id: string, which?: (entry: Entry | undefined) => boolean): Promise<void>;
}

/** How often, in milliseconds, to look at a create with the same key that is still being sent. */
const POLL = 100;

/** The most past tasks that `history` returns. */
export const HISTORY = 100;

/** Makes a journal on top of a store. `target`: where to save the videos of this run. */
export function journalOn(store: EntryStore, target?: Target): StoredJournal {
  /** Replaces the entry with its outcome. If another create has taken its key in the meantime, records the outcome in a new entry. */
  function entryOf(id: string, begun: Entry): JournalEntry {
    const { sender, ...rest } = begun;
    const isMine = (entry: Entry | undefined) => entry?.sender?.once === sender?.once;
    const settle = async (outcome: Entry) => {
      if (await store.update(id, (entry) => (isMine(entry) ? outcome : undefined))) return;
      if (await store.create(id, outcome, { unique: begun.key === undefined })) return;
      await store.create(newId(begun), outcome, { unique: true });
    };
    return {
      accepted: (task) => settle({ ...rest, task }),
      unknown: () => settle(rest),
      // Not flushed: if a power cut restores the entry, its state is "unknown", and nothing is bought.
      refused: () => store.remove(id, isMine),
    };
  }

  async function take(intent: Intent, signal: AbortSignal | undefined): ReturnType<Journal["begin"]> {
    const { key } = intent;
    const unique = key === undefined;
    const id = unique ? newId(intent) : idOfKey({ ...intent, key });
    for (;;) {
      signal?.throwIfAborted();
      const found = unique ? undefined : await store.read(id);
      if (!found) {
        const entry: Entry = { version: 1, ...intent, ...defined({ target }), sender: sender() };
        if (!(await store.create(id, entry, { unique }))) continue;
        if (!signal?.aborted) return { entry: entryOf(id, entry) };
        await store.remove(id);
        throw signal.reason;
      }
      const state = isOf(intent, found.entry) ? stateOf(found.entry) : "unreadable";
      const isOpen = state === "unknown" || state === "unreadable";
      if (state !== "sending") return (isOpen && (await otherOf(intent))) || entryIn(found, intent, store.pathOf(id));
      await realClock.pause(POLL, signal);
    }
  }

  /** Another entry of a key, with its task: its create could not change the first one, because somebody had edited or damaged it. */
  async function otherOf(intent: Intent): Promise<Entry | undefined> {
    const [other] = await store.readAll(({ entry }) => (entry?.task && isOf(intent, entry) ? entry : undefined));
    return other;
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
    const time = (entry: Listed) => ("submittedAt" in entry ? entry.submittedAt : 0);
    return (await store.readAll(listed)).sort((one, other) => time(one) - time(other));
  }

  async function withFacts(create: CreateFacts) {
    const has = (entry: Entry) => Object.entries(create).every(([name, fact]) => entry[name as keyof Intent] === fact);
    return (await list()).flatMap((entry) => (entry.state !== "unreadable" && has(entry) ? [entry] : []));
  }

  return {
    list,
    begin: (intent, { signal } = {}) =>
      take(intent, signal).catch((error) => {
        if (error === signal?.reason) throw error;
        const cause = error instanceof JournalError ? error.cause : error;
        throw new JournalError(`Nothing was sent. ${error.message}`, { cause });
      }),
    ended: (task, end) => change(task, ({ ended, saved }) => (ended || saved ? undefined : { ended: end })),
    saved: (task, path) => change(task, () => ({ saved: { path: resolve(path), at: Date.now() } })),
    known: (server) => store.readAll(({ entry }) => (entry?.server === server ? entry.task?.id : undefined)),
    async found(create, task) {
      // A task with an entry belongs to another create, and so does an entry with a task.
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
      const found = id === undefined ? undefined : await store.read(id);
      return !found || ("id" in what && found.entry?.task?.id !== what.id) ? undefined : listed(found);
    },
    forget: (id) => store.remove(id),
  };
}

function isOf({ key, server }: Intent, entry: Entry | undefined): entry is Entry {
  return entry?.key?.normalize() === key?.normalize() && entry?.server === server;
}

/** @throws {JournalError} if this is not the entry of the intent's key. */
function entryIn({ entry, problem = "it belongs to another key", cause }: Found, intent: Intent, path: string): Entry {
  if (isOf(intent, entry)) return entry;
  const message = `The outcome of the key "${intent.key}" cannot be read from ${path}: ${problem}`;
  throw new JournalError(cause ? message : `${message}. Move it away to buy again`, { cause });
}

function listed({ id, entry, problem = "" }: Found): Listed {
  return entry ? { ...entry, id, state: stateOf(entry) } : { id, state: "unreadable", problem };
}

/** The id of an entry with a key: the same in every process and however accents are encoded. It does not reveal the key. */
export function idOfKey({ server, key }: { server: string; key: string }): string {
  const hash = createHash("sha256").update(JSON.stringify([server, key.normalize()]));
  return `key-${hash.digest("hex").slice(0, 32)}`;
}

/** A new id for an entry without a key. Ids sort by time. */
export function newId({ submittedAt }: { submittedAt: number }): string {
  return `${new Date(submittedAt).toISOString().replace(/[-:.]/g, "")}-${randomBytes(8).toString("hex")}`;
}
