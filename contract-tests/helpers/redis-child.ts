/** A process that buys one video with the journal in Redis, for tests that start several or kill it. */
import { once } from "node:events";
import { Redis } from "ioredis";
import { createClient } from "../../src/index.js";
import { redisJournal } from "../../src/redis/index.js";

/** What to do: its only argument, as JSON. */
export interface Order {
  redis: string;
  prefix: string;
  server: string;
  prompt: string;
  key: string;
}

const { redis: url, prefix, server, prompt, key } = JSON.parse(process.argv[2] ?? "") as Order;
const redis = new Redis(url);
const minimax = createClient({ apiKey: "any", server, journal: redisJournal(redis, { prefix }) });
// The first create loads half of the library. This one is refused before it is sent.
await minimax.videos.create({} as never).catch(() => {});
process.send?.("ready");
await once(process, "message");
await minimax.videos.create({ model: "MiniMax-Hailuo-2.3", prompt }, { key }).then(
  ({ id }) => process.send?.({ id }),
  ({ name }) => process.send?.({ error: name }),
);
redis.disconnect();
process.disconnect?.();
