/**
 * State that many machines share in Redis or Valkey: the journal, the budget of the account, and the store of callbacks.
 * @packageDocumentation
 */

export type { SharedBudget } from "../base/shared-budget.js";
export type { StoredJournal } from "../node/stored-journal.js";
export { type RedisBudgetOptions, redisBudget } from "./redis-budget.js";
export type { RedisClient } from "./redis-client.js";
export { type RedisJournalOptions, redisJournal } from "./redis-journal.js";
export { type RedisWebhookStoreOptions, redisWebhookStore } from "./redis-webhook-store.js";
