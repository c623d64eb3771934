/** What many machines share in Redis or Valkey: `minimax-video/redis`. */

export type { SharedBudget } from "../base/shared-budget.js";
export type { StoredJournal } from "../node/stored-journal.js";
export { type RedisBudgetOptions, redisBudget } from "./redis-budget.js";
export type { RedisClient } from "./redis-client.js";
export { type RedisJournalOptions, redisJournal } from "./redis-journal.js";
export { type RedisWebhookStoreOptions, redisWebhookStore } from "./redis-webhook-store.js";
