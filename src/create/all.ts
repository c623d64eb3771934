import type { Engine } from "../engine/engine.js";
import { onAbort } from "../engine/pause.js";
import type { TaskStatus } from "../engine/status.js";
import type { Video } from "../engine/video.js";
import type { WaitOptions } from "../engine/wait.js";
import { invalid } from "../errors.js";
import type { VideoRequest } from "../request.js";
import type { VideoTask } from "../task.js";
import { submit } from "./submit.js";

export interface GenerateAllOptions extends Omit<WaitOptions, "onStatus"> {
  /** How many videos may be bought and not yet handed out, at most. Default 5. */
  concurrency?: number | undefined;
  /** Called as soon as a create is accepted: the one place that hears of every task, also of those nobody waits for. */
  onTask?: ((task: VideoTask, index: number) => void) | undefined;
  /** As in `wait`, with the index of the request. */
  onStatus?: ((status: TaskStatus, index: number) => void) | undefined;
  /** For a client with a journal: the key of each request, under which a second run gets the tasks of the first. */
  key?: ((request: VideoRequest, index: number) => string) | undefined;
}

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
  { concurrency = 5, signal, onTask, onStatus, key, ...waiting }: GenerateAllOptions = {},
): AsyncGenerator<Settled, void> {
  assertWhole(concurrency);
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
    if (!signal?.aborted) await Promise.allSettled([...creates, ...(filling ? [] : [source.return?.()])]);
  }

  /** Takes requests as long as there is room. A source that fails ends the taking, not what has been bought. */
  async function fill(): Promise<void> {
    if (filling) return;
    filling = true;
    try {
      while (!exhausted && !ending.signal.aborted && open < concurrency) {
        const { done, value } = await source.next();
        if (done) exhausted = true;
        else if (!ending.signal.aborted) start(value, taken++);
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
      const options = { signal: ending.signal, patient: true, key: key?.(request, index) };
      const buying = submit(engine, "video", request, options).then((accepted) => {
        task = accepted;
        onTask?.(accepted, index);
        return accepted;
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

function assertWhole(concurrency: number): void {
  if (Number.isInteger(concurrency) && concurrency > 0) return;
  throw invalid("Nothing was sent", "concurrency", `must be a whole number from 1 on (got ${concurrency})`);
}
