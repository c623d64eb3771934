import { callUser, invalid, SubmissionUnknownError } from "../base/errors.js";
import { onAbort } from "../base/on-abort.js";
import { aFunction, assertOptions, aWholeNumber, type Rules } from "../base/options.js";
import { isIterable, snapshotOf } from "../base/record.js";
import type { VideoRequest } from "../base/request-types.js";
import type { TaskStatus, Video, VideoTask, WaitOptions } from "../base/task.js";
import { kindOf } from "../kinds/kind-of.js";
import { kinds } from "../kinds/kinds.js";
import type { Context } from "./context.js";
import { type Patience, submit } from "./submit.js";
import { WAIT_OPTIONS } from "./wait-for-task.js";

/** Options of `Videos.generateAll`. */
export interface GenerateAllOptions extends Omit<WaitOptions, "onStatus"> {
  /**
   * The most videos that may be bought and not yet yielded. Default 5. Creates also keep to `createsPerMinute`, and unfinished
   * tasks to the documented limit of the account (30 for MiniMax-H3, in China 15).
   */
  concurrency?: number | undefined;
  /** Called for each task, even if nobody waits for it, once its create is accepted, or refused by a reply that names it. */
  onTask?: ((task: VideoTask, index: number) => void) | undefined;
  /** As in `wait`, with the index of the request. */
  onStatus?: ((status: TaskStatus, index: number) => void) | undefined;
  /** Returns the `key` of each request, for a client with a journal, so that a second run gets the tasks of the first. */
  key?: ((request: VideoRequest, index: number) => string) | undefined;
}

const ALL_OPTIONS: Rules<GenerateAllOptions> = {
  ...WAIT_OPTIONS,
  concurrency: aWholeNumber(1),
  onTask: aFunction,
  key: aFunction,
};

/**
 * The outcome of the request at `index`, from 0: the video as `value`, or the `reason` why there is none. `task` is its handle: a
 * rejected outcome has one if a create was accepted, so that you can wait for it again.
 */
export type Settled =
  | { status: "fulfilled"; index: number; task: VideoTask; value: Video }
  | { status: "rejected"; index: number; task?: VideoTask; reason: unknown };

/** The requests of a batch. Each is taken only when it is its turn, so there may be endlessly many. */
export type Requests = Iterable<VideoRequest> | AsyncIterable<VideoRequest>;

/**
 * Implements `Videos.generateAll`. `break` and `signal` stop buying and waiting, but never abort a create under way: `break` waits
 * for it, and in either case `onTask` and the journal receive its task.
 */
export async function* generateAll(context: Context, requests: Requests, options?: GenerateAllOptions) {
  const checked = assertOptions("generateAll", options, ALL_OPTIONS);
  if (!isIterable(requests))
    throw invalid("Nothing was sent", "requests", "must be a list of requests, or any other iterable");
  if (checked.signal?.aborted) throw checked.signal.reason;
  const batch = new Batch(context, checked);
  const off = onAbort(checked.signal, () => batch.end());
  const taking = batch.take(requests);
  taking.catch(() => {}); // thrown below, after the last result
  try {
    for (let settled = await batch.next(); settled; settled = await batch.next()) yield settled;
    await taking;
  } finally {
    off();
    await batch.end();
  }
}

class Batch {
  readonly #ending = new AbortController();
  readonly #settled: Settled[] = [];
  readonly #creates = new Set<Promise<unknown>>();
  readonly #patience: Patience = {};
  /** How many requests were taken without their results having been yielded. */
  #open = 0;
  #isTaking = true;
  readonly #waiting: (() => void)[] = [];

  constructor(
    readonly context: Context,
    readonly options: Partial<GenerateAllOptions>,
  ) {}

  readonly #change = () => new Promise<void>((resolve) => this.#waiting.push(resolve));

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Takes requests while there is room. If the source fails, takes no more; waits for bought videos continue. */
  async take(requests: Requests): Promise<void> {
    const { concurrency = 5 } = this.options;
    let index = 0;
    try {
      for await (const request of requests) {
        if (!this.#ending.signal.aborted) void this.#run(snapshotOf(request), index++);
        while (this.#open >= concurrency && !this.#ending.signal.aborted) await this.#change();
        if (this.#ending.signal.aborted) break;
      }
    } finally {
      this.#isTaking = false;
      this.#changed();
    }
  }

  async next(): Promise<Settled | undefined> {
    while (this.#settled.length === 0 && (this.#open > 0 || this.#isTaking) && !this.#ending.signal.aborted)
      await this.#change();
    const { signal } = this.options;
    if (signal?.aborted) throw signal.reason;
    const next = this.#settled.shift();
    if (next) this.#open--;
    this.#changed();
    return next;
  }

  /** Stops buying and waiting. Creates under way are awaited, unless the caller's signal has aborted. */
  async end(): Promise<void> {
    const { signal } = this.options;
    this.#ending.abort(signal?.reason);
    this.#changed();
    if (!signal?.aborted) await Promise.allSettled(this.#creates);
  }

  async #run(request: VideoRequest, index: number): Promise<void> {
    this.#open++;
    const { tasks } = this.context.versions[kinds[kindOf(request)].version];
    const refused = (reason: unknown): Settled => ({ status: "rejected", index, reason });
    this.#settled.push(await tasks(() => this.#createAndWait(request, index), this.#ending.signal).catch(refused));
    this.#changed();
  }

  async #createAndWait(request: VideoRequest, index: number): Promise<Settled> {
    const { onStatus, key, concurrency, onTask, ...waiting } = this.options;
    const { signal } = this.#ending;
    let task: VideoTask | undefined;
    const announce = (created: VideoTask) => {
      task = created;
      if (onTask) callUser("onTask", () => onTask(created, index), { task });
      return created;
    };
    try {
      // A key that is missing is refused: without one, a second run would buy again.
      const create = { signal, key: key && ((key(request, index) ?? null) as string) };
      const creating = submit(this.context, "video", request, create, this.#patience).then(announce, (error) => {
        // Announced here, because after a `break` nobody reads the result. The create was one for a video.
        if (error instanceof SubmissionUnknownError && error.task) announce(error.task as VideoTask);
        throw error;
      });
      this.#creates.add(creating);
      const created = await creating.finally(() => this.#creates.delete(creating));
      const tell = onStatus && ((status: TaskStatus) => onStatus(status, index));
      const value = await created.wait({ ...waiting, signal, onStatus: tell });
      return { status: "fulfilled", index, task: created, value };
    } catch (reason) {
      return { status: "rejected", index, reason, ...(task ? { task } : {}) };
    }
  }
}
