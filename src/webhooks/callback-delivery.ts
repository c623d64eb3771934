import { bounded } from "../base/deadline.js";
import { callSafely, WebhookError } from "../base/errors.js";
import { defined } from "../base/record.js";
import type { TaskKind, TaskStatus } from "../base/task.js";
import type { MiniMax } from "../client.js";
import type { Admitted } from "./callback-token.js";
import { type Claim, claimOf, type Standing } from "./delivery-claim.js";
import { eventOf, marksAgainst, stageMark, type TaskEvent } from "./task-event.js";
import { memoryStore, type WebhookStore } from "./webhook-store.js";

/** The result of a delivery. Only "delivered" and "known" may be acknowledged; others are tried again when the status comes again. */
export type Outcome = "delivered" | Exclude<Standing, "new"> | "unconfirmed" | "pending" | "failed";

export interface DeliveryOptions {
  onStatus: (status: TaskStatus, about: { kind: TaskKind; reference?: string }) => unknown;
  client: Pick<MiniMax, "callbacks"> | undefined;
  confirm: boolean;
  /** Shared with other processes. Absent if this is the only process. */
  store: WebhookStore | undefined;
  answerWithin: number;
  now: () => number;
  /** Never throws. */
  tell: (error: unknown) => void;
}

/** Milliseconds for the store and the query. Together with the time between renewals, this is shorter than a claim holds. */
const LIMIT = 60_000;
const RENEWAL = 15_000;

/** Delivers each status to `onStatus` once, never out of order, and an end only if it is confirmed. Never rejects. */
export function createDelivery({ onStatus, client, confirm, store, answerWithin, now, tell }: DeliveryOptions) {
  /** What this process has delivered: everything if there is no store, else what could not be recorded in the store yet. */
  const local = memoryStore();
  /** The attempts under way, by event. */
  const attempts = new Map<string, Promise<Outcome>>();

  const isKnown = (event: TaskEvent) => marksAgainst(event).some((mark) => local.has(event.taskId, mark));

  return async (status: TaskStatus, about: Admitted): Promise<Outcome> => {
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
    let outcome: Outcome = "failed";
    try {
      outcome = await handOver(event, status, about, claim);
      if (outcome === "delivered" || outcome === "known") local.put(event.taskId, event.mark);
    } catch (error) {
      tell(error);
    }
    if (!claim) return outcome;
    try {
      await limited(outcome === "delivered" ? claim.settle() : claim.release());
      local.remove(event.taskId, event.mark);
    } catch (error) {
      tell(error);
    }
    return outcome;
  }

  /** Calls `onStatus` if the event is new and confirmed. */
  async function handOver(event: TaskEvent, status: TaskStatus, about: Admitted, claim?: Claim): Promise<Outcome> {
    const { kind, reference, callback } = about;
    const asks = confirm && status.state !== "running";
    let news = status;
    if (claim || asks) {
      const confirmed = await limited(confirmedBy(claim, asks, status, about));
      if (typeof confirmed === "string") return confirmed;
      if (isKnown(event)) return "known";
      news = confirmed;
    }
    if (!claim) local.put(event.taskId, stageMark(event));
    // Wakes the waits of this process.
    if (!asks) callSafely(() => client?.callbacks.heard(status, { kind, callback, confirm: false }), tell);
    const timer = claim && setInterval(() => void claim.renew(now).catch(tell), RENEWAL);
    // Node's timers keep a process alive.
    (timer as { unref?(): void } | undefined)?.unref?.();
    try {
      await onStatus(news, defined({ kind, reference }));
    } finally {
      clearInterval(timer);
    }
    return "delivered";
  }

  /** Claims the event and confirms an end. Resolves with what to deliver, or with why there is nothing to deliver. */
  async function confirmedBy(claim: Claim | undefined, asks: boolean, status: TaskStatus, about: Admitted) {
    const taken = claim ? await claim.take(now()) : "new";
    if (taken !== "new") return taken;
    const { kind, callback } = about;
    const options = { kind, callback, signal: AbortSignal.timeout(LIMIT) };
    const news = asks ? await client?.callbacks.heard(status, options) : status;
    // Checked at run time, because the client may be a stand-in.
    if (!news || (asks && !/^(succeeded|failed)$/.test(news.state))) return "unconfirmed";
    const standing = claim ? await claim.advance() : "new";
    return standing === "new" ? news : standing;
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
