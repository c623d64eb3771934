/** A worker in a separate process, for tests that kill it. */
import { Redis } from "ioredis";
import { createVideoWorker } from "../../src/bullmq/index.js";
import { redisBudget, redisJournal } from "../../src/redis/index.js";

/** Its only argument, as JSON. Times are shortened: the account's minute, and the time until a dead worker's jobs are taken over. */
export interface WorkerOrder {
  redis: string;
  server: string;
  folder: string;
  minute: number;
  createsPerMinute: number;
}

const { redis, server, folder, minute, createsPerMinute } = JSON.parse(process.argv[2] ?? "") as WorkerOrder;
const connection = { url: redis, maxRetriesPerRequest: null, retryStrategy: () => 50 };
const client = new Redis(redis, connection);
client.on("error", () => {});
const worker = await createVideoWorker({
  client: {
    ...{ apiKey: "any", server, createsPerMinute, queriesPerMinute: Infinity, maxRetries: 0 },
    journal: redisJournal(client),
    budget: redisBudget(client, { minute }),
  },
  ...{ connection, folder, lockDuration: 1500, stalledInterval: 500, drainDelay: 1, runRetryDelay: 100 },
});
worker.on("error", () => {});
process.send?.("ready");
