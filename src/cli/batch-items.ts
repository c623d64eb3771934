import { amountText } from "../base/check-result.js";
import { defined } from "../base/record.js";
import { fileNameFrom } from "../node/save-file.js";
import type { Line } from "./batch-lines.js";
import { isSavedAt, recordIn } from "./journal.js";
import { UsageError } from "./process.js";
import { allowing, type Target, targetFrom, videoPath, whyNotWritable } from "./save-target.js";
import type { Session } from "./session.js";

/** A line of the batch file, and its state. */
export interface BatchItem extends Line {
  readonly target: Target;
  /** "left": not bought. "open": the task exists, and another run can continue it. */
  state: "left" | "open" | "saved" | "failed" | "unknown";
  /** Whether its price counts, because this run or an earlier one bought it or may have bought it. */
  isCharged: boolean;
  facts: {
    path?: string;
    bytes?: number;
    taskId?: string;
    error?: { name: string; message: string };
    exitCode?: number;
  };
}

export async function batchItemFrom(line: Line, { server, journal, values }: Session): Promise<BatchItem> {
  const { key, out, fingerprint } = line;
  const place = await targetFrom(out ?? values.out, values.force);
  if (place.isUnused) throw new UsageError("a batch saves to files, not to stdout");
  const target = { ...place, name: place.name ?? `${fileNameFrom(key)}.mp4` };
  const path = videoPath(target, "");
  const earlier = await journal?.find({ server: server.name, key });
  const record = recordIn(earlier);
  if (earlier && "fingerprint" in earlier && earlier.fingerprint !== fingerprint)
    throw new UsageError(`key ${JSON.stringify(key)} already names another request: give this one a new key`);
  const isSaved = await isSavedAt(path, earlier);
  const reason = isSaved ? undefined : await whyNotWritable(path, allowing(target, earlier));
  if (reason) throw new UsageError(reason);
  const state = isSaved ? "saved" : record ? "open" : "left";
  const facts = defined({ path: isSaved ? path : undefined, taskId: record?.id });
  return { ...line, target, isCharged: earlier !== undefined && earlier.state !== "sending", state, facts };
}

/** The items that were not bought because of --max-cost. */
export const unaffordable = (items: readonly BatchItem[]) =>
  items.filter(({ state, facts }) => state === "left" && facts.error);

export const limitText = (most: number, { cost }: BatchItem) => `--max-cost ${most.toFixed(2)} ${cost?.currency}`;

export function resultLine({ key, state, facts, cost }: BatchItem) {
  return defined({ key, state, ...facts, cost });
}

export function sumOf(items: readonly BatchItem[]): number {
  return items.reduce((sum, { isCharged, cost }) => sum + (isCharged ? (cost?.amount ?? 0) : 0), 0);
}

export function totalPrice(items: readonly Pick<BatchItem, "cost">[]): string {
  const [first, ...others] = items.flatMap(({ cost }) => cost ?? []);
  if (!first) return "unknown";
  const amount = others.reduce((sum, cost) => sum + cost.amount, first.amount);
  const isPart = others.length + 1 < items.length;
  return `${amountText({ ...first, least: undefined as never, amount })}${isPart ? " and more" : ""}`;
}

export const chargedOf = (items: readonly BatchItem[]) => {
  const charged = items.filter(({ isCharged }) => isCharged);
  return charged.length > 0 ? totalPrice(charged) : "nothing";
};

/** "3 saved, 1 failed, 2 under way; list price so far 1.68 USD". */
export function countsText(items: readonly BatchItem[]): string {
  const words = { saved: "saved", failed: "failed", unknown: "unknown", open: "under way", left: "not bought" };
  const counts = Object.entries(words).flatMap(([state, word]) => {
    const count = items.filter((item) => item.state === state).length;
    return count > 0 ? `${count} ${word}` : [];
  });
  return `${counts.join(", ")}; list price so far: ${chargedOf(items)}`;
}
