import { bounded } from "../base/deadline.js";
import { callSafely, WebhookError } from "../base/errors.js";
import { defined } from "../base/record.js";
import type { TaskKind, TaskStatus } from "../base/task.js";
import type { MiniMax } from "../client.js";
import type { Admitted } from "./callback-token.js";
import { advance, type Claim, claimOf, release, renew, type Standing, settle, take } from "./delivery-claim.js";
import { eventOf, marksAgainst, stageMark, type TaskEvent } from "./task-event.js";
import { memoryStore, type WebhookStore } from "./webhook-store.js";

/**
 * The result of a delivery. Only "delivered" and "known" may be acknowledged. Otherwise the status is delivered when it comes
 * again.
 */
export type Outcome = "delivered" | Exclude<Standing, "new"> | "unconfirmed" | "pending" | "failed";

export interface DeliveryOptions {
  onStatus: (status: TaskStatus, about: { kind: TaskKind; reference?: string }) => unknown;
  client: Client | undefined;
  confirm: boolean;
  /** Shared with other processes. Absent if this is the only process. */
  store: WebhookStore | undefined;
  answerWithin: number;
  now: () => number;
  /** Never throws. */
  tell: (error: unknown) => void;
}

type Client = Pick<MiniMax, "callbacks">;

/** Delivers each status to `onStatus` once, never out of order, and an end only if it is confirmed. Never rejects. */
export type Delivery = (status: TaskStatus, about: Admitted) => Promise<Outcome>;

/** Milliseconds for the store and the query. Together with the time between renewals, this is shorter than a claim holds. */
const LIMIT = 60_000;
const RENEWAL = 15_000;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { onStatus, client, confirm, store, answerWithin, now, tell } = options;
  /** What this process has delivered: everything if there is no store, else what could not be recorded in the store yet. */
  const local = memoryStore();
  /** The attempts under way, by event. */
  const attempts = new Map<string, Promise<Outcome>>();

  const isKnown = (event: TaskEvent) => marksAgainst(event).some((mark) => local.has(event.taskId, mark));

  return async (status, about) => {
    const event = eventOf(status);
    const outcome = await bounded(deliver(event, status, about), answerWithin);
    return outcome ?? (isKnown(event) ? "known" : "pending");
  };

  /** Makes an attempt, or waits for an attempt at the same event that is under way. */
  async function deliver(event: TaskEvent, status: TaskStatus, about: Admitted): Promise<Outcome> {
    const latest = performance.now() + answerWithin;
    const key = event.taskId + event.mark;
    for (let other = attempts.get(key); other; other = attempts.get(key)) {
      if (isKnown(event)) return "known";
      const outcome = await other;
      // If it failed, a callback that still waits for its answer gets another attempt.
      if (performance.now() >= latest) return outcome;
    }
    if (isKnown(event)) return "known";
    const attempt = attemptTo(event, status, about);
    attempts.set(key, attempt);
    const outcome = await attempt;
    attempts.delete(key);
    return outcome;
  }

  /** Makes one attempt. Never rejects. */
  async function attemptTo(event: TaskEvent, status: TaskStatus, about: Admitted): Promise<Outcome> {
    const claim = store && claimOf(event, store);
    const asks = confirm && status.state !== "running";
    const { kind, reference, callback } = about;
    let outcome: Outcome = "failed";
    try {
      const waits = claim !== undefined || asks;
      const news = waits ? await limited(confirmed(claim, asks, status, about)) : status;
      if (typeof news === "string") outcome = news;
      else if (waits && isKnown(event)) outcome = "known";
      else {
        if (!claim) local.put(event.taskId, stageMark(event.stage));
        // Wakes the waits of this process.
        if (!asks) callSafely(() => client?.callbacks.heard(status, { kind, callback, confirm: false }), tell);
        const call = () => onStatus(news, defined({ kind, reference }));
        await (claim ? renewing(claim, call) : call());
        outcome = "delivered";
      }
      if (outcome === "delivered" || outcome === "known") local.put(event.taskId, event.mark);
    } catch (error) {
      tell(error);
    }
    if (!claim) return outcome;
    try {
      await limited(outcome === "delivered" ? settle(claim) : release(claim));
      local.remove(event.taskId, event.mark);
    } catch (error) {
      tell(error);
    }
    return outcome;
  }

  /** Claims the event and confirms an end. Resolves with what to deliver, or with why there is nothing to deliver. */
  async function confirmed(claim: Claim | undefined, asks: boolean, status: TaskStatus, about: Admitted) {
    const taken = claim ? await take(claim, now()) : "new";
    if (taken !== "new") return taken;
    const { kind, callback } = about;
    const options = { kind, callback, signal: AbortSignal.timeout(LIMIT) };
    const news = asks ? await client?.callbacks.heard(status, options) : status;
    // Checked at run time, because the client may be a stand-in.
    if (!news || (asks && !/^(succeeded|failed)$/.test(news.state))) return "unconfirmed";
    const standing = claim ? await advance(claim) : "new";
    return standing === "new" ? news : standing;
  }

  /** Renews the claim until the call is done. */
  async function renewing(claim: Claim, call: () => unknown): Promise<void> {
    const timer = setInterval(() => void renew(claim, now).catch(tell), RENEWAL);
    // Node's timers keep a process alive.
    (timer as { unref?(): void }).unref?.();
    try {
      await call();
    } finally {
      clearInterval(timer);
    }
  }
}

/** Rejects if the store or the query takes too long. */
async function limited<T>(work: Promise<T>): Promise<T> {
  const done = await bounded(
    work.then((value) => ({ value })),
    LIMIT,
  );
  if (!done) throw new WebhookError(`The store or the confirming query took longer than ${LIMIT / 1000} seconds`);
  return done.value;
}
