import { after } from "../base/clock.js";
import { WebhookError } from "../base/errors.js";
import type { TaskKind, TaskStatus } from "../base/task.js";
import type { MiniMax } from "../client.js";
import { createMemory } from "./bounded-memory.js";
import { advance, type Claim, claimOf, release, renew, type Standing, settle, take } from "./delivery-claim.js";
import type { WebhookStore } from "./webhook-store.js";

/** What has become of a status. Only "delivered" and "known" may be acknowledged; the others are delivered when they come again. */
export type Outcome = "delivered" | Exclude<Standing, "new"> | "unconfirmed" | "pending" | "failed";

export interface DeliveryOptions {
  onStatus: (status: TaskStatus, about: { kind: TaskKind }) => unknown;
  client: Client | undefined;
  confirm: boolean;
  store: WebhookStore;
  /** Whether other processes may use the store. */
  isShared: boolean;
  answerWithin: number;
  now: () => number;
  /** Never throws. */
  tell: (error: unknown) => void;
}

type Client = Pick<MiniMax, "callbacks">;

/** Brings a status to the user: once, never backwards, and an end only when it is confirmed. Never rejects. */
export type Delivery = (status: TaskStatus, kind: TaskKind) => Promise<Outcome>;

/** A callback that has not been answered yet. */
interface Callback {
  readonly status: TaskStatus;
  readonly kind: TaskKind;
  /** When it came, by the clock of `performance`. */
  readonly since: number;
  readonly answer: (outcome: Outcome) => void;
}

/** One try to deliver an event. */
interface Attempt {
  readonly claim: Claim;
  /** The callback that it delivers. */
  readonly origin: Callback;
  /** That one and its repetitions, as long as they are not answered. */
  waiting: Callback[];
  step: Step;
  /** When the step began, or the claim was last renewed. */
  since: number;
  isDelivered: boolean;
}

/**
 * "turn": the store and the query work, for one attempt of a task at a time. "told": `onStatus` works, however long it takes.
 * "noted": the store is told what has become of it.
 */
type Step = "queued" | "turn" | "told" | "noted" | "over";

/** Milliseconds that the store and the query may take. Together with the time between renewals, this is less than a claim holds. */
const LIMIT = 60_000;
const RENEWAL = 15_000;
/** Deliveries that are remembered here if the store could not be told. */
const KEPT = 10_000;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { onStatus, client, confirm, store, isShared, answerWithin, now, tell } = options;
  /** By task, in the order of their turns. */
  const underWay = new Map<string, Attempt[]>();
  /** Events by task that have been delivered although the store could not be told. */
  const unmarked = createMemory<string[]>(KEPT);
  const interval = Math.min(RENEWAL, answerWithin / 10);
  let timer: ReturnType<typeof after>;
  let overdueAt = 0;

  return (status, kind) => new Promise((answer) => deliver({ status, kind, since: performance.now(), answer }));

  function deliver(callback: Callback): void {
    const claim = claimOf(callback.status, store, isShared);
    const { taskId, event } = claim;
    const begun = underWay.get(taskId)?.find((attempt) => attempt.claim.event === event);
    if (begun?.isDelivered || unmarked.get(taskId)?.includes(event)) callback.answer("known");
    // A repetition waits for the attempt that has begun.
    else if (begun) begun.waiting.push(callback);
    else begin({ claim, origin: callback, waiting: [callback], step: "queued", since: 0, isDelivered: false });
  }

  function begin(attempt: Attempt): void {
    const { taskId } = attempt.claim;
    const others = underWay.get(taskId);
    if (others) others.push(attempt);
    else underWay.set(taskId, [attempt]);
    beginNext(taskId);
    const time = performance.now();
    if (time >= overdueAt) arm(time);
  }

  function beginNext(taskId: string): void {
    const next = underWay.get(taskId)?.find(({ step }) => step === "turn" || step === "queued");
    if (next?.step === "queued") void run(next);
  }

  /** Never rejects. */
  async function run(attempt: Attempt): Promise<void> {
    const { claim, origin } = attempt;
    enter(attempt, "turn");
    let outcome: Outcome;
    try {
      const result = await turn(claim, origin);
      enter(attempt, "told");
      outcome = typeof result === "string" ? result : await result.work;
    } catch (error) {
      tell(error);
      outcome = "failed";
    }
    attempt.isDelivered = outcome === "delivered";
    enter(attempt, "noted");
    try {
      await (attempt.isDelivered ? settle(claim) : release(claim));
    } catch (error) {
      failToNote(attempt, error);
    }
    conclude(attempt, outcome);
  }

  /** Begins to tell the user; or says why not. */
  async function turn(claim: Claim, { status, kind }: Callback): Promise<Outcome | { work: Promise<Outcome> }> {
    const taken = await take(claim, now());
    if (taken !== "new") return taken;
    const asks = confirm && status.state !== "running";
    const news = asks ? await client?.callbacks.heard(status, { kind, signal: AbortSignal.timeout(LIMIT) }) : status;
    if (!news || (asks && !isEnd(news))) return "unconfirmed";
    const standing = await advance(claim);
    if (standing !== "new") return standing;
    if (!asks && client) wakeWaits(client, status, kind).catch(tell);
    // Begun in turn, and finished in its own time.
    return { work: work(news, kind) };
  }

  async function work(news: TaskStatus, kind: TaskKind): Promise<Outcome> {
    await onStatus(news, { kind });
    return "delivered";
  }

  /** The next step of an attempt that is not over. */
  function enter(attempt: Attempt, step: Step): void {
    if (attempt.step === "over") return;
    const wasInTurn = attempt.step === "turn";
    attempt.step = step;
    attempt.since = performance.now();
    if (wasInTurn) beginNext(attempt.claim.taskId);
  }

  function conclude(attempt: Attempt, outcome: Outcome): void {
    if (attempt.step === "over") return;
    const { taskId } = attempt.claim;
    const attempts = underWay.get(taskId) ?? [];
    if (attempts.length > 1) attempts.splice(attempts.indexOf(attempt), 1);
    else underWay.delete(taskId);
    enter(attempt, "over");
    for (const callback of attempt.waiting)
      if (callback === attempt.origin) callback.answer(outcome);
      else if (outcome === "delivered" || outcome === "known") callback.answer("known");
      // The attempt that it has waited for has come to nothing: it makes another one.
      else deliver(callback);
  }

  function failToNote({ claim, isDelivered }: Attempt, error: unknown): void {
    const { taskId, event } = claim;
    if (isDelivered) unmarked.put(taskId, [event, ...(unmarked.get(taskId) ?? [])]);
    tell(error);
  }

  /**
   * One timer for everything that is under way: most of it ends before a timer of its own would fire. Some hosts end the
   * timers of a request along with it, so a timer that is overdue is replaced.
   */
  function arm(time: number): void {
    clearTimeout(timer);
    timer = after(interval, tick);
    // Only Node's timers keep a process alive.
    (timer as { unref?(): void } | undefined)?.unref?.();
    overdueAt = time + 2 * interval;
  }

  function tick(): void {
    const time = performance.now();
    for (const attempts of [...underWay.values()]) for (const attempt of [...attempts]) check(attempt, time);
    overdueAt = 0;
    if (underWay.size > 0) arm(time);
  }

  function check(attempt: Attempt, time: number): void {
    const { claim, step, since, isDelivered } = attempt;
    attempt.waiting = attempt.waiting.filter((callback) => {
      if (time - callback.since < answerWithin - interval) return true;
      callback.answer(isDelivered ? "delivered" : "pending");
      return false;
    });
    if ((step === "turn" || step === "noted") && time - since > LIMIT) giveUp(attempt);
    if (step !== "told" || time - since < RENEWAL) return;
    attempt.since = time;
    keep(claim).catch(tell);
  }

  async function keep(claim: Claim): Promise<void> {
    await renew(claim, now());
  }

  function giveUp(attempt: Attempt): void {
    const { claim, isDelivered } = attempt;
    // What the store still does for this attempt is undone as soon as it is done.
    if (!isDelivered) release(claim).catch(tell);
    failToNote(attempt, new WebhookError(TOO_SLOW));
    conclude(attempt, isDelivered ? "delivered" : "failed");
  }
}

const TOO_SLOW = `The store or the confirming query took longer than ${LIMIT / 1000} seconds`;

async function wakeWaits({ callbacks }: Client, status: TaskStatus, kind: TaskKind): Promise<void> {
  await callbacks.heard(status, { kind, confirm: false });
}

/** The client may be somebody else's. */
function isEnd({ state }: TaskStatus): boolean {
  return state === "succeeded" || state === "failed";
}
