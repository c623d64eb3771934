/** The measured process of bench/call.ts: `call-client.mjs <URL of the built library> <base URL of the server>`. */
import createApi from "openapi-fetch";
import type { paths } from "../src/index.js";
import { type Pair, paired, type Side } from "./pair.js";

/** Sent after each pair. */
export interface CallFigure {
  what: string;
  reference: string;
  pair: Pair;
}

const [, , library = "", baseUrl = ""] = process.argv;
const IN_FLIGHT = 64;
const CALLS = 2048;
const ROUNDS = 12;

// The built library has the types of its source.
const { createClient } = (await import(library)) as typeof import("../src/index.js");
const apiKey = "sk-bench";
const headers = { authorization: `Bearer ${apiKey}` };
const minimax = createClient({ apiKey, server: baseUrl });
const api = createApi<paths>({ baseUrl, headers });

const task_id = "176843862716480";
const task = minimax.videos.task(task_id);
const path = "/v1/query/video_generation";
const query = { params: { query: { task_id } } };
const bareQuery = async () => (await fetch(`${baseUrl}${path}?task_id=${task_id}`, { headers })).json();

/** What a time-out alone costs, as a user would write it. */
async function timedQuery() {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 120_000);
  try {
    return await (await fetch(`${baseUrl}${path}?task_id=${task_id}`, { headers, signal: controller.signal })).json();
  } finally {
    clearTimeout(timer);
  }
}

const request = { model: "MiniMax-Hailuo-2.3", prompt: "A fox runs over fresh snow", duration: 6 } as const;
const post = { method: "POST", headers: { ...headers, "content-type": "application/json" } };
const bareCreate = async () =>
  (await fetch(`${baseUrl}/v1/video_generation`, { ...post, body: JSON.stringify(request) })).json();

await measure("task.status()", () => task.status(), "bare fetch", bareQuery);
await measure("videos.create()", () => minimax.videos.create(request), "bare POST", bareCreate);
await measure("client.api.GET", () => minimax.api.GET(path, query), "bare fetch", bareQuery);
await measure("fetch with a time-out", timedQuery, "bare fetch", bareQuery);
await measure("openapi-fetch alone", () => api.GET(path, query), "bare fetch", bareQuery);
process.disconnect();

async function measure(what: string, ours: Call, reference: string, bare: Call): Promise<void> {
  const pair = await paired(batch(bare), batch(ours), { rounds: ROUNDS });
  process.send?.({ what: `${what}, ${IN_FLIGHT} in flight`, reference, pair } satisfies CallFigure);
}

type Call = () => Promise<unknown>;

/**
 * Measures the CPU time of one call in microseconds, over all threads of this process, with IN_FLIGHT calls running at any time.
 * A batch is long enough to include its own garbage collection. Forcing a collection would also discard compiled code.
 */
function batch(call: Call): Side {
  return async () => {
    const begun = process.cpuUsage();
    let left = CALLS;
    const worker = async () => {
      while (left-- > 0) await call();
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / CALLS;
  };
}
