import { writeFile } from "node:fs/promises";
import { amountText, type Cost } from "../base/check-result.js";
import { realClock } from "../base/clock.js";
import { ApiError, SubmissionUnknownError } from "../base/errors.js";
import type { VideoRequest } from "../base/request-types.js";
import { createRateLimiter } from "../http/rate-limiter.js";
import type { Listed } from "../node/index.js";
import { fileNameFrom } from "../node/save-file.js";
import type { Settled } from "../tasks/generate-all.js";
import { type Line, linesIn } from "./batch-lines.js";
import { messageOf, requestsText, serverText } from "./format-text.js";
import { isSavedAt, recordIn, requiredJournal } from "./journal.js";
import type { Parsed } from "./parse-command-line.js";
import { EXIT, exitCodeOf, Interrupted, type Io, plain, printResult, UsageError } from "./process.js";
import { readText } from "./read-input.js";
import { redisUrl } from "./redis-url.js";
import { type Target, targetFrom, videoPath, whyNotWritable } from "./save-target.js";
import { assertKey, openSession, type Session } from "./session.js";
import { save, waitPlanFrom } from "./task.js";
import { enqueue } from "./worker.js";

/** A line of the file, checked, and what has become of it. */
interface Wish {
  readonly key: string;
  readonly request: VideoRequest;
  readonly target: Target;
  /** The list price; undefined if nobody knows it. */
  readonly cost: Cost | undefined;
  /** "left": not bought. "open": there is a task, and another run goes on with it. */
  state: "left" | "open" | "saved" | "failed" | "unknown";
  /** Whether its price counts: it was bought, or may have been, by this run or an earlier one. */
  isCharged: boolean;
  facts: {
    path?: string;
    bytes?: number;
    taskId?: string;
    error?: { name: string; message: string };
    exitCode?: number;
  };
}

/** How many downloads run at once. With more, all of them would be slow. */
const DOWNLOADS = 4;

/** `minimax-video batch`: makes a video of each line of a file. Run again, it goes on where it was. */
export async function batch({ values, argument = "" }: Parsed<"batch">, io: Io): Promise<number> {
  if (values.redis !== undefined) return fill(values.redis, argument, openSession(values, io));
  const session = openSession(values, io, await requiredJournal(values, io));
  const text = await readText(argument, io);
  const wishes = await linesIn(
    text,
    session,
    (line) => wishFrom(line, session),
    ({ target }) => videoPath(target, ""),
  );
  const { "max-cost": most = Number.POSITIVE_INFINITY, results = `${argument}.results.jsonl`, concurrency } = values;
  if (argument === "-" && values.results === undefined) throw new UsageError("A batch from stdin needs --results FILE");
  if (most < Number.POSITIVE_INFINITY && wishes.some(({ cost }) => !cost))
    throw new UsageError("--max-cost needs a documented list price for each request, and some have none");
  const asked = `${requestsText(wishes.length)} to ${serverText(session)}, list price of all: ${priceOf(wishes)}`;
  if (values["dry-run"])
    return printResult(
      session,
      { dryRun: true, requests: wishes.length, price: priceOf(wishes) },
      `Nothing was sent. ${asked}`,
    );
  assertKey(session);
  session.progress.say(`${asked}.`);
  try {
    await makeAll(wishes, most, concurrency, session);
  } finally {
    session.progress.end();
    await writeFile(results, wishes.map((wish) => `${JSON.stringify(resultOf(wish))}\n`).join(""));
  }
  const over = unaffordable(wishes);
  if (over[0]) {
    const why = `${over.length > 1 ? "each" : "it"} would pass ${limitText(most, over[0])}`;
    session.progress.say(`${over.length} not bought: ${why}. Raise it and run again.`);
  }
  if (io.signal.aborted) throw new Interrupted(`Stopped: ${countsText(wishes)}. Run the same command again to go on.`);
  const codes = wishes.map(({ facts, state }) => facts.exitCode ?? (state === "left" ? EXIT.refusedHere : EXIT.done));
  const exitCode = Math.max(EXIT.done, ...codes);
  printResult(session, { results: wishes.map(resultOf), price: chargedOf(wishes), exitCode }, countsText(wishes));
  return exitCode;
}

/** Puts the lines into the queue, and leaves the rest to the workers. */
async function fill(redis: string, argument: string, session: Session): Promise<number> {
  const { io, values } = session;
  const alone = (["max-cost", "concurrency", "results", "out", "journal"] as const).find((name) => name in values);
  if (alone) throw new UsageError(`--${alone} is not for --redis: the workers decide that, and share one journal`);
  const url = redisUrl(redis, io);
  const text = await readText(argument, io);
  const lines = await linesIn(
    text,
    session,
    async (line) => line,
    ({ key, out }) => out ?? `key ${key}`,
  );
  if (values["dry-run"]) return printResult(session, { dryRun: true, requests: lines.length }, "Nothing was added.");
  const said = await enqueue(lines, url, session);
  return printResult(session, { queued: lines.length }, `${said}; list price of all: ${priceOf(lines)}`);
}

/** Buys what may be bought, waits for all of it and saves it. */
async function makeAll(wishes: readonly Wish[], most: number, concurrency: number | undefined, session: Session) {
  const { minimax, io, progress } = session;
  const { timeout, pollInterval, allowedHosts } = await waitPlanFrom(session);
  const turn = createRateLimiter(realClock, { atOnce: DOWNLOADS });
  const begun = Date.now();
  const taken: Wish[] = [];
  const unfinished = wishes.filter(({ state }) => state !== "saved");
  // What is paid for already comes first.
  const inOrder = [
    ...unfinished.filter(({ isCharged }) => isCharged),
    ...unfinished.filter(({ isCharged }) => !isCharged),
  ];
  let wake = () => {};
  let isHopeless = false;
  async function* affordable() {
    for (const wish of inOrder) {
      if (isHopeless && !wish.isCharged) continue;
      // Sums of cents are not exact.
      const fits = () => wish.isCharged || sumOf(wishes) + (wish.cost?.amount ?? 0) <= most + 1e-9;
      // A create that is refused costs nothing.
      while (!fits() && taken.some(({ state, isCharged }) => state === "left" && isCharged))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (!fits()) {
        const message = `it would pass ${limitText(most, wish)}`;
        wish.facts = { error: { name: "UsageError", message }, exitCode: EXIT.refusedHere };
        continue;
      }
      wish.isCharged = true;
      taken.push(wish);
      yield wish.request;
    }
  }
  const show = (step: string) => {
    const done = wishes.filter(({ state }) => state !== "left" && state !== "open").length;
    const made = done - (wishes.length - inOrder.length);
    const rest = inOrder.length - made - unaffordable(wishes).length;
    const minutes = Math.ceil((((Date.now() - begun) / made) * rest) / 60_000);
    const left = made > 0 && rest > 0 ? `; about ${minutes} min left` : "";
    progress.now(step, `${countsText(wishes)}${left}`);
    wake();
  };
  const saves: Promise<void>[] = [];
  const options = { concurrency, timeout, pollInterval, signal: io.signal };
  const key = (_: VideoRequest, index: number) => (taken[index] as Wish).key;
  const onTask = ({ id }: { id: string }, index: number) => {
    const wish = taken[index] as Wish;
    Object.assign(wish, { state: "open", facts: { taskId: id } });
    show(`${wish.key} accepted`);
  };
  try {
    for await (const settled of minimax.videos.generateAll(affordable(), { ...options, key, onTask })) {
      const wish = taken[settled.index] as Wish;
      if (settled.status === "rejected") isHopeless ||= concernsAll(settled.reason);
      const saved = turn(() => saveOne(settled, wish, { ...session, progress: QUIET }, allowedHosts), io.signal);
      saves.push(saved.catch(failing(wish, session)).then(() => show(`${wish.key} ${wish.state}`)));
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    await Promise.all(saves);
  }
}

/** Whether the next create would be refused as well. */
function concernsAll(error: unknown): boolean {
  return error instanceof ApiError && /^(authentication|insufficient_balance)$/.test(error.kind);
}

async function saveOne(settled: Settled, wish: Wish, session: Session, allowedHosts: string[] | undefined) {
  if (settled.status === "rejected") throw settled.reason;
  const { target } = wish;
  const { path, bytes } = await save(settled.value, { target, allowedHosts, urlOnly: false, timeout: 0 }, session);
  Object.assign(wish, { state: "saved", facts: { ...wish.facts, path, bytes } });
}

const QUIET = { say() {}, now() {}, end() {} };

/** Notes and tells why a wish has no video. */
const failing =
  (wish: Wish, { io: { signal }, progress }: Session) =>
  (error: unknown) => {
    if (signal.aborted && error === signal.reason) return;
    const isOpen =
      wish.state === "open" && !/^(TaskFailedError|ValidationError)$/.test(error instanceof Error ? error.name : "");
    const isUnknown = error instanceof SubmissionUnknownError && !isOpen;
    wish.isCharged = wish.state === "open" || isUnknown;
    wish.state = isOpen ? "open" : isUnknown ? "unknown" : "failed";
    const name = error instanceof Error ? error.name : "Error";
    const message = plain(messageOf(error));
    wish.facts = { ...wish.facts, error: { name, message }, exitCode: exitCodeOf(error) };
    progress.say(`${plain(wish.key)}: ${message}`);
  };

async function wishFrom({ key, out, request, cost }: Line, { server, journal, values }: Session): Promise<Wish> {
  const place = await targetFrom(out ?? values.out, values.force);
  if (place.isUnused) throw new UsageError("a batch saves to files, not to stdout");
  const target = { ...place, name: place.name ?? `${fileNameFrom(key)}.mp4` };
  const path = videoPath(target, "");
  const earlier = await journal?.find({ server: server.name, key });
  const isSaved = await isSavedAt(path, earlier);
  const reason = isSaved ? undefined : await whyNotWritable(path, target);
  if (reason) throw new UsageError(reason);
  return {
    ...{ key, request, target, cost, isCharged: earlier !== undefined, state: isSaved ? "saved" : stateOf(earlier) },
    facts: { ...(isSaved ? { path } : {}), ...taskIdIn(earlier) },
  };
}

/** What --max-cost has left. */
const unaffordable = (wishes: readonly Wish[]) => wishes.filter(({ state, facts }) => state === "left" && facts.error);

const limitText = (most: number, { cost }: Wish) => `--max-cost ${most.toFixed(2)} ${cost?.currency}`;

function stateOf(earlier: Listed | undefined): "left" | "open" {
  return recordIn(earlier) ? "open" : "left";
}

function taskIdIn(earlier: Listed | undefined): { taskId?: string } {
  const record = recordIn(earlier);
  return record ? { taskId: record.id } : {};
}

const resultOf = ({ key, state, facts, cost }: Wish) => ({ key, state, ...facts, ...(cost ? { cost } : {}) });

function sumOf(wishes: readonly Wish[]): number {
  return wishes.reduce((sum, { isCharged, cost }) => sum + (isCharged ? (cost?.amount ?? 0) : 0), 0);
}

function priceOf(wishes: readonly Pick<Wish, "cost">[]): string {
  const [first, ...others] = wishes.flatMap(({ cost }) => cost ?? []);
  if (!first) return "unknown";
  const amount = others.reduce((sum, cost) => sum + cost.amount, first.amount);
  const isPart = others.length + 1 < wishes.length;
  return `${amountText({ ...first, least: undefined as never, amount })}${isPart ? " and more" : ""}`;
}

const chargedOf = (wishes: readonly Wish[]) => {
  const charged = wishes.filter(({ isCharged }) => isCharged);
  return charged.length > 0 ? priceOf(charged) : "nothing";
};

/** "3 saved, 1 failed, 2 under way; list price so far 1.68 USD". */
function countsText(wishes: readonly Wish[]): string {
  const words = {
    saved: "saved",
    failed: "failed",
    unknown: "unknown",
    open: "under way",
    left: "not bought",
  } as const;
  const counts = Object.entries(words).flatMap(([state, word]) => {
    const count = wishes.filter((wish) => wish.state === state).length;
    return count > 0 ? `${count} ${word}` : [];
  });
  return `${counts.join(", ")}; list price so far: ${chargedOf(wishes)}`;
}
