import { ApiError, SubmissionUnknownError } from "../base/errors.js";
import type { VideoRequest } from "../base/request-types.js";
import type { Settled } from "../tasks/generate-all.js";
import { type BatchItem, countsText, limitText, unaffordable } from "./batch-items.js";
import type { Values } from "./command-options.js";
import { save, waitingOf } from "./finish-task.js";
import { failureOf } from "./format-text.js";
import { EXIT, plain } from "./process.js";
import { SILENT } from "./progress.js";
import type { Session } from "./session.js";

interface Run extends Session {
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

export async function makeAll(items: readonly BatchItem[], session: Session, values: Values<"batch">): Promise<void> {
  const { minimax, io } = session;
  const { concurrency, "max-cost": most = Number.POSITIVE_INFINITY } = values;
  // Items that are already paid for come first.
  const unfinished = items
    .filter(({ state }) => state !== "saved")
    .sort((one, other) => Number(other.isCharged) - Number(one.isCharged));
  const run: Run = { ...session, items, most, unfinished, taken: [], begun: Date.now(), isHopeless: false, wake() {} };
  const itemAt = (index: number) => run.taken[index] as BatchItem;
  const saves: Promise<void>[] = [];
  const requests = minimax.videos.generateAll(affordable(run), {
    ...waitingOf(session),
    concurrency,
    key: (_, index) => itemAt(index).key,
    onTask({ id }, index) {
      Object.assign(itemAt(index), { state: "open", facts: { taskId: id } });
      show(`${itemAt(index).key} accepted`, run);
    },
  });
  try {
    for await (const settled of requests) {
      const item = itemAt(settled.index);
      if (settled.status === "rejected") run.isHopeless ||= concernsAll(settled.reason);
      const saved = saveOne(settled, item, run).catch((error) => recordFailure(error, item, run));
      saves.push(saved.then(() => show(`${item.key} ${item.state}`, run)));
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    await Promise.all(saves);
  }
}

/** Yields each request as soon as its price is certain to fit the limit. */
async function* affordable(run: Run): AsyncGenerator<VideoRequest, void> {
  const { items, most, taken } = run;
  const priceOf = ({ cost }: BatchItem) => cost?.amount ?? 0;
  for (const item of run.unfinished) {
    if (run.isHopeless && !item.isCharged) continue;
    const spent = () => items.reduce((sum, each) => sum + (each.isCharged ? priceOf(each) : 0), 0);
    // Floating-point sums are not exact.
    const fits = () => item.isCharged || spent() + priceOf(item) <= most + 1e-9;
    // A create under way may still be refused, and then costs nothing.
    while (!fits() && taken.some(({ state, isCharged }) => state === "left" && isCharged))
      await new Promise<void>((resolve) => {
        run.wake = resolve;
      });
    if (!fits()) {
      const message = `it would exceed ${limitText(most, item)}`;
      item.facts = { error: { name: "UsageError", message }, exitCode: EXIT.refusedHere };
      continue;
    }
    item.isCharged = true;
    taken.push(item);
    yield item.request;
  }
}

/** Shows the last step, the progress of the batch, and roughly how long it will still take. */
function show(step: string, { items, unfinished, begun, wake, progress }: Run): void {
  const made = unfinished.filter(({ state }) => state !== "left" && state !== "open").length;
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

async function saveOne(settled: Settled, item: BatchItem, run: Run): Promise<void> {
  if (settled.status === "rejected") throw settled.reason;
  const target = { path: item.place, isFolder: false, force: run.values.force ?? false };
  const saved = await save(settled.value, target, { ...run, progress: SILENT });
  Object.assign(item, { state: "saved", facts: { ...item.facts, ...saved } });
}

function recordFailure(error: unknown, item: BatchItem, { io: { signal }, progress }: Session): void {
  if (signal.aborted && error === signal.reason) return;
  const failure = failureOf(error);
  const isOpen = item.state === "open" && !/^(TaskFailed|Validation)Error$/.test(failure.error.name);
  const isUnknown = error instanceof SubmissionUnknownError && !isOpen;
  item.isCharged = item.state === "open" || isUnknown;
  item.state = isOpen ? "open" : isUnknown ? "unknown" : "failed";
  item.facts = { ...item.facts, ...failure };
  progress.say(`${plain(item.key)}: ${failure.error.message}`);
}
