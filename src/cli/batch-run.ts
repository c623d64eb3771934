import { realClock } from "../base/clock.js";
import { ApiError, SubmissionUnknownError } from "../base/errors.js";
import type { VideoRequest } from "../base/request-types.js";
import { createRateLimiter } from "../http/rate-limiter.js";
import type { Settled } from "../tasks/generate-all.js";
import { type BatchItem, countsText, limitText, sumOf, unaffordable } from "./batch-items.js";
import { EXIT, exitCodeOf } from "./exit-codes.js";
import { messageOf } from "./format-text.js";
import { plain } from "./process.js";
import type { Session } from "./session.js";
import { DOWNLOADS, save, type WaitPlan, waitPlanFrom } from "./task.js";

/** A running batch. */
interface Run extends WaitPlan {
  readonly items: readonly BatchItem[];
  /** The most that may be spent. */
  readonly most: number;
  /** Items that are not saved yet, in the order in which they are bought. */
  readonly unfinished: readonly BatchItem[];
  /** Items handed to the client so far. The index of each is the one that the client reports. */
  readonly taken: BatchItem[];
  readonly begun: number;
  /** Whether any further create would be refused too. */
  isHopeless: boolean;
  /** Called after each change, to wake a create that waits for the budget. */
  wake(): void;
}

/** Buys what `most` allows, waits for the videos and saves them. */
export async function makeAll(
  items: readonly BatchItem[],
  most: number,
  concurrency: number | undefined,
  session: Session,
): Promise<void> {
  const plan = await waitPlanFrom(session);
  const { minimax, io, timeout, pollInterval } = plan;
  const unfinished = items.filter(({ state }) => state !== "saved");
  // Items that are already paid for come first.
  unfinished.sort((one, other) => Number(other.isCharged) - Number(one.isCharged));
  const run: Run = { ...plan, items, most, unfinished, taken: [], begun: Date.now(), isHopeless: false, wake() {} };
  const itemAt = (index: number) => run.taken[index] as BatchItem;
  const turn = createRateLimiter(realClock, { atOnce: DOWNLOADS });
  const saves: Promise<void>[] = [];
  const requests = minimax.videos.generateAll(affordable(run), {
    ...{ concurrency, timeout, pollInterval, signal: io.signal },
    key: (_: VideoRequest, index: number) => itemAt(index).key,
    onTask({ id }, index) {
      Object.assign(itemAt(index), { state: "open", facts: { taskId: id } });
      show(`${itemAt(index).key} accepted`, run);
    },
  });
  try {
    for await (const settled of requests) {
      const item = itemAt(settled.index);
      if (settled.status === "rejected") run.isHopeless ||= concernsAll(settled.reason);
      const saved = turn(() => saveOne(settled, item, { ...plan, progress: QUIET }), io.signal);
      const told = saved.catch((error) => recordFailure(error, item, plan));
      saves.push(told.then(() => show(`${item.key} ${item.state}`, run)));
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    await Promise.all(saves);
  }
}

/** Yields each request as soon as its price is certain to fit the limit. */
async function* affordable(run: Run): AsyncGenerator<VideoRequest, void> {
  const { most } = run;
  for (const item of run.unfinished) {
    if (run.isHopeless && !item.isCharged) continue;
    // Floating-point sums are not exact.
    const fits = () => item.isCharged || sumOf(run.items) + (item.cost?.amount ?? 0) <= most + 1e-9;
    // A create under way may still be refused, and then costs nothing.
    while (!fits() && run.taken.some(({ state, isCharged }) => state === "left" && isCharged))
      await new Promise<void>((resolve) => {
        run.wake = resolve;
      });
    if (!fits()) {
      const message = `it would exceed ${limitText(most, item)}`;
      item.facts = { error: { name: "UsageError", message }, exitCode: EXIT.refusedHere };
      continue;
    }
    item.isCharged = true;
    run.taken.push(item);
    yield item.request;
  }
}

/** Shows the last step, the progress of the batch, and roughly how long it will still take. */
function show(step: string, { items, unfinished, begun, wake, progress }: Run): void {
  const done = items.filter(({ state }) => state !== "left" && state !== "open").length;
  const made = done - (items.length - unfinished.length);
  const rest = unfinished.length - made - unaffordable(items).length;
  const minutes = Math.ceil((((Date.now() - begun) / made) * rest) / 60_000);
  const left = made > 0 && rest > 0 ? `; about ${minutes} min left` : "";
  progress.now(step, `${countsText(items)}${left}`);
  wake();
}

/** Whether an error means that any further create would be refused too. */
function concernsAll(error: unknown): boolean {
  return error instanceof ApiError && /^(authentication|insufficient_balance)$/.test(error.kind);
}

async function saveOne(settled: Settled, item: BatchItem, plan: WaitPlan): Promise<void> {
  if (settled.status === "rejected") throw settled.reason;
  const { path, bytes } = await save(settled.value, { ...plan, target: item.target });
  Object.assign(item, { state: "saved", facts: { ...item.facts, path, bytes } });
}

const QUIET = { say() {}, now() {}, end() {} };

/** Records and reports why an item has no video. */
function recordFailure(error: unknown, item: BatchItem, { io: { signal }, progress }: Session): void {
  if (signal.aborted && error === signal.reason) return;
  const { name } = error instanceof Error ? error : { name: "Error" };
  const isOpen = item.state === "open" && name !== "TaskFailedError" && name !== "ValidationError";
  const isUnknown = error instanceof SubmissionUnknownError && !isOpen;
  item.isCharged = item.state === "open" || isUnknown;
  item.state = isOpen ? "open" : isUnknown ? "unknown" : "failed";
  const message = plain(messageOf(error));
  item.facts = { ...item.facts, error: { name, message }, exitCode: exitCodeOf(error) };
  progress.say(`${plain(item.key)}: ${message}`);
}
