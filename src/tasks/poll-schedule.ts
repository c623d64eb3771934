import type { PastTask } from "../base/journal.js";

/** What tasks that take equally long have in common. */
type Sort = Omit<PastTask, "milliseconds">;

/** When to ask: learned from how long earlier tasks of the same model, duration and resolution took. Milliseconds. */
export interface Pace {
  /** Learns what a journal remembers, the first time it is called. Never rejects; undefined once that is done. */
  recall(): Promise<void> | undefined;
  /** The age at which to ask a task that was still running at this age. */
  next(sort: Sort, age: number): number;
  /** The age at which to ask a task of whose end nobody has told by this age, though somebody should have. */
  overdue(sort: Sort, age: number): number;
  /** A task was still running at the age `from`, and over at the age `to`. */
  learn(sort: Sort, from: number, to: number): void;
}

/** The logarithm of a duration in seconds: its mean and variance, as if from so many tasks. */
interface Law {
  tasks: number;
  mean: number;
  variance: number;
}

/** Before anything is known: about a minute, and as likely a third or three times that. Weighs as much as one task. */
const PRIOR: Law = { tasks: 1, mean: Math.log(75), variance: 1 };

/** Tasks that count; older ones fade, because a service is not equally busy all day. */
const MEMORY = 30;

/** Seconds of delay that one query is worth. 1.1 asks 5.7 times at a mean delay of 5.2 s where tasks take 90 s. */
const PRICE = 1.1;

/**
 * Ages in seconds at which one untaught task of each sort is looked at, before the law of PRIOR would: three queries, once,
 * tell a service that takes seconds (a mock, a model to come) from one that takes minutes.
 */
const FIRST_LOOKS = [2, 5, 10];

/** So narrow a law would ask never and then all the time. */
const LEAST_DEVIATION = 0.1;

export function createPace(history: () => Promise<readonly PastTask[]> = async () => []): Pace {
  const known = new Map<string, { law: Law; looks: number[] }>();
  let recalling: Promise<void> | undefined;
  let isDone = false;

  function of({ kind, model, duration, resolution }: Sort) {
    const name = [kind, model, duration, resolution].join();
    const entry = known.get(name) ?? { law: { ...PRIOR }, looks: [...FIRST_LOOKS] };
    known.set(name, entry);
    return entry;
  }

  function learn(sort: Sort, from: number, to: number): void {
    const { law, looks } = of(sort);
    looks.length = 0;
    // It ended somewhere in between. Were the truth earlier, the next tasks are asked earlier, until it is bracketed.
    const value = Math.log(Math.max(from + to, 2) / 2000);
    law.tasks = Math.min(law.tasks + 1, MEMORY);
    const surprise = value - law.mean;
    law.mean += surprise / law.tasks;
    law.variance += (surprise * (value - law.mean) - law.variance) / law.tasks;
  }

  return {
    recall() {
      if (isDone) return undefined;
      recalling ??= history()
        .then((past) => {
          for (const task of past) if (isPlausible(task)) learn(task, task.milliseconds, task.milliseconds);
        })
        .catch(() => {})
        .finally(() => {
          isDone = true;
        });
      return recalling;
    },
    next(sort, age) {
      const { law, looks } = of(sort);
      const seconds = age / 1000;
      const next = nextAge(law, seconds);
      const look = looks[0];
      if (look === undefined || look <= seconds || look >= next) return 1000 * next;
      looks.shift();
      return 1000 * look;
    },
    overdue(sort, age) {
      const { mean, variance } = of(sort).law;
      const late = 1000 * Math.exp(mean + Math.min(1, 2 * Math.sqrt(variance)));
      return Math.max(late, 1.25 * age);
    },
    learn,
  };
}

/** No task takes longer. What is no number, or comes of a clock that was set, would spoil all later waits. */
const LONGEST_TASK = 24 * 3_600_000;

function isPlausible({ milliseconds }: PastTask): boolean {
  return milliseconds > 0 && milliseconds <= LONGEST_TASK;
}

/**
 * Break-even: where the hazard of ending is h and a query is worth p seconds of delay, queries are best sqrt(2p/h) apart;
 * where h changes with age, one is due whenever the integral of sqrt(h/2p) has grown by one (Keller, Management Science
 * 21(3), 1974). Ages in seconds.
 */
function nextAge({ mean, variance }: Law, asked: number): number {
  const deviation = Math.max(Math.sqrt(variance), LEAST_DEVIATION);
  let age = Math.max(asked, 0.5);
  let owed = 1;
  for (;;) {
    // A fortieth of the age is fine enough for a law in logarithms.
    const step = age / 40;
    const middle = age + step / 2;
    const hazard = normalHazard((Math.log(middle) - mean) / deviation) / (deviation * middle);
    const share = Math.sqrt(hazard / (2 * PRICE)) * step;
    if (share >= owed) return age + (step * owed) / share;
    owed -= share;
    age += step;
  }
}

/** Density over survival of the standard normal law (Abramowitz and Stegun 26.2.17). */
function normalHazard(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  // The upper tail divided by the density.
  const tail = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  if (z >= 0) return 1 / tail;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return density / (1 - density * tail);
}
