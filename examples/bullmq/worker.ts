/** A worker, on as many machines as you like: `node worker.ts videos`, with REDIS_URL and MINIMAX_API_KEY. Ctrl-C ends it. */
import { Redis } from "ioredis";
import { createVideoWorker } from "minimax-video/bullmq";
import { redisBudget, redisJournal } from "minimax-video/redis";

const [folder = "videos"] = process.argv.slice(2);
const url = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";
const redis = new Redis(url);
const client = { journal: redisJournal(redis), budget: redisBudget(redis) };
const worker = await createVideoWorker({ connection: { url, maxRetriesPerRequest: null }, client, folder });
worker.on("completed", (job, result) => console.log(job.id, JSON.stringify(result)));
worker.on("failed", (job, error) => console.error(job?.id, error.message));
process.once("SIGINT", async () => {
  // What is under way goes on at another worker, or at the next start.
  await worker.close();
  redis.disconnect();
});
console.error("working");
