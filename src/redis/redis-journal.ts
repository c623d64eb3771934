import type { PastTask } from "../base/journal.js";
import { aDuration, assertOptions, aText, aWholeNumber, type Rules } from "../base/options.js";
import { aTarget, type Target } from "../node/journal-entry.js";
import { HISTORY, journalOn, type StoredJournal } from "../node/stored-journal.js";
import { commandsOf, PREFIX, type RedisClient } from "./redis-client.js";
import { entriesIn } from "./redis-entries.js";

/** Options of `redisJournal`. */
export interface RedisJournalOptions {
  /** The prefix of its keys in Redis, put in braces. Default "minimax-video". */
  prefix?: string | undefined;
  /** How many replicas must have recorded a create before it is sent (`WAIT`). Default 0. Not for a cluster. */
  replicas?: number | undefined;
  /** Milliseconds that the replicas may take. Default 1000. After that, the create is refused. */
  replicaTimeout?: number | undefined;
  /** Where `minimax-video resume` saves the videos of this run. By default it chooses a place. */
  target?: Target | undefined;
}

const JOURNAL_OPTIONS: Rules<RedisJournalOptions> = {
  prefix: aText,
  replicas: aWholeNumber(0),
  replicaTimeout: aDuration,
  target: aTarget,
};

/**
 * Opens a journal that many machines share, in Redis 6.2 or later, or Valkey: one key, one paid task, whichever process asks, even
 * if a process dies between recording and sending. The outcome then counts as unknown: at once on its machine, after ten minutes
 * on others. Nothing expires; set `maxmemory-policy noeviction`.
 *
 * Whatever Redis itself loses, the journal loses too, including the record that a key was used:
 *
 * - `appendfsync always`: nothing that was recorded, not even in a power cut. This is the setting for money.
 * - `appendfsync everysec` (Redis' default with AOF): nothing if only the process of Redis dies, up to two seconds in a power cut.
 * - No AOF: everything since the last snapshot.
 * - Failover to a replica: what had not reached it. `replicas: 1` refuses each create that has not reached one replica; set it
 *   to as many as the failover may choose from. That makes a loss unlikely, not impossible: Redis does not promise more.
 *
 * @throws {ValidationError} if an option or the client is invalid.
 */
export function redisJournal(client: RedisClient, options: RedisJournalOptions = {}): StoredJournal {
  const checked = assertOptions("redisJournal", options, JOURNAL_OPTIONS);
  const { prefix = PREFIX, replicas = 0, replicaTimeout: timeout = 1000, target } = checked;
  const { store, past } = entriesIn(commandsOf("redisJournal", client), prefix, replicas, timeout);
  return {
    ...journalOn(store, target),
    async history(server) {
      // `update` wrote these.
      const all = (await past()) as (PastTask & { server: string })[];
      return all.flatMap(({ server: at, ...task }) => (at === (server ?? at) ? [task] : [])).slice(-HISTORY);
    },
  };
}
