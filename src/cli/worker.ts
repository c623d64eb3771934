import { defined } from "../base/record.js";
import { createVideoQueue, createVideoWorker } from "../bullmq/index.js";
import { counted } from "../contract/report-outcome.js";
import { redisBudget } from "../redis/redis-budget.js";
import { redisJournal } from "../redis/redis-journal.js";
import type { Line } from "./batch-lines.js";
import { EXIT } from "./exit-codes.js";
import { messageOf, serverText } from "./format-text.js";
import type { Parsed } from "./parse-command-line.js";
import { aborted, type Io, plain, UsageError } from "./process.js";
import { proxiedFetch } from "./proxy.js";
import { assertRedis, redisAt, redisUrl } from "./redis-url.js";
import { assertKey, openSession, type Session, serverOption } from "./session.js";

const connectionTo = (url: string) => ({ url, maxRetriesPerRequest: null });

/** Adds requests to the queue. Returns a summary to print. */
export async function enqueue(lines: readonly Line[], url: string, { io, values, progress }: Session): Promise<string> {
  const shown = await assertRedis(url, io);
  const queue = await createVideoQueue({ connection: connectionTo(url), server: serverOption(values, io) });
  try {
    const states: string[] = [];
    for (const { request, key, out } of lines) {
      // `linesIn` has checked it.
      const job = await queue.add(request as never, { key, ...defined({ out }) });
      states.push(await job.getState());
      progress.now("Adding", `${states.length} of ${lines.length} added`);
    }
    const done = states.filter((state) => state === "completed" || state === "failed").length;
    return `In the queue at ${shown}: ${counted(lines.length, "request")}, ${done} of them finished`;
  } finally {
    progress.end();
    await queue.close();
  }
}

/** `minimax-video worker`: processes the queue until it is stopped. */
export async function worker({ values }: Parsed<"worker">, io: Io): Promise<number> {
  const { redis, concurrency = 5, out: folder = "out" } = values;
  if (redis === undefined) throw new UsageError("worker needs --redis URL");
  const url = redisUrl(redis, io);
  const session = assertKey(openSession(values, io));
  const { progress } = session;
  const shown = await assertRedis(url, io);
  const client = await redisAt(url, io, true);
  const running = await createVideoWorker({
    client: {
      server: serverOption(values, io),
      apiKey: io.env.MINIMAX_API_KEY ?? "",
      fetch: proxiedFetch(io.env),
      journal: redisJournal(client),
      budget: redisBudget(client),
    },
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
