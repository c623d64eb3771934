import type { PastTask } from "../base/journal.js";
import { lazily } from "../base/lazily.js";

/** The facts shared by tasks that take about equally long. */
type Sort = Omit<PastTask, "milliseconds">;

type History = () => Promise<readonly PastTask[]>;

/** Decides when to query. */
export type PollSchedule = ReturnType<typeof createPollSchedule>;

/** The logarithms of durations in seconds, and the number of tasks that they are based on. */
type Distribution = { tasks: number; mean: number; variance: number };

/** The assumption before the first task: about a minute, within a factor of three. Weighs as much as one task. */
const PRIOR: Distribution = { tasks: 1, mean: Math.log(75), variance: 1 };
/** How many tasks count. Older ones fade, because the service is not equally busy all day. */
const MEMORY = 30;
/** Seconds of delay that one query is worth. 1.1 means 5.8 queries and a mean delay of 5.2 s if tasks take 90 s. */
const PRICE = 1.1;
/** Ages in seconds at which the first task of each sort is queried, because a mock or a future model may take only seconds. */
const FIRST_LOOKS = [2, 5, 10];
/** Milliseconds. No task takes longer. */
export const LONGEST_TASK = 24 * 3_600_000;
/** With a narrower distribution, no query would be due for long, and then very many at once. */
const LEAST_DEVIATION = 0.1;

/** Learns from how long earlier tasks of the same model, duration and resolution took. Ages are in milliseconds. */
export function createPollSchedule(history?: History) {
  const known = new Map<string, { distribution: Distribution; looks: number[] }>();

  function of({ kind, model, duration, resolution }: Sort) {
    const name = [kind, model, duration, resolution].join();
    const entry = known.get(name) ?? { distribution: { ...PRIOR }, looks: [...FIRST_LOOKS] };
    known.set(name, entry);
    return entry;
  }

  /** Learns that a task was still running at the age `from`, and finished at the age `to`. */
  function learn(sort: Sort, from: number, to: number): void {
    // A wrong number, or one from a clock that was set, would spoil all later waits.
    if (!(to > 0 && to < LONGEST_TASK)) return;
    const { distribution, looks } = of(sort);
    looks.length = 0;
    // The task ended between these ages. If that was early, later tasks are queried earlier, until their end is bracketed.
    const value = Math.log(Math.max(from + to, 2) / 2000);
    distribution.tasks = Math.min(distribution.tasks + 1, MEMORY);
    const surprise = value - distribution.mean;
    distribution.mean += surprise / distribution.tasks;
    distribution.variance += (surprise * (value - distribution.mean) - distribution.variance) / distribution.tasks;
  }

  async function learnFrom(history: History): Promise<void> {
    for (const task of await history()) learn(task, task.milliseconds, task.milliseconds);
  }

  return {
    learn,
    /** Learns from the journal, if there is one, on the first call. Never rejects. */
    recall: history && lazily(() => learnFrom(history).catch(() => {})),
    /** Returns the age at which to query a task that was still running at this age. */
    next(sort: Sort, age: number): number {
      const { distribution, looks } = of(sort);
      const seconds = age / 1000;
      const next = nextAge(distribution, seconds);
      const look = looks[0];
      if (look === undefined || look <= seconds || look >= next) return 1000 * next;
      looks.shift();
      return 1000 * look;
    },
    /** Returns the age at which to query a task whose callback is expected and has not arrived by this age. */
    overdue(sort: Sort, age: number): number {
      const { mean, variance } = of(sort).distribution;
      const late = 1000 * Math.exp(mean + Math.min(1, 2 * Math.sqrt(variance)));
      return Math.max(late, 1.25 * age);
    },
  };
}

/**
 * If the hazard of ending is h and a query is worth p seconds of delay, the best interval between queries is sqrt(2p/h). As h
 * changes with age, a query is due whenever the integral of sqrt(h/2p) has grown by one (Keller, Management Science 21(3), 1974).
 * The distribution is taken as log-logistic, whose hazard has a simple form. Ages are in seconds.
 */
function nextAge({ mean, variance }: Distribution, asked: number): number {
  const scale = (Math.max(Math.sqrt(variance), LEAST_DEVIATION) * Math.sqrt(3)) / Math.PI;
  let age = Math.max(asked, 0.5);
  let owed = 1;
  for (;;) {
    // A fortieth of the age is fine enough for such a distribution.
    const step = age / 40;
    const middle = age + step / 2;
    const hazard = 1 / (scale * middle * (1 + Math.exp((mean - Math.log(middle)) / scale)));
    const share = Math.sqrt(hazard / (2 * PRICE)) * step;
    if (share >= owed) return age + (step * owed) / share;
    owed -= share;
    age += step;
  }
}
