import { randomUUID } from "node:crypto";
import { assertOptions, aText, aWholeNumber, type Rules } from "../base/options.js";
import type { WebhookStore } from "../webhooks/webhook-store.js";
import { commandsOf, PREFIX, type RedisClient, runScript } from "./redis-client.js";

/** Options of `redisWebhookStore`. */
export interface RedisWebhookStoreOptions {
  /** The prefix of its keys in Redis. Default "minimax-video". */
  prefix?: string | undefined;
  /** Seconds after which a mark is forgotten. Default 604,800, a week. */
  expiry?: number | undefined;
}

const STORE_OPTIONS: Rules<RedisWebhookStoreOptions> = { prefix: aText, expiry: aWholeNumber(600) };

/** Returns true again for the same call, because a client repeats it if the connection broke before the reply. */
const PUT = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0`;

/**
 * Creates a store for `createWebhookHandler` that many machines share.
 * @throws {ValidationError} if an option or the client is invalid.
 */
export function redisWebhookStore(client: RedisClient, options: RedisWebhookStoreOptions = {}): WebhookStore {
  const { prefix = PREFIX, expiry = 604_800 } = assertOptions("redisWebhookStore", options, STORE_OPTIONS);
  const send = commandsOf("redisWebhookStore", client);
  const keyOf = (taskId: string, mark: string) => `${prefix}:callback:${taskId}${mark}`;
  return {
    has: async (id, mark) => Number(await send("EXISTS", keyOf(id, mark))) === 1,
    put: async (id, mark) => Number(await runScript(send, PUT, [keyOf(id, mark)], [randomUUID(), expiry])) === 1,
    remove: (id, mark) => send("DEL", keyOf(id, mark)),
  };
}
