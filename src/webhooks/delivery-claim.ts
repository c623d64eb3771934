import { WebhookError } from "../base/errors.js";
import { marksAgainst, stageMark, type TaskEvent } from "./task-event.js";
import type { WebhookStore } from "./webhook-store.js";

/**
 * The state of an event. "new": neither it nor a later event has been delivered. "known": it, or a later event, has been
 * delivered. "busy": another process has claimed it and has not delivered it yet.
 */
export type Standing = "new" | "known" | "busy";

/** Milliseconds. A claim holds for the slot in which it was made and for the next one: two to four minutes. */
const SLOT = 120_000;

/**
 * The right to deliver one event, which one process holds at a time. Claims are marks in a store that has no clock and no locks.
 * The marks of a task are:
 *
 * - `:processing`, or `!` for any end: the event has been delivered
 * - `#0` to `#3`: the stages of the task that have been delivered
 * - `@14166666:processing`: the event was claimed in this slot
 *
 * `put` is atomic, so one process gets the claim of a slot. It gives up the claim if there is one in the slot before or after.
 * Both processes write before they look, so at least one of them sees the other. The claim of a dead process expires two slots
 * later. A living process renews its claim.
 */
export interface Claim {
  readonly event: TaskEvent;
  readonly store: WebhookStore;
  slot: number;
  /** The marks of the claim in the store. */
  held: string[];
  isReleased: boolean;
}

export function claimOf(event: TaskEvent, store: WebhookStore): Claim {
  return { event, store, slot: 0, held: [], isReleased: false };
}

/** Claims the event, if it is new. */
export async function take(claim: Claim, time: number): Promise<Standing> {
  claim.slot = slotOf(time);
  const standing = await look(claim, claim.slot - 1);
  if (standing !== "new") return standing;
  return (await hold(claim, claim.slot)) ? "new" : "busy";
}

/** Advances the stage of the task, right before `onStatus` is called. From then on, no earlier event is new. */
export async function advance(claim: Claim): Promise<Standing> {
  const { event, store, slot } = claim;
  await store.put(event.taskId, stageMark(event.stage));
  const standing = await look(claim, slot - 1, slot + 1);
  // The store was so slow that another attempt may already be delivering the event.
  return claim.isReleased ? "busy" : standing;
}

/** Extends a claim that is held. */
export async function renew(claim: Claim, now: () => number): Promise<void> {
  if (claim.held.length > 0) await hold(claim, slotOf(now()));
}

/** Marks the event as delivered. */
export async function settle({ event, store }: Claim): Promise<void> {
  await store.put(event.taskId, event.mark);
}

/** Gives up the event, so that any process may claim it. */
export async function release(claim: Claim): Promise<void> {
  const { event, store, held } = claim;
  Object.assign(claim, { held: [], isReleased: true });
  await Promise.all(held.map(async (mark) => store.remove(event.taskId, mark)));
}

async function look({ event, store }: Claim, ...slots: number[]): Promise<Standing> {
  for (const mark of marksAgainst(event)) if (await store.has(event.taskId, mark)) return "known";
  for (const slot of slots) if (await store.has(event.taskId, claimMark(slot, event))) return "busy";
  return "new";
}

async function hold(claim: Claim, slot: number): Promise<boolean> {
  const { event, store } = claim;
  const mark = claimMark(slot, event);
  const isOurs: unknown = await store.put(event.taskId, mark);
  if (isOurs === undefined) throw new WebhookError("store.put() must return true or false: whether the mark is new");
  if (isOurs) claim.held.push(mark);
  // The store was so slow that the attempt has already failed.
  if (claim.isReleased) await release(claim);
  return Boolean(isOurs);
}

function slotOf(time: number): number {
  return Math.floor(time / SLOT);
}

function claimMark(slot: number, { mark }: TaskEvent): string {
  return `@${slot}${mark}`;
}
