import { realpath, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { counted } from "../contract/report-outcome.js";
import {
  type BatchItem,
  batchItemFrom,
  chargedOf,
  countsText,
  linesIn,
  resultLine,
  totalPrice,
} from "./batch-items.js";
import { makeAll } from "./batch-run.js";
import type { Parsed } from "./command-options.js";
import { savingTarget } from "./finish-task.js";
import { serverText } from "./format-text.js";
import { requiredJournal } from "./journal.js";
import { EXIT, Interrupted, type Io, UsageError } from "./process.js";
import { assertKey, openSession, printResult } from "./session.js";
import { enqueue } from "./worker.js";

export async function batch({ values, argument = "" }: Parsed<"batch">, io: Io): Promise<number> {
  if (values.redis !== undefined) return enqueue(values.redis, argument, values, io);
  const { "max-cost": most, results = `${argument}.results.jsonl` } = values;
  const session = openSession(values, io, await requiredJournal(values, io));
  const items = await linesIn(argument, session, (line) => batchItemFrom(line, session));
  if (argument === "-" && values.results === undefined) throw new UsageError("A batch from stdin needs --results FILE");
  const paths = [results, argument].map((path) => realpath(path).catch(() => resolve(path)));
  const [place, source] = await Promise.all(paths);
  if (place === source) throw new UsageError(`Nothing was sent: --results ${results} would replace the batch itself`);
  if (most !== undefined && items.some(({ cost }) => !cost))
    throw new UsageError("--max-cost needs a documented list price for each request, and some have none");
  const asked = `${counted(items.length, "request")} to ${serverText(session)}, total list price: ${totalPrice(items)}`;
  if (values["dry-run"]) {
    const facts = { dryRun: true, requests: items.length, price: totalPrice(items) };
    return printResult(session, facts, `Nothing was sent. ${asked}`);
  }
  assertKey(session);
  await savingTarget(session);
  // Fails here rather than after everything is paid for.
  await writeResults(results, items).catch((error) => {
    throw new UsageError(`Nothing was sent: --results ${results} cannot be written (${error.code})`, { cause: error });
  });
  session.progress.say(`${asked}.`);
  try {
    await makeAll(items, session, values);
  } finally {
    await writeResults(results, items);
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
