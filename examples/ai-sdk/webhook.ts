/**
 * Starts a video and waits for nothing: MiniMax calls when it is ready. `PUBLIC_URL=https://… node webhook.ts` makes one video at an
 * address that MiniMax can reach, and prints the link to it.
 */
import { createServer } from "node:http";
import { experimental_getVideoStatus as getVideoStatus, experimental_startVideo as startVideo } from "ai";
import { createClient } from "minimax-video";
import { createMiniMaxVideo } from "minimax-video/ai-sdk";
import { createWebhookHandler, nodeListener, webhookUrl } from "minimax-video/webhooks";

const { PORT = "3000", PUBLIC_URL = `http://127.0.0.1:${PORT}`, WEBHOOK_SECRET: secret = "" } = process.env;
const client = createClient();
const model = createMiniMaxVideo(client).videoModel("MiniMax-Hailuo-2.3");
/** A database in real life: operations are JSON, and any process can go on with them. */
const operations = new Map<string, string>();

const server = createServer(nodeListener(createWebhookHandler({ secret, client, onStatus }))).listen(Number(PORT));
const url = await webhookUrl(`${PUBLIC_URL}/callbacks`, { secret, reference: "order 17" });
const started = await startVideo({ model, prompt: "A red fox runs through snow [Push in]", webhookUrl: url });
operations.set("order 17", JSON.stringify(started.operation));
console.error("Started:", operations.get("order 17"));

async function onStatus({ state }: { state: string }, { reference = "" }) {
  const operation = operations.get(reference);
  if (state === "running" || !operation) return;
  const result = await getVideoStatus(model, { operation: JSON.parse(operation) });
  if (result.status === "completed") console.log(JSON.stringify(result.videos));
  else console.error(result);
  server.close();
}
