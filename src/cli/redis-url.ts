import type { Redis } from "ioredis";
import type { FolderJournal, Target } from "../node/index.js";
import { redisJournal } from "../redis/redis-journal.js";
import { type Io, UsageError } from "./process.js";

/** Connections of a run, which must not outlive it. */
const connections = new WeakMap<object, Redis[]>();

export function isRedisUrl(place: string): boolean {
  return /^rediss?:\/\//i.test(place);
}

/** The journal in the Redis at a URL. `folder` is the URL, as far as it may be shown. @throws {UsageError} */
export async function journalAt(place: string, target: Target, io: Pick<Io, "env">): Promise<FolderJournal> {
  const { Redis } = await import("ioredis").catch((cause) => {
    throw new UsageError("A journal in Redis needs ioredis. Install it: npm install ioredis", { cause });
  });
  if (!URL.canParse(place)) throw new UsageError("The URL of the journal cannot be parsed: redis://HOST:PORT/DATABASE");
  const client = new Redis(place, { maxRetriesPerRequest: 1, retryStrategy: (times) => (times > 2 ? null : 200) });
  let failure: Error | undefined;
  client.on("error", (error) => {
    failure = error;
  });
  // ioredis itself only says how often it has tried.
  const call = (command: string, ...args: string[]) =>
    client.call(command, ...args).catch((error) => Promise.reject(failure?.message ? failure : error));
  connections.set(io, [...(connections.get(io) ?? []), client]);
  const { protocol, host, pathname } = new URL(place);
  return { folder: `${protocol}//${host}${pathname}`, ...redisJournal({ call }, { target }) };
}

/** Ends what keeps a process alive. */
export function disconnect(io: Pick<Io, "env">): void {
  for (const client of connections.get(io) ?? []) client.disconnect();
}
