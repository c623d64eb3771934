/** A simulated MiniMax: a `fetch` that replies at once and uses the clock of a test or a benchmark. */
import type { Clock } from "../../src/index.js";

export interface Pretended {
  fetch: typeof fetch;
  /** The number of queries so far, and how many were refused with 1002. */
  readonly queries: number;
  readonly refused: number;
  readonly creates: number;
  readonly refusedCreates: number;
  /** When a task ended or will end, by its id. */
  endOf(taskId: string): number;
}

export interface PretendOptions {
  /** The duration of the next task in milliseconds. */
  duration: () => number;
  /** Queries answered within any minute. More are refused with 1002. Default: no limit. */
  queriesPerMinute?: number;
  createsPerMinute?: number;
  /** Whether the limit counts calendar minutes instead of the last 60 seconds. Default false. */
  hasFixedMinutes?: boolean;
  /** Whether to refuse a query within the limit, as if another program used the account. Default: never. */
  isStray?: () => boolean;
}

export function pretend(clock: Clock, options: PretendOptions): Pretended {
  const { duration, queriesPerMinute = Infinity, createsPerMinute = Infinity, isStray = () => false } = options;
  const { hasFixedMinutes = false } = options;
  const ends = new Map<string, number>();
  const counts = { queries: 0, refused: 0, creates: 0, refusedCreates: 0 };
  const mayQuery = limit(clock, queriesPerMinute);
  const mayCreate = limit(clock, createsPerMinute, hasFixedMinutes);

  function create(): object {
    if (!mayCreate()) {
      counts.refusedCreates++;
      return refusal;
    }
    const task_id = String(100_000 + ends.size);
    ends.set(task_id, clock.now() + duration());
    counts.creates++;
    return { task_id, ...success };
  }

  function query(id: string): object {
    counts.queries++;
    if (isStray() || !mayQuery()) {
      counts.refused++;
      return refusal;
    }
    const done = clock.now() >= (ends.get(id) ?? Infinity);
    return { task_id: id, status: done ? "Success" : "Processing", file_id: done ? "9" : "", ...success };
  }

  return {
    fetch: async (url, init) =>
      answer(init?.method === "POST" ? create() : query(new URL(String(url)).searchParams.get("task_id") ?? "")),
    get queries() {
      return counts.queries;
    },
    get refused() {
      return counts.refused;
    },
    get creates() {
      return counts.creates;
    },
    get refusedCreates() {
      return counts.refusedCreates;
    },
    endOf: (taskId) => ends.get(taskId) ?? Number.NaN,
  };
}

const success = { base_resp: { status_code: 0, status_msg: "success" } };
const refusal = { task_id: "", base_resp: { status_code: 1002, status_msg: "rate limit" } };
const headers = new Headers({ "content-type": "application/json" });

/** The parts of a Response that the client reads. A real one would take real time. */
function answer(json: object): Response {
  return { status: 200, ok: true, headers, text: async () => JSON.stringify(json) } as Response;
}

/** Allows this many calls per minute. Refused calls do not count. */
function limit(clock: Clock, perMinute: number, hasFixedMinutes = false): () => boolean {
  const taken: number[] = [];
  return () => {
    const now = clock.now();
    const since = hasFixedMinutes ? now - (now % 60_000) : now - 60_000;
    while (taken.length > 0 && (hasFixedMinutes ? (taken[0] as number) < since : (taken[0] as number) <= since))
      taken.shift();
    if (taken.length >= perMinute) return false;
    taken.push(clock.now());
    return true;
  };
}
