import { Redis } from "ioredis";
import { startRedis } from "../contract-tests/helpers/redis-server.js";
import { createVideoQueue, createVideoWorker, jobIdOf } from "../src/bullmq/index.js";
import { redisBudget, redisJournal } from "../src/redis/index.js";
import type { Benchmark } from "./benchmark.js";

const JOBS = 10_000;
const SLOTS = 5;
const MINUTE = 60_000;

export const queue: Benchmark = {
  name: "queue",
  shows: `${JOBS} running tasks as BullMQ jobs, polled by one worker with ${SLOTS} slots at 480 queries per minute; the service is simulated without a network`,
  target: "at most 3 kB of Redis memory per job, at most 5 commands per job and minute",
  async run(say) {
    const server = await startRedis();
    const redis = new Redis(server.url);
    const connection = { url: server.url, maxRetriesPerRequest: null };
    const figure = async (section: string, name: string) =>
      Number(new RegExp(`${name}:(\\d+)`).exec(await redis.info(section))?.[1]);
    const jobs = await createVideoQueue({ connection });
    try {
      const empty = await figure("memory", "used_memory");
      const createdAt = Date.now() - MINUTE;
      const request = { model: "MiniMax-Hailuo-2.3", prompt: "A red fox runs over fresh snow [Push in]" } as const;
      const task = { version: 1, kind: "video", server: "global", model: request.model, createdAt } as const;
      await jobs.queue.addBulk(
        Array.from({ length: JOBS }, (_, index) => ({
          name: "video" as const,
          data: { key: `fox ${index}`, request, task: { ...task, id: `${100_000_000_000_000 + index}` } },
          opts: { jobId: jobIdOf(`fox ${index}`) },
        })),
      );
      let queries = 0;
      const running: typeof fetch = async (url) => {
        queries++;
        const task_id = new URL(String(url)).searchParams.get("task_id");
        return Response.json({ task_id, status: "Processing", base_resp: { status_code: 0, status_msg: "success" } });
      };
      const shared = { journal: redisJournal(redis), budget: redisBudget(redis) };
      const worker = await createVideoWorker({
        client: { apiKey: "any", fetch: running, server: "global", ...shared },
        connection,
        concurrency: SLOTS,
      });
      say("waits one minute, then measures the next");
      await pause(MINUTE);
      const [before, asked] = [await figure("stats", "total_commands_processed"), queries];
      await pause(MINUTE);
      const commands = (await figure("stats", "total_commands_processed")) - before;
      const memory = (await figure("memory", "used_memory")) - empty;
      const made = queries - asked;
      await worker.close();
      return [
        { what: "memory per job", ours: memory / JOBS / 1000, unit: "kB", atMost: 3 },
        { what: "commands per job and minute", ours: commands / JOBS, unit: "commands", atMost: 5 },
        { what: "commands per query", ours: commands / made, unit: "commands" },
        { what: "queries in the minute", ours: made, unit: "queries" },
      ];
    } finally {
      await jobs.close();
      redis.disconnect();
      await server.stop();
    }
  },
};

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
