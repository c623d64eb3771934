/** The web application: adds a request to the queue, and waits for nothing. `node web.ts fox-17 "A red fox runs"`, with REDIS_URL. */
import { createVideoQueue } from "minimax-video/bullmq";

const [key = "fox-17", prompt = "A red fox runs through snow"] = process.argv.slice(2);
const queue = await createVideoQueue({ connection: { url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" } });
// The same key gives the same job, even if another machine adds it.
const job = await queue.add({ model: "T2V-01", prompt }, { key, out: `${key}.mp4` });
console.log(job.id);
await queue.close();
