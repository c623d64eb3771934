/**
 * A web endpoint that makes videos: `POST /videos` with `{ "id": "order-17", "prompt": "…" }` buys one, `GET /videos/order-17` tells how it
 * stands, and MiniMax calls `/callbacks` when it is ready. Nothing polls, and a repeated POST buys nothing again.
 *
 * MINIMAX_API_KEY, MINIMAX_WEBHOOK_SECRET and PUBLIC_URL, an address that MiniMax can reach, in the environment.
 */
import { mkdir } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createClient, ValidationError } from "minimax-video";
import { openJournal, saveVideo } from "minimax-video/node";
import { createWebhookHandler, webhookUrl } from "minimax-video/webhooks";

const { PORT = "3000", PUBLIC_URL = `http://127.0.0.1:${PORT}`, FOLDER = "videos" } = process.env;
const secret = process.env.MINIMAX_WEBHOOK_SECRET ?? "";
// Remembers what was bought under which key, also after a crash.
const journal = await openJournal();
const client = createClient({ journal });
/** A database in real life. */
const states = new Map<string, string>();
await mkdir(FOLDER, { recursive: true });

const handler = createWebhookHandler({
  secret,
  client,
  // MiniMax waits a few seconds for the answer, and saving may take longer.
  onStatus({ taskId, state }, { reference = taskId }) {
    states.set(reference, state);
    if (state === "succeeded")
      save(reference, taskId).catch((error) => states.set(reference, `not saved: ${error.message}`));
  },
});

async function save(reference: string, taskId: string): Promise<void> {
  const video = await client.videos.task(taskId).wait();
  await saveVideo(video, `${FOLDER}/${reference}.mp4`);
  states.set(reference, "saved");
}

const app = new Hono();
app.post("/callbacks", (c) => handler(c.req.raw));
app.post("/videos", async (c) => {
  const { id, prompt } = await c.req.json();
  if (typeof id !== "string" || !/^[\w-]{1,40}$/.test(id))
    return c.json({ error: "id takes letters, digits, - and _" }, 400);
  const callback_url = await webhookUrl(`${PUBLIC_URL}/callbacks`, { secret, reference: id });
  try {
    const task = await client.videos.create({ model: "T2V-01", prompt, callback_url }, { key: id });
    return c.json({ id, task: task.id }, 202);
  } catch (error) {
    if (error instanceof ValidationError) return c.json({ issues: error.issues }, 400);
    throw error;
  }
});
app.get("/videos/:id", (c) => c.json({ state: states.get(c.req.param("id")) ?? "unknown" }));

serve({ fetch: app.fetch, port: Number(PORT) }, ({ port }) => console.log(`http://127.0.0.1:${port}`));
