/** A fleet under failures: workers are killed, Redis is restarted, replies are lost, and nothing is bought twice. */
import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, request as send } from "node:http";
import { join } from "node:path";
import { Redis } from "ioredis";
import { type TestContext, test } from "vitest";
import { createVideoQueue, type VideoJobData } from "../src/bullmq/index.js";
import { startMock } from "../src/mock/index.js";
import { redisJournal } from "../src/redis/index.js";
import { builtWithRedis } from "./helpers/build.js";
import { clipBytes } from "./helpers/clips.js";
import { listening } from "./helpers/listening.js";
import { startRedis } from "./helpers/redis-server.js";
import { seeded } from "./helpers/simulated-clock.js";
import { folderForAll } from "./helpers/temporary-folder.js";
import type { WorkerOrder } from "./helpers/worker-child.js";

const WISHES = 500;
const WORKERS = 4;
const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];
/** The length of a minute in milliseconds, and the account's creates per minute. */
const MINUTE = 400;
const CREATES = 20;

/** Faults. Every second request has one. `parks`: the outcome is unknown. `sent`: how often it is sent if no worker dies. */
const FAULTS: Record<string, { parks?: true; accepted: boolean; sends: number }> = {
  "": { accepted: true, sends: 1 },
  "{mock:lost_reply}": { parks: true, accepted: true, sends: 1 },
  "{mock:unclear}": { parks: true, accepted: true, sends: 1 },
  "{mock:lost_request}": { parks: true, accepted: false, sends: 1 },
  "{mock:rate_limited=1}": { accepted: true, sends: 2 },
  "{mock:flaky_poll=2}": { accepted: true, sends: 1 },
  "{mock:cut_download}": { accepted: true, sends: 1 },
  "{mock:slow_headers=200}": { accepted: true, sends: 1 },
  "{mock:late_result}": { accepted: true, sends: 1 },
};

/** The scenarios of these requests. */
const clip = clipBytes("768P-6s-landscape.mp4");
const all = folderForAll();
const script = builtWithRedis("contract-tests/helpers/worker-child.ts");

/** Forwards every request, even if its sender has died, and counts the creates of each prompt. */
async function counting(target: string, onTestFinished: TestContext["onTestFinished"]) {
  const sent = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const { method, url, headers } = request;
      if (method === "POST") {
        const { prompt } = JSON.parse(body.toString());
        sent.set(prompt, (sent.get(prompt) ?? 0) + 1);
      }
      const onward = send(target + url, { method, headers }, (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.on("error", () => response.destroy()).pipe(response);
      });
      onward.on("error", () => response.destroy());
      onward.end(body);
    });
    response.on("error", () => {});
  });
  const url = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, sent };
}

/** Three if EXHAUSTIVE is set, as in CI on one Node. */
const SEEDS = process.env.EXHAUSTIVE ? [1, 2, 3] : [1];

// The runs mostly wait for the locks of dead workers, so they run concurrently.
test.concurrent.for(SEEDS)(
  "500 requests, 4 workers, a kill a second, Redis restarted twice: each is bought at most once (seed %i)",
  { timeout: 900_000 },
  async (seed, { expect, onTestFinished }) => {
    const folder = join(all, `${seed}`);
    const random = seeded(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const mock = await startMock({ speed: 400 });
    const { url, sent } = await counting(mock.url, onTestFinished);
    const redis = await startRedis(...DURABLE);
    const connection = { url: redis.url, maxRetriesPerRequest: null, retryStrategy: () => 50 };
    const client = new Redis(redis.url, connection);
    client.on("error", () => {});
    const { queue, add, close } = await createVideoQueue({ connection, server: url });
    queue.on("error", () => {});
    const running = new Set<ChildProcess>();
    onTestFinished(async () => {
      for (const child of running) child.kill("SIGKILL");
      await close();
      client.disconnect();
      await redis.stop();
      await mock.close();
    });
    const prompts = Array.from({ length: WISHES }, (_, index) => {
      const fault = random() < 0.5 ? "" : pick(Object.keys(FAULTS));
      return { prompt: `fox ${index} ${fault}`.trim(), ...(FAULTS[fault] as (typeof FAULTS)[string]) };
    });
    for (const [index, { prompt }] of prompts.entries())
      await add({ model: "MiniMax-Hailuo-2.3", prompt }, { key: `wish ${index}`, backoff: 100 });

    const order: WorkerOrder = { redis: redis.url, server: url, folder, minute: MINUTE, createsPerMinute: CREATES };
    const start = () => running.add(fork(script, [JSON.stringify(order)]));
    for (let worker = 0; worker < WORKERS; worker++) start();
    const begun = Date.now();
    let kills = 0;
    let restarts = 0;
    const over = async () => {
      const { completed = 0, failed = 0 } = await queue.getJobCounts("completed", "failed");
      return completed + failed;
    };
    for (let done = 0; done < WISHES; done = await over()) {
      expect(Date.now() - begun, `${done} are done`).toBeLessThan(880_000);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const victim = pick([...running]);
      victim.kill("SIGKILL");
      running.delete(victim);
      start();
      kills++;
      if (restarts < 2 && done > (WISHES * (restarts + 1)) / 4) {
        restarts++;
        await redis.restart();
      }
    }

    const jobs = await queue.getJobs(["completed", "failed"]);
    const dataOf = new Map(jobs.map((job) => [job.data.key, job.data as VideoJobData]));
    const entries = await redisJournal(client).list();
    const entryOf = new Map(entries.map((entry) => ["key" in entry && entry.key, entry]));
    let bought = 0;
    const tasks = new Set<string>();
    for (const [index, { prompt, accepted, parks, sends }] of prompts.entries()) {
      const key = `wish ${index}`;
      const { task, open } = dataOf.get(key) as VideoJobData;
      const times = sent.get(prompt) ?? 0;
      // Never more than once, except after a refusal.
      expect(times, prompt).toBeLessThanOrEqual(sends);
      const refusals = Math.min(times, sends - 1);
      if (accepted) bought += times - refusals;
      if (parks) expect(task, prompt).toBeUndefined();
      if (task) tasks.add(task.id);
      // The outcome is known, or listed as unknown in the journal and in the job.
      else expect([open?.submittedAt, entryOf.get(key)?.state], prompt).toEqual([expect.any(Number), "unknown"]);
      if (task) expect(entryOf.get(key)).toMatchObject({ state: "saved", task: { id: task.id } });
    }
    expect([mock.creates, new Set(mock.taskIds).size]).toEqual([bought, bought]);
    expect(restarts).toBe(2);
    expect(kills).toBeGreaterThan(5);
    // Every finished video is complete, and there are no other files except those of killed processes.
    const finished = jobs.filter((job) => job.finishedOn && job.data.task && !job.failedReason);
    expect(finished).toHaveLength(tasks.size);
    for (const id of tasks) {
      const path = join(folder, `${id}.mp4`);
      expect(readFileSync(path).equals(clip), id).toBe(true);
    }
    expect(readdirSync(folder).filter((name) => !name.startsWith(".")).length).toBe(tasks.size);
    console.log(
      `seed ${seed}: ${kills} kills, ${bought} bought, ${tasks.size} saved, ${WISHES - tasks.size} open, ${Math.round((Date.now() - begun) / 1000)} s`,
    );
  },
);
