import { type Cost, issueLine } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import { defined, isRecord, nonEmptyString } from "../base/record.js";
import type { VideoRequest } from "../base/request-types.js";
import { assertSendable } from "../check/check.js";
import { kindOf } from "../kinds/kind-of.js";
import { fingerprintOf } from "../tasks/fingerprint.js";
import { type failureOf, messageOf } from "./format-text.js";
import { isSavedAt, recordIn } from "./journal.js";
import { isSecret } from "./parse-command-line.js";
import { UsageError } from "./process.js";
import { parseJson, readText } from "./read-input.js";
import { allowing, pathIn, targetFrom, whyNotWritable } from "./save-target.js";
import type { Session } from "./session.js";

export interface Line {
  readonly key: string;
  readonly out: string | undefined;
  /** Where the video goes, or what stands for that. No two lines may have the same. */
  readonly place: string;
  readonly request: VideoRequest;
  /** Identifies the request, as in the journal. */
  readonly fingerprint: string;
  /** Undefined if no list price is known. */
  readonly cost: Cost | undefined;
}

/** A line, and what has become of it. */
export interface BatchItem extends Line {
  /** "left": not bought. "open": the task exists, and another run can continue it. */
  state: "left" | "open" | "saved" | "failed" | "unknown";
  /** Whether its price counts, because this run or an earlier one bought it or may have bought it. */
  isCharged: boolean;
  facts: { path?: string; bytes?: number; taskId?: string } & Partial<ReturnType<typeof failureOf>>;
}

/** Checks every line of a file before anything is bought. @throws {UsageError} with every problem and its line number */
export async function linesIn<Item extends Line>(
  file: string,
  session: Session,
  make: (line: Line) => Promise<Item>,
): Promise<Item[]> {
  const text = await readText(file, session.io);
  const advice = "a batch has one request per line, but this is a JSON list. Convert it with: jq -c '.[]'";
  if (text.trimStart().startsWith("[")) throw new UsageError(`Nothing was sent: ${advice}`);
  const problems: string[] = [];
  const items: Item[] = [];
  const taken = new Map<string, { name: string; at: number }>();
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const at = index + 1;
    try {
      const item = await make(await lineFrom(line, session));
      const key = `key ${JSON.stringify(item.key)}`;
      claim(key, key, at, taken);
      // Some disks ignore the case of names, and how an accent is written.
      claim(item.place.normalize().toLowerCase(), item.place, at, taken);
      items.push(item);
    } catch (error) {
      const reasons = error instanceof ValidationError ? error.issues.map(issueLine) : [messageOf(error)];
      problems.push(...reasons.map((reason) => `  line ${at}: ${reason}`));
    }
  }
  if (problems.length > 0) throw new UsageError(`Nothing was sent:\n${problems.join("\n")}`);
  if (items.length === 0) throw new UsageError("The batch is empty: put one request as JSON on each line");
  return items;
}

/** @throws {UsageError} if an earlier line has claimed the same. */
function claim(id: string, name: string, at: number, taken: Map<string, { name: string; at: number }>): void {
  const other = taken.get(id);
  if (!other) taken.set(id, { name, at });
  else if (other.name === name) throw new UsageError(`${name} is already used in line ${other.at}`);
  else {
    const advice = "they must differ in more than case";
    throw new UsageError(`${name} may be the same file as ${other.name} in line ${other.at}; ${advice}`);
  }
}

async function lineFrom(line: string, { server }: Session): Promise<Line> {
  const content = parseJson(line, "it");
  if (!isRecord(content)) throw new UsageError("it must be an object");
  const { key: given, out: wanted, ...request } = content;
  const [key, out] = [nonEmptyString(given), nonEmptyString(wanted)];
  if (key === undefined) throw new UsageError("it needs a key: a unique name for the request");
  if (isSecret(key)) throw new UsageError("its key looks like an API key, but should be a name for the request");
  if (out !== wanted) throw new UsageError("out must be a path");
  const { cost, body } = await assertSendable(request, server, kindOf(request, "video"));
  const fingerprint = await fingerprintOf(body);
  // `assertSendable` has checked it.
  return { key, out, place: out ?? `key ${key}`, request: request as unknown as VideoRequest, fingerprint, cost };
}

/** Finds out what earlier runs did with a line. @throws {UsageError} if its video cannot be saved, or its key names another request. */
export async function batchItemFrom(line: Line, { server, journal, values }: Session): Promise<BatchItem> {
  const { key, out, fingerprint } = line;
  const target = await targetFrom(out ?? values.out, values.force);
  if (target.isUnused) throw new UsageError("a batch saves to files, not to stdout");
  const place = pathIn(target, key);
  const earlier = await journal?.find({ server: server.name, key });
  if (earlier && "fingerprint" in earlier && earlier.fingerprint !== fingerprint)
    throw new UsageError(`key ${JSON.stringify(key)} already names another request: give this one a new key`);
  const isCharged = earlier !== undefined && earlier.state !== "sending";
  const facts = defined({ taskId: recordIn(earlier)?.id });
  if (await isSavedAt(place, earlier))
    return { ...line, place, isCharged, state: "saved", facts: { path: place, ...facts } };
  const reason = await whyNotWritable(place, allowing(target, earlier));
  if (reason) throw new UsageError(reason);
  return { ...line, place, isCharged, state: facts.taskId ? "open" : "left", facts };
}

export function resultLine({ key, state, facts, cost }: BatchItem) {
  return defined({ key, state, ...facts, cost });
}

export function totalPrice(items: readonly Line[]): string {
  const costs = items.flatMap(({ cost }) => cost ?? []);
  const [first] = costs;
  if (!first) return "unknown";
  const amount = costs.reduce((sum, cost) => sum + cost.amount, 0);
  return `${amount.toFixed(2)} ${first.currency}${costs.length < items.length ? " and more" : ""}`;
}

export const chargedOf = (items: readonly BatchItem[]) => {
  const charged = items.filter(({ isCharged }) => isCharged);
  return charged.length > 0 ? totalPrice(charged) : "nothing";
};

const WORDS = { saved: "saved", failed: "failed", unknown: "unknown", open: "under way", left: "not bought" };

/** "3 saved, 1 failed, 2 under way; list price so far 1.68 USD". */
export function countsText(items: readonly BatchItem[]): string {
  const counts = Object.entries(WORDS).flatMap(([state, word]) => {
    const count = items.filter((item) => item.state === state).length;
    return count > 0 ? `${count} ${word}` : [];
  });
  return `${counts.join(", ")}; list price so far: ${chargedOf(items)}`;
}
