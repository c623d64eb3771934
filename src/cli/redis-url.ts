import type { Redis } from "ioredis";
import { ConnectionError } from "../base/errors.js";
import type { FolderJournal, Target } from "../node/index.js";
import { redisJournal } from "../redis/redis-journal.js";
import { type Io, UsageError } from "./process.js";

/** The connections of each run, which are closed when it ends. */
const connections = new WeakMap<object, Redis[]>();

export function isRedisUrl(place: string): boolean {
  return /^rediss?:\/\//i.test(place);
}

/** The URL of --redis, or if that is "env", of REDIS_URL. @throws {UsageError} */
export function redisUrl(given: string, { env }: Pick<Io, "env">): string {
  if (hasPassword(given))
    throw new UsageError("--redis takes no password: set REDIS_URL to that URL, and write --redis env");
  const url = given === "env" ? (env.REDIS_URL ?? "") : given;
  if (!isRedisUrl(url))
    throw new UsageError("--redis takes a URL, redis://HOST:PORT/DATABASE, or env to use REDIS_URL");
  return url;
}

/** Whether a URL contains a password. Refused as an option, because every process on the machine can read the command line. */
export const hasPassword = (url: string) => /:\/\/[^/]*@/.test(url);

/** Connects to a Redis until the run ends. `isLasting`: whether to wait for one that is down. `shown`: its URL without secrets. */
export async function redisAt(place: string, io: Pick<Io, "env">, isLasting = false) {
  const { Redis } = await import("ioredis").catch((cause) => {
    throw new UsageError("Redis needs ioredis. Install it: npm install ioredis", { cause });
  });
  if (!URL.canParse(place)) throw new UsageError("The URL of Redis cannot be parsed: redis://HOST:PORT/DATABASE");
  const retryStrategy = (times: number) => (!isLasting && times > 2 ? null : 200);
  const client = new Redis(place, { maxRetriesPerRequest: isLasting ? null : 1, retryStrategy });
  let failure: Error | undefined;
  client.on("error", (error) => {
    failure = error;
  });
  // The error that ioredis throws only says how often it has tried.
  const call = (command: string, ...args: string[]) =>
    client.call(command, ...args).catch((error) => Promise.reject(failure?.message ? failure : error));
  connections.set(io, [...(connections.get(io) ?? []), client]);
  const { protocol, host, pathname } = new URL(place);
  return { call, shown: `${protocol}//${host}${pathname}` };
}

/** Checks that Redis answers, because a queue would wait for one that is down. Returns its URL without secrets. */
export async function assertRedis(url: string, io: Pick<Io, "env">): Promise<string> {
  const { call, shown } = await redisAt(url, io);
  await call("PING").catch((cause) => {
    throw new ConnectionError(`Redis cannot be used at ${shown}: ${cause.message}`, { sent: "no", cause });
  });
  return shown;
}

export async function journalAt(place: string, target: Target, io: Pick<Io, "env">): Promise<FolderJournal> {
  const { shown, call } = await redisAt(place, io);
  return { folder: shown, ...redisJournal({ call }, { target }) };
}

/** Closes the connections of a run, which would keep the process alive. */
export function disconnect(io: Pick<Io, "env">): void {
  for (const client of connections.get(io) ?? []) client.disconnect();
}
