import { realClock } from "../base/clock.js";
import type { TaskRecord } from "../base/task.js";
import { retry } from "../http/retry.js";
import { type Entry, entryFrom, pastOf } from "../node/journal-entry.js";
import { type EntryStore, type Found, JournalError } from "../node/stored-journal.js";
import { type Command, runScript } from "./redis-client.js";

/** How many past tasks to keep, for all servers together. */
const PAST = 1000;
/** How many entries to request at once. */
const PAGE = 500;

/**
 * Replaces the text of an entry: id, from, to; "" means no entry. Repeating an exchange changes nothing and succeeds, because a
 * client repeats it if the connection broke before the reply. In the same step, updates the index by task and the list of past
 * tasks.
 */
const EXCHANGE = `
local now = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if now == ARGV[3] then return 1 end
if now ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  if ARGV[4] ~= '' then redis.call('HDEL', KEYS[2], ARGV[4]) end
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], ARGV[4], ARGV[1]) end
  if ARGV[5] ~= '' then
    redis.call('RPUSH', KEYS[3], ARGV[5])
    redis.call('LTRIM', KEYS[3], -${PAST}, -1)
  end
end
return 1`;

/**
 * Stores entries as the texts of one hash. `replicas`: how many replicas must have each change within `timeout` milliseconds. Throws
 * errors of Redis as JournalErrors.
 */
export function entriesIn(send: Command, prefix: string, replicas: number, timeout: number) {
  // All three have the same hash tag, so that a cluster keeps them in one place.
  const [entries, tasks, past] = [`{${prefix}}:entries`, `{${prefix}}:tasks`, `{${prefix}}:past`];

  async function exchange(id: string, from: string, to: string, entry: Entry | undefined, more = ""): Promise<boolean> {
    const task = entry?.task ? fieldOf(entry.task) : "";
    const isDone = Number(await runScript(send, EXCHANGE, [entries, tasks, past], [id, from, to, task, more])) === 1;
    if (isDone && replicas > 0) {
      const reached = Number(await send("WAIT", replicas, timeout));
      if (reached < replicas) throw new Error(`only ${reached} of ${replicas} replicas have it`);
      // After a failover, a client asks the new primary, which confirms changes that it has never seen.
      if (((await field(entries, id)) ?? "") !== to) throw new Error("a failover has lost it");
    }
    return isDone;
  }

  /** Clients can be set to return texts as Buffers. */
  async function field(hash: string, name: string): Promise<string | undefined> {
    const text = await send("HGET", hash, name).catch(fail("read"));
    return text === null ? undefined : String(text);
  }

  async function read(id: string): Promise<Text | undefined> {
    const text = await field(entries, id);
    return text === undefined ? undefined : foundIn(id, text);
  }

  const store: EntryStore = {
    pathOf: (id) => `the field ${id} of ${entries} in Redis`,
    read,
    async readAll(use) {
      const all = new Map<string, string>();
      let cursor = "0";
      do {
        const page = await send("HSCAN", entries, cursor, "COUNT", PAGE).catch(fail("read"));
        const [next, fields] = page as [unknown, unknown[]];
        // HSCAN may return a field twice.
        for (let at = 0; at < fields.length; at += 2) all.set(String(fields[at]), String(fields[at + 1]));
        cursor = String(next);
      } while (cursor !== "0");
      return [...all].flatMap(([id, text]) => use(foundIn(id, text)) ?? []);
    },
    idOf: (task) => field(tasks, fieldOf(task)),
    async create(id, entry) {
      const text = JSON.stringify(entry);
      return exchange(id, "", text, entry).catch((error) => {
        // The entry may exist nevertheless. Nothing will be sent for it, so its key should not stay taken.
        persist(() => exchange(id, text, "", entry)).catch(() => {});
        return fail("written")(error);
      });
    },
    update: (id, change) =>
      persist(async () => {
        for (;;) {
          const before = await read(id);
          const after = before?.entry && change(before.entry);
          if (!after) return false;
          const ended = before.entry.ended ? undefined : pastOf(after);
          const more = ended ? JSON.stringify({ server: after.server, ...ended }) : "";
          if (await exchange(id, before.text, JSON.stringify(after), after, more).catch(fail("written"))) return true;
        }
      }),
    remove: (id, which) =>
      persist(async () => {
        for (;;) {
          const before = await read(id);
          if (!before || which?.(before.entry) === false) return;
          if (await exchange(id, before.text, "", before.entry).catch(fail("written"))) return;
        }
      }),
  };
  return {
    store,
    /** How long the last tasks took, oldest first. */
    async past(): Promise<unknown[]> {
      const texts = await send("LRANGE", past, 0, -1).catch(fail("read"));
      return (texts as unknown[]).map((text) => JSON.parse(String(text)));
    },
  };
}

const fieldOf = ({ server, id }: Pick<TaskRecord, "server" | "id">) => `${id} ${server}`;

type Text = Found & { readonly text: string };
const foundIn = (id: string, text: string): Text => ({ id, text, ...entryFrom(text) });

/** Retries a failed write for half a minute, because what it records has already happened, and a failover takes some seconds. */
async function persist<T>(write: () => Promise<T>): Promise<T> {
  const until = performance.now() + 30_000;
  const delay = () => (performance.now() < until ? 500 : undefined);
  return retry({ clock: realClock, logger: undefined }, { operation: "redisJournal" }, delay, write);
}

function fail(done: "read" | "written") {
  return (cause: unknown): never => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new JournalError(`The journal in Redis cannot be ${done}: ${why}`, { cause });
  };
}
