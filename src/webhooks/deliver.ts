import type { MiniMax } from "../client.js";
import { after } from "../engine/pause.js";
import type { TaskStatus } from "../engine/status.js";
import { WebhookError } from "../errors.js";
import type { TaskKind } from "../task.js";
import { advance, type Claim, claimOf, release, renew, type Standing, settle, take } from "./claim.js";
import { createMemory } from "./memory.js";
import type { WebhookStore } from "./store.js";

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

/** One try to deliver an event. */
interface Attempt {
  readonly status: TaskStatus;
  readonly kind: TaskKind;
  readonly claim: Claim;
  step: Step;
  /** Milliseconds that the step has taken, by the ticks it has seen. */
  age: number;
  isDelivered: boolean;
  /** Called with what has become of it, for the callback that began it and for its repetitions. */
  readonly done: ((outcome: Outcome) => void)[];
}

/**
 * "turn": the store and the query work; one attempt of a task at a time. "told": `onStatus` works, however long it takes.
 * "noted": the store is told what has become of it.
 */
type Step = "queued" | "turn" | "told" | "noted" | "over";

/** Milliseconds that the store and the query may take at least. */
const LIMIT = 60_000;
/** Milliseconds from one look at what is under way to the next. With the limit, much less than a claim holds. */
const TICK = 15_000;
/** Deliveries that are remembered here if the store could not be told. */
const KEPT = 10_000;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { onStatus, client, confirm, store, isShared, answerWithin, now, tell } = options;
  /** By task, in the order of their turns. */
  const underWay = new Map<string, Attempt[]>();
  /** Events by task that have been delivered although the store could not be told. */
  const unmarked = createMemory<string[]>(KEPT);
  let isTicking = false;

  return (status, kind) =>
    new Promise((resolve) => {
      const claim = claimOf(status, store, isShared);
      const timer = after(answerWithin, () => resolve(attemptAt(claim)?.isDelivered ? "delivered" : "pending"));
      deliver(status, kind, (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      });
    });

  function deliver(status: TaskStatus, kind: TaskKind, done: (outcome: Outcome) => void): void {
    const claim = claimOf(status, store, isShared);
    const begun = attemptAt(claim);
    if (begun?.isDelivered || unmarked.get(claim.taskId)?.includes(claim.event)) return done("known");
    if (!begun) return enqueue({ status, kind, claim, step: "queued", age: 0, isDelivered: false, done: [done] });
    // A repetition waits for the attempt that has begun, and makes another one only if that comes to nothing.
    begun.done.push((outcome) => {
      if (outcome === "delivered" || outcome === "known") done("known");
      else deliver(status, kind, done);
    });
  }

  function attemptAt({ taskId, event }: Claim): Attempt | undefined {
    return underWay.get(taskId)?.find(({ claim }) => claim.event === event);
  }

  function enqueue(attempt: Attempt): void {
    const { taskId } = attempt.claim;
    const others = underWay.get(taskId);
    if (others) others.push(attempt);
    else underWay.set(taskId, [attempt]);
    beginNext(taskId);
    if (!isTicking) after(TICK, tick, { idle: true });
    isTicking = true;
  }

  function beginNext(taskId: string): void {
    const attempts = underWay.get(taskId) ?? [];
    const next = attempts.find(({ step }) => step === "turn" || step === "queued");
    if (next?.step === "queued") void run(next);
  }

  async function run(attempt: Attempt): Promise<void> {
    const { claim } = attempt;
    let outcome: Outcome;
    enter(attempt, "turn");
    try {
      const begun = await begin(attempt);
      enter(attempt, "told");
      outcome = typeof begun === "string" ? begun : await begun.work;
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

  function enter(attempt: Attempt, step: Step): void {
    if (attempt.step === "over") return;
    attempt.step = step;
    attempt.age = 0;
    if (step !== "turn") beginNext(attempt.claim.taskId);
  }

  function failToNote({ claim, isDelivered }: Attempt, error: unknown): void {
    const { taskId, event } = claim;
    if (isDelivered) unmarked.put(taskId, [event, ...(unmarked.get(taskId) ?? [])]);
    tell(error);
  }

  function conclude(attempt: Attempt, outcome: Outcome): void {
    if (attempt.step === "over") return;
    enter(attempt, "over");
    const { taskId } = attempt.claim;
    const attempts = underWay.get(taskId) ?? [];
    if (attempts.length > 1) attempts.splice(attempts.indexOf(attempt), 1);
    else underWay.delete(taskId);
    for (const done of attempt.done) done(outcome);
  }

  /** Begins to tell the user; or says why not. */
  async function begin({ status, kind, claim }: Attempt): Promise<Outcome | { work: Promise<Outcome> }> {
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

  /** One timer for everything that is under way: most of it ends before a timer of its own would fire. */
  function tick(): void {
    for (const attempts of underWay.values()) for (const attempt of [...attempts]) grow(attempt);
    isTicking = underWay.size > 0;
    if (isTicking) after(TICK, tick, { idle: true });
  }

  function grow(attempt: Attempt): void {
    attempt.age += TICK;
    if (attempt.step === "told") keep(attempt.claim).catch(tell);
    else if (attempt.step !== "queued" && attempt.age > LIMIT) giveUp(attempt);
  }

  async function keep(claim: Claim): Promise<void> {
    await renew(claim, now());
  }

  function giveUp(attempt: Attempt): void {
    const { claim, isDelivered } = attempt;
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
