/** The measured process of bench/waits.ts: `waits-client.mjs <built library> <base URL> <way> <count> <seconds>`. */
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** `ours` has the default budget for queries, `hurried` has none, and `naive` does not use the library. */
export type Way = "ours" | "hurried" | "naive";

/** Sent at the end. */
export interface WaitsFigure {
  /** Peak memory of the process. */
  megabytes: number;
  /** CPU seconds per second, after the first queries. */
  cores: number;
  kilobytesEach: number;
  queries: number;
}

const [, , library = "", baseUrl = "", way = "ours", count = "0", seconds = "0"] = process.argv;
const apiKey = "sk-bench";
const ids = Array.from({ length: Number(count) }, (_, index) => String(100_000_000_000 + index));
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
let queries = 0;

const counting: typeof fetch = (url, init) => {
  queries++;
  return fetch(url, init);
};

collect();
const before = process.memoryUsage().heapUsed;
if (way === "naive") for (const id of ids) void naive(id);
else await ours();
// All first queries come at once, so only the time after them counts.
await sleep((Number(seconds) * 1000) / 2);
const begun = process.cpuUsage();
const from = performance.now();
await sleep((Number(seconds) * 1000) / 2);
const { user, system } = process.cpuUsage(begun);
const cores = (user + system) / 1000 / (performance.now() - from);
const megabytes = process.resourceUsage().maxRSS / 1000;
collect();
const kilobytesEach = (process.memoryUsage().heapUsed - before) / ids.length / 1000;
process.send?.({ megabytes, cores, kilobytesEach, queries } satisfies WaitsFigure, () => process.exit());

async function ours(): Promise<void> {
  // The built library has the types of its source.
  const { createClient } = (await import(library)) as typeof import("../src/index.js");
  const budget = way === "ours" ? {} : { queriesPerMinute: Number.POSITIVE_INFINITY };
  const { videos } = createClient({ apiKey, server: baseUrl, fetch: counting, ...budget });
  const createdAt = Date.now();
  const sort = {
    kind: "video",
    server: baseUrl,
    model: "MiniMax-Hailuo-2.3",
    duration: 6,
    resolution: "768P",
  } as const;
  for (const id of ids) void videos.task({ version: 1, id, createdAt, ...sort }).wait();
}

async function naive(id: string): Promise<void> {
  for (;;) {
    const headers = { authorization: `Bearer ${apiKey}` };
    const reply = await counting(`${baseUrl}/v1/query/video_generation?task_id=${id}`, { headers });
    if ((await reply.json()).status === "Success") return;
    await sleep(10_000);
  }
}
