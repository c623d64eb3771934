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
const slotOf = (time: number) => Math.floor(time / SLOT);

/**
 * The right to deliver one event, which one process holds at a time. Claims are marks in a store that has no clock and no locks.
 * The marks of a task are those of its events, and `@14166666:processing` for an event that was claimed in this slot.
 *
 * `put` is atomic, so one process gets the claim of a slot. It gives up the claim if there is one in the slot before or after.
 * Both processes write before they look, so at least one of them sees the other. The claim of a dead process expires two slots
 * later. A living process renews its claim.
 */
export type Claim = ReturnType<typeof claimOf>;

export function claimOf(event: TaskEvent, store: WebhookStore) {
  const { taskId, mark } = event;
  const markIn = (slot: number) => `@${slot}${mark}`;
  let slot = 0;
  /** The marks of the claim in the store. */
  let held: string[] = [];
  let isReleased = false;

  async function look(...slots: number[]): Promise<Standing> {
    for (const old of marksAgainst(event)) if (await store.has(taskId, old)) return "known";
    for (const other of slots) if (await store.has(taskId, markIn(other))) return "busy";
    return "new";
  }

  async function hold(slot: number): Promise<boolean> {
    const isOurs: unknown = await store.put(taskId, markIn(slot));
    if (isOurs === undefined) throw new WebhookError("store.put() must return true or false: whether the mark is new");
    if (isOurs) held.push(markIn(slot));
    // The store was so slow that the attempt has already failed.
    if (isReleased) await release();
    return Boolean(isOurs);
  }

  /** Gives up the event, so that any process may claim it. */
  async function release(): Promise<void> {
    const marks = held;
    held = [];
    isReleased = true;
    await Promise.all(marks.map(async (one) => store.remove(taskId, one)));
  }

  return {
    release,
    /** Claims the event, if it is new. */
    async take(time: number): Promise<Standing> {
      slot = slotOf(time);
      const standing = await look(slot - 1);
      return standing !== "new" || (await hold(slot)) ? standing : "busy";
    },
    /** Advances the stage of the task, right before `onStatus` is called. From then on, no earlier event is new. */
    async advance(): Promise<Standing> {
      await store.put(taskId, stageMark(event));
      const standing = await look(slot - 1, slot + 1);
      // The store was so slow that another attempt may already be delivering the event.
      return isReleased ? "busy" : standing;
    },
    /** Extends the claim, if it is held. */
    async renew(now: () => number): Promise<void> {
      if (held.length > 0) await hold(slotOf(now()));
    },
    /** Marks the event as delivered. */
    async settle(): Promise<void> {
      await store.put(taskId, mark);
    },
  };
}
