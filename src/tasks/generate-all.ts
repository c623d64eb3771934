import { onAbort } from "../base/clock.js";
import { callUser, invalid, SubmissionUnknownError } from "../base/errors.js";
import { aFunction, assertOptions, aWholeNumber, type Rules } from "../base/options.js";
import { snapshotOf, type VideoRequest } from "../base/request-types.js";
import type { TaskStatus, Video, VideoTask, WaitOptions } from "../base/task.js";
import type { Engine } from "./engine.js";
import { submit } from "./submit.js";
import { WAIT_OPTIONS } from "./wait-for-task.js";

export interface GenerateAllOptions extends Omit<WaitOptions, "onStatus"> {
  /** How many videos may be bought and not yet handed out, at most. Default 5. */
  concurrency?: number | undefined;
  /**
   * Called as soon as a create is accepted, or refused by a reply that names a task all the same: the one place that hears of
   * every task, also of those nobody waits for.
   */
  onTask?: ((task: VideoTask, index: number) => void) | undefined;
  /** As in `wait`, with the index of the request. */
  onStatus?: ((status: TaskStatus, index: number) => void) | undefined;
  /** For a client with a journal: the key of each request, under which a second run gets the tasks of the first. */
  key?: ((request: VideoRequest, index: number) => string) | undefined;
}

const ALL_OPTIONS: Rules<GenerateAllOptions> = {
  ...WAIT_OPTIONS,
  concurrency: aWholeNumber(1),
  onTask: aFunction,
  key: aFunction,
};

/** How one of many has ended, as `Promise.allSettled` would say it. */
export type Settled =
  | { status: "fulfilled"; index: number; task: VideoTask; value: Video }
  /** `task` is there where a create was accepted: it can be waited for again. */
  | { status: "rejected"; index: number; task?: VideoTask; reason: unknown };

export type Requests = Iterable<VideoRequest> | AsyncIterable<VideoRequest>;

/**
 * Many videos, handed out in the order in which they end, failures among them. A request is taken from `requests` only when
 * it is its turn. Refusals for the pace (1002) make all creates slower and end none. Whoever stops early, by `break` or by
 * `signal`, stops the buying and the waiting; a create that is under way is never broken off: `break` waits for it, and
 * `onTask` and the journal hear of it either way.
 * @public loaded by creating.ts
 */
export async function* generateAll(
  engine: Engine,
  requests: Requests,
  options: GenerateAllOptions = {},
): AsyncGenerator<Settled, void> {
  const checked = assertOptions("generateAll", options, ALL_OPTIONS);
  assertIterable(requests);
  const { concurrency = 5, signal, onTask, onStatus, key, ...waiting } = checked;
  const ending = new AbortController();
  const source = Symbol.asyncIterator in requests ? requests[Symbol.asyncIterator]() : requests[Symbol.iterator]();
  const settled: Settled[] = [];
  const creates = new Set<Promise<unknown>>();
  let open = 0;
  let taken = 0;
  let filling = false;
  let exhausted = false;
  let fault: { error: unknown } | undefined;
  let wake = () => {};
  const stop = () => {
    ending.abort(signal?.reason);
    wake();
  };

  if (signal?.aborted) throw signal.reason;
  const off = onAbort(signal, stop);
  try {
    for (;;) {
      void fill();
      while (settled.length === 0 && (open > 0 || filling) && !ending.signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (signal?.aborted) throw signal.reason;
      const next = settled.shift();
      if (!next && fault) throw fault.error;
      if (!next) return;
      open--;
      void fill();
      yield next;
    }
  } finally {
    off();
    ending.abort();
    // Whoever aborts is answered at once.
    if (!signal?.aborted)
      await Promise.allSettled([...creates, ...(filling ? [] : [(async () => source.return?.())()])]);
  }

  /** Takes requests as long as there is room. A source that fails ends the taking, not what has been bought. */
  async function fill(): Promise<void> {
    if (filling) return;
    filling = true;
    try {
      while (!exhausted && !ending.signal.aborted && open < concurrency) {
        const { done, value } = await source.next();
        if (done) exhausted = true;
        else if (!ending.signal.aborted) start(snapshotOf(value), taken++);
      }
    } catch (error) {
      exhausted = true;
      fault = { error };
    }
    filling = false;
    wake();
  }

  function start(request: VideoRequest, index: number): void {
    open++;
    void one(request, index).then((result) => {
      settled.push(result);
      wake();
    });
  }

  async function one(request: VideoRequest, index: number): Promise<Settled> {
    let task: VideoTask | undefined;
    try {
      const create = { signal: ending.signal, key: key?.(request, index) };
      const tell = (known: VideoTask) => {
        task = known;
        if (onTask) callUser("onTask", () => onTask(known, index), { task });
        return known;
      };
      const buying = submit(engine, "video", request, create, { patient: true }).then(tell, (error) => {
        // Nobody may be left to take the result.
        if (error instanceof SubmissionUnknownError && error.task) tell(error.task);
        throw error;
      });
      creates.add(buying);
      const accepted = await buying.finally(() => creates.delete(buying));
      const heard = onStatus && ((status: TaskStatus) => onStatus(status, index));
      const value = await accepted.wait({ ...waiting, signal: ending.signal, onStatus: heard });
      return { status: "fulfilled", index, task: accepted, value };
    } catch (reason) {
      return { status: "rejected", index, reason, ...(task ? { task } : {}) };
    }
  }
}

function assertIterable(requests: unknown): void {
  const isIterable =
    typeof requests === "object" &&
    requests !== null &&
    (Symbol.iterator in requests || Symbol.asyncIterator in requests);
  if (!isIterable) throw invalid("Nothing was sent", "requests", "must be a list of requests, or any other iterable");
}
