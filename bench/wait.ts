import { lognormal, seeded, simulatedClock } from "../contract-tests/helpers/simulated-clock.js";
import { pretend } from "../contract-tests/helpers/simulated-service.js";
import { createClient } from "../src/index.js";
import type { Benchmark, Row } from "./benchmark.js";
import { paired, pairRow } from "./pair.js";

const TASKS = 1000;
const SEEDS = [1, 2, 3, 4, 5];
const CROWD = 100;
const LIMIT = 600;
const FINISHED = 300;
const STRAY = 0.05;
/** A wait counts as failed if it ends later than this many milliseconds after its task. */
const PATIENCE = 600_000;
const request = { model: "MiniMax-Hailuo-2.3", prompt: "A fox runs over fresh snow" } as const;

export const wait: Benchmark = {
  name: "wait",
  shows: `queries and delay of a wait in simulated time, durations lognormal (median 90 s, σ 0.35): ${TASKS} tasks in sequence from a client without history, mean of ${SEEDS.length} runs; then ${CROWD} at once under a limit of ${LIMIT} queries per minute; then ${FINISHED} finished tasks, with and without ${STRAY * 100} % of the queries refused at random`,
  target:
    "at most 6 queries per task and a mean delay of at most 5.5 s; under the limit, no wait fails and no query is refused; with random refusals, at most 1.5 times as long",
  async run() {
    const ours = [];
    const fixed = [];
    for (const seed of SEEDS) {
      ours.push(await oneByOne(seed, undefined));
      fixed.push(await oneByOne(seed, 10_000));
    }
    const crowd = await allAtOnce(undefined);
    const fixedCrowd = await allAtOnce(2_000);
    let seed = 0;
    const stray = await paired(
      () => finished(++seed, 0),
      () => finished(++seed, STRAY),
      { rounds: 10, warmUp: 0 },
    );
    return [
      row("queries per task", "queries", "every 10 s", mean(ours, "queries"), mean(fixed, "queries"), 6),
      row("delay", "s", "every 10 s", mean(ours, "delay"), mean(fixed, "delay"), 5.5),
      row(`${CROWD} at once: waits failed`, "waits", "every 2 s", crowd.failed, fixedCrowd.failed, 0),
      row(`${CROWD} at once: queries refused`, "queries", "every 2 s", crowd.refused, fixedCrowd.refused, 0),
      row(`${CROWD} at once: delay`, "s", "every 2 s", crowd.delay, fixedCrowd.delay),
      row(`${CROWD} at once: queries per task`, "queries", "every 2 s", crowd.queries, fixedCrowd.queries),
      pairRow(`${FINISHED} finished tasks, ${STRAY * 100} % of queries refused`, "s", "none refused", stray, 1.5),
    ];
  },
};

type Unit = Row["unit"];

function row(what: string, unit: Unit, name: string, ours: number, value: number, atMost?: number): Row {
  return { what, unit, ours, reference: { name, value }, atMost };
}

function mean<Name extends string>(runs: Record<Name, number>[], name: Name): number {
  return runs.reduce((sum, run) => sum + run[name], 0) / runs.length;
}

function studio(seed: number, queriesPerMinute: number, budget?: number) {
  const clock = simulatedClock(seeded(seed));
  const service = pretend(clock, { duration: lognormal(seeded(seed + 50), 90_000, 0.35), queriesPerMinute });
  const { videos } = createClient({ apiKey: "k", clock, fetch: service.fetch, queriesPerMinute: budget });
  return { clock, service, videos };
}

async function oneByOne(seed: number, pollInterval: number | undefined): Promise<{ queries: number; delay: number }> {
  const { clock, service, videos } = studio(seed, Number.POSITIVE_INFINITY);
  let delay = 0;
  for (let index = 0; index < TASKS; index++) {
    const task = await clock.until(videos.create(request));
    await clock.until(task.wait({ pollInterval }));
    delay += clock.now() - service.endOf(task.id);
  }
  return { queries: service.queries / TASKS, delay: delay / TASKS / 1000 };
}

/** Seconds until all waits for finished tasks have ended. */
async function finished(seed: number, stray: number): Promise<number> {
  const random = seeded(seed + 90);
  const clock = simulatedClock(seeded(seed));
  const service = pretend(clock, { duration: () => 0, isStray: () => random() < stray });
  const { videos } = createClient({ apiKey: "k", clock, fetch: service.fetch });
  const tasks = await clock.until(Promise.all(Array.from({ length: FINISHED }, () => videos.create(request))));
  const started = clock.monotonic();
  await clock.until(Promise.all(tasks.map((task) => videos.task(task.id).wait())));
  return (clock.monotonic() - started) / 1000;
}

/** The reference is our client without its budget, polling at an interval that other clients use. */
async function allAtOnce(pollInterval: number | undefined) {
  const budget = pollInterval === undefined ? undefined : Number.POSITIVE_INFINITY;
  const { clock, service, videos } = studio(7, LIMIT, budget);
  const delays = await clock.until(
    Promise.all(
      Array.from({ length: CROWD }, async () => {
        const task = await videos.create(request);
        await task.wait({ pollInterval });
        return clock.now() - service.endOf(task.id);
      }),
    ),
  );
  const delay = delays.reduce((sum, one) => sum + one, 0) / CROWD / 1000;
  const failed = delays.filter((one) => one > PATIENCE).length;
  return { delay, failed, refused: service.refused, queries: service.queries / CROWD };
}
