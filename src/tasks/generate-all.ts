import { onAbort } from "../base/abort-signals.js";
import { callUser, invalid, SubmissionUnknownError } from "../base/errors.js";
import { aFunction, assertOptions, aWholeNumber, type Rules } from "../base/options.js";
import { snapshotOf, type VideoRequest } from "../base/request-types.js";
import type { TaskStatus, Video, VideoTask, WaitOptions } from "../base/task.js";
import type { Context } from "./context.js";
import { submit } from "./submit.js";
import { WAIT_OPTIONS } from "./wait-for-task.js";

export interface GenerateAllOptions extends Omit<WaitOptions, "onStatus"> {
  /** Videos that may be bought and not yet yielded, at most. Default 5. */
  concurrency?: number | undefined;
  /**
   * Called as soon as a create is accepted, or refused by a reply that names a task. It is called for every task, including
   * those that nobody waits for.
   */
  onTask?: ((task: VideoTask, index: number) => void) | undefined;
  /** As in `wait`, with the index of the request. */
  onStatus?: ((status: TaskStatus, index: number) => void) | undefined;
  /** For a client with a journal: the key of each request, so that a second run gets the tasks of the first. */
  key?: ((request: VideoRequest, index: number) => string) | undefined;
}

const ALL_OPTIONS: Rules<GenerateAllOptions> = {
  ...WAIT_OPTIONS,
  concurrency: aWholeNumber(1),
  onTask: aFunction,
  key: aFunction,
};

/** The outcome of one request, in the form of `Promise.allSettled`. */
export type Settled =
  | { status: "fulfilled"; index: number; task: VideoTask; value: Video }
  /** `task` is set if a create was accepted. Wait for it again. */
  | { status: "rejected"; index: number; task?: VideoTask; reason: unknown };

export type Requests = Iterable<VideoRequest> | AsyncIterable<VideoRequest>;

/**
 * Generates many videos and yields them as they finish, including failures. A request is taken from `requests` only when it is
 * its turn. Refusals for the pace (1002) slow down all creates and end none. `break` and `signal` stop buying and waiting. A
 * create under way is never aborted: `break` waits for it, and `onTask` and the journal receive its task in either case.
 */
export async function* generateAll(
  context: Context,
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
    // An abort is answered at once.
    if (!signal?.aborted)
      await Promise.allSettled([...creates, ...(filling ? [] : [(async () => source.return?.())()])]);
  }

  /** Takes requests while there is room. If the source fails, no more are taken; what has been bought goes on. */
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
      const buying = submit(context, "video", request, create, { isPatient: true }).then(tell, (error) => {
        // Nobody may be left to take the result.
        // The create was one for a video.
        if (error instanceof SubmissionUnknownError && error.task) tell(error.task as VideoTask);
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
