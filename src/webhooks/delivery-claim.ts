import { WebhookError } from "../base/errors.js";
import type { TaskStatus } from "../base/task.js";
import type { WebhookStore } from "./webhook-store.js";

/**
 * "new": nobody has delivered it, and nothing later either. "known": it has been delivered, or the user knows more by now.
 * "busy": another process has claimed it and has not delivered it yet.
 */
export type Standing = "new" | "known" | "busy";

/** A claim holds for the slot of time in which it was made, and for the next one: two to four minutes. */
const SLOT = 120_000;

/**
 * The right to deliver one event, which one process has at a time. Claims are marks in a store that has no clock and no locks.
 * The marks of a task are:
 *
 * - `:processing`, or `!` for the end, whichever it is: the event has been delivered
 * - `#0` to `#3`: the stages of the task of which the user has been told
 * - `@14166666:processing`: the event was claimed in this slot
 *
 * `put` is atomic, so one process gets the claim of a slot. It gives the claim up if there is one in the slot before or after.
 * Both processes write before they look, so at least one of them sees the other. A process that dies leaves a claim that has no
 * effect two slots later; one that lives renews its claim.
 */
export interface Claim {
  readonly store: WebhookStore;
  /** Whether other processes may use the store. Otherwise there is nobody to claim anything from. */
  readonly isShared: boolean;
  readonly taskId: string;
  readonly event: string;
  readonly stage: number;
  slot: number;
  /** Its marks in the store. */
  held: string[];
  isReleased: boolean;
}

export function claimOf(status: TaskStatus, store: WebhookStore, isShared: boolean): Claim {
  const event = eventOf(status);
  const stage = stageOf(status);
  return { store, isShared, taskId: status.taskId, event, stage, slot: 0, held: [], isReleased: false };
}

/** Takes the event, if it is new. */
export async function take(claim: Claim, time: number): Promise<Standing> {
  claim.slot = slotOf(time);
  const standing = await look(claim, claim.slot - 1);
  if (standing !== "new" || !claim.isShared) return standing;
  return (await hold(claim, claim.slot)) ? "new" : "busy";
}

/** Comes right before the user is told: from then on, nothing earlier is new. */
export async function advance(claim: Claim): Promise<Standing> {
  await claim.store.put(claim.taskId, `#${claim.stage}`);
  const standing = claim.isShared ? await look(claim, claim.slot - 1, claim.slot + 1) : "new";
  // The store was so slow that another attempt may be telling the user.
  return claim.isReleased ? "busy" : standing;
}

/** Holds the claim for another slot, if it is held. */
export async function renew(claim: Claim, time: number): Promise<void> {
  if (claim.held.length > 0) await hold(claim, slotOf(time));
}

/** The event has been delivered. */
export async function settle({ store, taskId, event }: Claim): Promise<void> {
  await store.put(taskId, event);
}

/** The event has not been delivered: anybody may take it. */
export async function release(claim: Claim): Promise<void> {
  const { store, taskId, held } = claim;
  Object.assign(claim, { held: [], isReleased: true });
  await Promise.all(held.map(async (mark) => store.remove(taskId, mark)));
}

async function look({ store, isShared, taskId, event, stage }: Claim, ...slots: number[]): Promise<Standing> {
  if (await store.has(taskId, event)) return "known";
  for (let later = stage + 1; later <= OVER; later++) if (await store.has(taskId, `#${later}`)) return "known";
  if (isShared) for (const slot of slots) if (await store.has(taskId, `@${slot}${event}`)) return "busy";
  return "new";
}

async function hold(claim: Claim, slot: number): Promise<boolean> {
  const { store, taskId, event } = claim;
  const mark = `@${slot}${event}`;
  const isOurs: unknown = await store.put(taskId, mark);
  if (isOurs === undefined) throw new WebhookError("store.put() must tell whether the mark is new: true or false");
  if (isOurs) claim.held.push(mark);
  // The store was so slow that the attempt has failed.
  if (claim.isReleased) await release(claim);
  return Boolean(isOurs);
}

function slotOf(time: number): number {
  return Math.floor(time / SLOT);
}

/** What is delivered once: one end per task, and each word before it. */
function eventOf({ state, word }: TaskStatus): string {
  return state === "running" ? `:${word.toLowerCase().slice(0, 64)}` : "!";
}

const EARLY = new Map([
  ["not_start", 0],
  ["submitted", 0],
  ["preparing", 0],
  ["queueing", 1],
  ["queued", 1],
]);
const MAKING = 2;
const OVER = 3;

/** How far a task has come. An unknown word means that the video is being made. */
function stageOf({ state, word }: TaskStatus): number {
  return state === "running" ? (EARLY.get(word.toLowerCase()) ?? MAKING) : OVER;
}
