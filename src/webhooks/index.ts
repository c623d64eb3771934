/**
 * Receives and verifies the callbacks of MiniMax. Runs wherever there are web-standard requests.
 * @packageDocumentation
 */

export { WebhookError } from "../base/errors.js";
export type { TaskStatus } from "../base/task.js";
export type { Answer, Head, Receiver } from "./callback-receiver.js";
export type { Admitted, Secret } from "./callback-token.js";
export { fastifyRoute } from "./fastify-route.js";
export { nodeListener } from "./node-listener.js";
export { createWebhookHandler, type WebhookHandler, type WebhookOptions } from "./webhook-handler.js";
export { type MemoryStoreOptions, memoryStore, type WebhookStore } from "./webhook-store.js";
export { type WebhookUrlOptions, webhookUrl } from "./webhook-url.js";
