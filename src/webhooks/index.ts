/** What MiniMax calls back, received so that it can be trusted: `minimax-video/webhooks`. */

export { WebhookError } from "../base/errors.js";
export type { TaskStatus } from "../base/task.js";
export { fastifyRoute } from "./fastify.js";
export { createWebhookHandler, type WebhookHandler, type WebhookOptions } from "./handler.js";
export { nodeListener } from "./node.js";
export type { Admitted, Answer, Head, Receiver } from "./receive.js";
export { memoryStore, type WebhookStore } from "./store.js";
export type { Secret } from "./token.js";
export { type WebhookUrlOptions, webhookUrl } from "./url.js";
