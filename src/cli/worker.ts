import { defined } from "../base/record.js";
import { createVideoQueue, createVideoWorker } from "../bullmq/index.js";
import { counted } from "../contract/report-outcome.js";
import { redisBudget } from "../redis/redis-budget.js";
import { redisJournal } from "../redis/redis-journal.js";
import { linesIn, totalPrice } from "./batch-items.js";
import type { Parsed, Values } from "./command-options.js";
import { messageOf, serverText } from "./format-text.js";
import { aborted, EXIT, type Io, plain, UsageError } from "./process.js";
import { assertRedis, redisAt, redisUrl } from "./redis-url.js";
import { assertKey, clientOptions, openSession, printResult } from "./session.js";

const connectionTo = (url: string) => ({ url, maxRetriesPerRequest: null });

/** `minimax-video batch --redis`: adds the lines of a file to the queue, and leaves the rest to the workers. */
export async function enqueue(redis: string, file: string, values: Values<"batch">, io: Io): Promise<number> {
  const session = openSession(values, io);
  const alone = (["max-cost", "concurrency", "results", "out", "journal"] as const).find((name) => name in values);
  if (alone) throw new UsageError(`--${alone} is not for --redis: the workers decide that and share one journal`);
  const url = redisUrl(redis, io);
  const lines = await linesIn(file, session, async (line) => line);
  if (values["dry-run"]) return printResult(session, { dryRun: true, requests: lines.length }, "Nothing was added.");
  const shown = await assertRedis(url, io);
  const { server } = clientOptions(values, io);
  const queue = await createVideoQueue({ connection: connectionTo(url), server });
  const states: string[] = [];
  try {
    for (const { request, key, out } of lines) {
      // `linesIn` has checked it.
      const job = await queue.add(request as never, { key, ...defined({ out }) });
      states.push(await job.getState());
      session.progress.now("Adding", `${states.length} of ${lines.length} added`);
    }
  } finally {
    session.progress.end();
    await queue.close();
  }
  const done = states.filter((state) => state === "completed" || state === "failed").length;
  const said = `In the queue at ${shown}: ${counted(lines.length, "request")}, ${done} of them finished`;
  return printResult(session, { queued: lines.length }, `${said}; total list price: ${totalPrice(lines)}`);
}

export async function worker({ values }: Parsed<"worker">, io: Io): Promise<number> {
  const { redis, concurrency = 5, out: folder = "out" } = values;
  if (redis === undefined) throw new UsageError("worker needs --redis URL");
  const url = redisUrl(redis, io);
  const session = assertKey(openSession(values, io));
  const { progress } = session;
  const shown = await assertRedis(url, io);
  const client = await redisAt(url, io, true);
  const running = await createVideoWorker({
    client: { ...clientOptions(values, io), journal: redisJournal(client), budget: redisBudget(client) },
    ...{ connection: connectionTo(url), concurrency, folder },
  });
  progress.say(`Processing the queue at ${shown}, with ${serverText(session)}. Press Ctrl-C to stop.`);
  running.on("completed", ({ data }, { path }) => io.stdout.write(`${plain(data.key)}\t${plain(path)}\n`));
  running.on("failed", (job, { message }) => progress.say(`${job?.data.key}: ${message}`));
  running.on("error", (error) => progress.say(messageOf(error)));
  await aborted(io.signal);
  progress.say("Finishing the current jobs.");
  await running.close();
  return EXIT.done;
}
