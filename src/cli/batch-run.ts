import { EventEmitter, once } from "node:events";
import { ApiError, SubmissionUnknownError } from "../base/errors.js";
import type { VideoRequest } from "../base/request-types.js";
import { type BatchItem, countsText } from "./batch-items.js";
import type { Values } from "./command-options.js";
import { save, waitingOf } from "./finish-task.js";
import { failureOf } from "./format-text.js";
import { EXIT, plain } from "./process.js";
import { SILENT } from "./progress.js";
import type { Session } from "./session.js";

interface Run {
  readonly items: readonly BatchItem[];
  /** Items that are not saved yet, in the order in which they are bought. */
  readonly unfinished: readonly BatchItem[];
  /** Items handed to the client so far. The index of each is the one that the client reports. */
  readonly taken: BatchItem[];
  /** The most that may be spent. */
  readonly most: number;
  readonly changes: EventEmitter;
  /** Whether any further create would be refused too. */
  isHopeless: boolean;
}

/** Buys what --max-cost allows, waits for the videos and saves them. */
export async function makeAll(items: readonly BatchItem[], session: Session, values: Values<"batch">): Promise<void> {
  const { minimax, io, progress } = session;
  const { concurrency, "max-cost": most = Number.POSITIVE_INFINITY } = values;
  // Items that are already paid for come first.
  const unfinished = items
    .filter(({ state }) => state !== "saved")
    .sort((one, other) => Number(other.isCharged) - Number(one.isCharged));
  const run: Run = { items, unfinished, taken: [], most, changes: new EventEmitter(), isHopeless: false };
  const itemAt = (index: number) => run.taken[index] as BatchItem;
  const begun = Date.now();
  const show = (step: string) => {
    progress.now(step, `${countsText(items)}${timeLeft(run, Date.now() - begun)}`);
    run.changes.emit("change");
  };
  const requests = minimax.videos.generateAll(affordable(run), {
    ...waitingOf(session),
    concurrency,
    key: (_, index) => itemAt(index).key,
    onTask({ id }, index) {
      Object.assign(itemAt(index), { state: "open", facts: { taskId: id } });
      show(`${itemAt(index).key} accepted`);
    },
  });
  const saves: Promise<void>[] = [];
  try {
    for await (const settled of requests) {
      const item = itemAt(settled.index);
      const reason = settled.status === "rejected" ? settled.reason : undefined;
      run.isHopeless ||= reason instanceof ApiError && /^(authentication|insufficient_balance)$/.test(reason.kind);
      const saving = async () => {
        if (settled.status === "rejected") throw settled.reason;
        const target = { path: item.place, isFolder: false, force: values.force ?? false };
        const saved = await save(settled.value, target, { ...session, progress: SILENT });
        Object.assign(item, { state: "saved", facts: { ...item.facts, ...saved } });
      };
      const told = saving().catch((error) => recordFailure(error, item, session));
      saves.push(told.then(() => show(`${item.key} ${item.state}`)));
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    await Promise.all(saves);
    progress.end();
  }
  const [first, ...others] = unaffordable(run);
  const why = `${others.length > 0 ? "each" : "it"} would exceed ${limitText(run)}`;
  if (first) progress.say(`${others.length + 1} not bought: ${why}. Raise it and run again.`);
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
      await once(run.changes, "change");
    if (!fits()) {
      const error = { name: "UsageError", message: `it would exceed ${limitText(run)}` };
      item.facts = { error, exitCode: EXIT.refusedHere };
      continue;
    }
    item.isCharged = true;
    taken.push(item);
    yield item.request;
  }
}

/** The items that were not bought because of --max-cost. */
const unaffordable = ({ items }: Run) => items.filter(({ state, facts }) => state === "left" && facts.error);

const limitText = ({ most, items }: Run) => `--max-cost ${most.toFixed(2)} ${items[0]?.cost?.currency}`;

/** Roughly how long the batch will still take, as the end of a line. */
function timeLeft(run: Run, elapsed: number): string {
  const made = run.unfinished.filter(({ state }) => state !== "left" && state !== "open").length;
  const rest = run.unfinished.length - made - unaffordable(run).length;
  return made > 0 && rest > 0 ? `; about ${Math.ceil(((elapsed / made) * rest) / 60_000)} min left` : "";
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
