import { realpath, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { counted } from "../contract/report-outcome.js";
import {
  type BatchItem,
  batchItemFrom,
  chargedOf,
  countsText,
  limitText,
  resultLine,
  totalPrice,
  unaffordable,
} from "./batch-items.js";
import { type Line, linesIn } from "./batch-lines.js";
import { makeAll } from "./batch-run.js";
import { EXIT } from "./exit-codes.js";
import { serverText } from "./format-text.js";
import { requiredJournal } from "./journal.js";
import type { Parsed } from "./parse-command-line.js";
import { Interrupted, type Io, UsageError } from "./process.js";
import { readText } from "./read-input.js";
import { redisUrl } from "./redis-url.js";
import { videoPath } from "./save-target.js";
import { assertKey, openSession, printResult, type Session } from "./session.js";
import { enqueue } from "./worker.js";

/** `minimax-video batch`: makes a video from each line of a file. If run again, it continues where it stopped. */
export async function batch({ values, argument = "" }: Parsed<"batch">, io: Io): Promise<number> {
  if (values.redis !== undefined) return fill(values.redis, argument, openSession(values, io));
  const session = openSession(values, io, await requiredJournal(values, io));
  const text = await readText(argument, io);
  const placeOf = ({ target }: BatchItem) => videoPath(target, "");
  const items = await linesIn(text, session, (line) => batchItemFrom(line, session), placeOf);
  const { "max-cost": most = Number.POSITIVE_INFINITY, results = `${argument}.results.jsonl`, concurrency } = values;
  if (argument === "-" && values.results === undefined) throw new UsageError("A batch from stdin needs --results FILE");
  const paths = [results, argument].map((path) => realpath(path).catch(() => resolve(path)));
  const [place, source] = await Promise.all(paths);
  if (place === source) throw new UsageError(`Nothing was sent: --results ${results} would replace the batch itself`);
  if (most < Number.POSITIVE_INFINITY && items.some(({ cost }) => !cost))
    throw new UsageError("--max-cost needs a documented list price for each request, and some have none");
  const asked = `${counted(items.length, "request")} to ${serverText(session)}, total list price: ${totalPrice(items)}`;
  if (values["dry-run"]) {
    const facts = { dryRun: true, requests: items.length, price: totalPrice(items) };
    return printResult(session, facts, `Nothing was sent. ${asked}`);
  }
  assertKey(session);
  // Fails here rather than after everything is paid for.
  await writeResults(results, items).catch((error) => {
    throw new UsageError(`Nothing was sent: --results ${results} cannot be written (${error.code})`, { cause: error });
  });
  session.progress.say(`${asked}.`);
  try {
    await makeAll(items, most, concurrency, session);
  } finally {
    session.progress.end();
    await writeResults(results, items);
  }
  const over = unaffordable(items);
  if (over[0]) {
    const why = `${over.length > 1 ? "each" : "it"} would exceed ${limitText(most, over[0])}`;
    session.progress.say(`${over.length} not bought: ${why}. Raise it and run again.`);
  }
  if (io.signal.aborted) throw new Interrupted(`Stopped: ${countsText(items)}. Run the same command to continue.`);
  const codes = items.map(({ facts, state }) => facts.exitCode ?? (state === "left" ? EXIT.refusedHere : EXIT.done));
  const exitCode = Math.max(EXIT.done, ...codes);
  printResult(session, { results: items.map(resultLine), price: chargedOf(items), exitCode }, countsText(items));
  return exitCode;
}

function writeResults(path: string, items: readonly BatchItem[]): Promise<void> {
  return writeFile(path, items.map((item) => `${JSON.stringify(resultLine(item))}\n`).join(""));
}

/** Adds the lines to the queue, and leaves the rest to the workers. */
async function fill(redis: string, argument: string, session: Session): Promise<number> {
  const { io, values } = session;
  const alone = (["max-cost", "concurrency", "results", "out", "journal"] as const).find((name) => name in values);
  if (alone) throw new UsageError(`--${alone} is not for --redis: the workers decide that and share one journal`);
  const url = redisUrl(redis, io);
  const text = await readText(argument, io);
  const placeOf = ({ key, out }: Line) => out ?? `key ${key}`;
  const lines = await linesIn(text, session, async (line) => line, placeOf);
  if (values["dry-run"]) return printResult(session, { dryRun: true, requests: lines.length }, "Nothing was added.");
  const said = await enqueue(lines, url, session);
  return printResult(session, { queued: lines.length }, `${said}; total list price: ${totalPrice(lines)}`);
}
