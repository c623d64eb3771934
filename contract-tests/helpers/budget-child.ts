/** A process that creates tasks as fast as the shared budget allows, until it is killed. */
import { once } from "node:events";
import { Redis } from "ioredis";
import { createClient } from "../../src/index.js";
import { redisBudget } from "../../src/redis/index.js";

/** Its only argument, as JSON. */
export interface BudgetOrder {
  redis: string;
  prefix: string;
  server: string;
  /** The length of a minute in milliseconds. */
  minute: number;
  perMinute: number;
}

const { redis, prefix, server, minute, perMinute } = JSON.parse(process.argv[2] ?? "") as BudgetOrder;
const budget = redisBudget(new Redis(redis), { prefix, minute });
const minimax = createClient({ apiKey: "any", server, createsPerMinute: perMinute, budget });
await minimax.videos.create({} as never).catch(() => {});
process.send?.("ready");
await once(process, "message");
const create = async () => {
  for (;;) await minimax.videos.create({ model: "T2V-01", prompt: "A red fox" });
};
await Promise.all(Array.from({ length: 10 }, create));
