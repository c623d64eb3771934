import { serverFrom } from "../base/server.js";
import type { FolderJournal, Listed } from "../node/index.js";
import { numberOf, parse, type Values } from "./command-options.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { printJson } from "./format-text.js";
import type { Io } from "./io.js";
import { theJournal } from "./journal.js";
import { adviceOn, shown, tableOf } from "./journal-entries.js";
import { progressOn } from "./progress.js";
import { listed } from "./service-tasks.js";
import { commandFor, serverOption } from "./session.js";
import { isOpen } from "./unfinished-tasks.js";

type State = Listed["state"];
/** What is not over comes first, what asks for somebody to look at it before all. */
const OPEN: readonly State[] = ["unknown", "unreadable", "sending", "succeeded", "accepted"];
/** Of what is over, so many are shown unless all are asked for. */
const LAST = 5;
const DAY = 24 * 3_600_000;

/** `minimax-video tasks`: what the journal knows, and asks nobody; or, with a word, what the service knows. */
export async function tasks(args: readonly string[], io: Io): Promise<number> {
  const { values, words } = parse("tasks", args, { most: Infinity });
  if (words.length > 0) return listed(words, values, io);
  for (const option of ["status", "model", "kind"] as const)
    if (values[option] !== undefined) throw new UsageError(`--${option} goes with tasks list, which asks the service`);
  const journal = await theJournal(values, io);
  const entries = await journal.list();
  const { forget: ids, "forget-finished": days } = values;
  if (ids) return forget(named(ids, entries, values, journal), values, journal, io);
  if (days !== undefined) return forget(finished(entries, numberOf("forget-finished", days)), values, journal, io);
  const server = values.server === undefined ? undefined : serverFrom(serverOption(values, io)).name;
  const here = entries.filter((entry) => !server || entry.state === "unreadable" || entry.server === server);
  const open = here.filter(({ state }) => OPEN.includes(state)).sort((one, other) => rankOf(one) - rankOf(other));
  const over = here.filter(({ state }) => !OPEN.includes(state)).reverse();
  const visible = [...open, ...(values.all ? over : over.slice(0, LAST))];
  if (values.json) printJson(io, { folder: journal.folder, entries: visible.map(shown) });
  else if (visible.length === 0) io.stdout.write(`The journal in ${journal.folder} is empty.\n`);
  else io.stdout.write(tableOf(visible));
  advise(open, here.length - visible.length, values, io);
  return EXIT.done;
}

function rankOf({ state }: Listed): number {
  // Open tasks are resumed alike, whether they have ended or not.
  return state === "succeeded" ? OPEN.indexOf("accepted") : OPEN.indexOf(state);
}

function advise(open: readonly Listed[], hidden: number, values: Values<"tasks">, io: Io): void {
  const { say } = progressOn(io, values);
  if (hidden > 0) say(`${hidden} more that are over: --all shows them.`);
  const unknown = open.filter(({ state }) => state === "unknown");
  if (unknown.length > 0) say(adviceOn(unknown, values));
  const commands = [...new Set(open.filter(isOpen).map(({ server }) => server))].map((server) =>
    commandFor(["resume"], { server, journal: values.journal }),
  );
  if (commands.length > 0) say(["Wait for what is open, and save it, with:", ...commands].join("\n  "));
}

/** @throws {UsageError} for an id that is none, and, without --force, for what may still come. */
function named(
  ids: readonly string[],
  entries: readonly Listed[],
  { force }: Values<"tasks">,
  journal: FolderJournal,
): Listed[] {
  return ids.map((id) => {
    const found = entries.filter((entry) => entry.id === id || ("task" in entry && entry.task?.id === id));
    const [entry] = found;
    if (!entry) throw new UsageError(`Nothing was forgotten: ${id} is not in the journal in ${journal.folder}`);
    if (found.length > 1)
      throw new UsageError(`Nothing was forgotten: ${id} names several: ${found.map(({ id }) => id).join(", ")}`);
    if (entry.state === "unreadable")
      throw new UsageError(`Nothing was forgotten: ${journal.folder}/${id}.json is no entry; remove the file yourself`);
    if (!force && entry.state !== "unknown" && OPEN.includes(entry.state))
      throw new UsageError(
        `Nothing was forgotten: ${id} is ${entry.state}, its video may still come; --force forgets it`,
      );
    return entry;
  });
}

function finished(entries: readonly Listed[], days: number): Listed[] {
  return entries.filter((entry) => {
    if (entry.state !== "saved" && entry.state !== "failed") return false;
    const over = entry.saved?.at ?? entry.ended?.at ?? entry.submittedAt;
    return over <= Date.now() - days * DAY;
  });
}

async function forget(entries: Listed[], values: Values<"tasks">, journal: FolderJournal, io: Io): Promise<number> {
  for (const { id } of entries) await journal.forget(id);
  const count = `${entries.length} ${entries.length === 1 ? "entry" : "entries"}`;
  progressOn(io, values).say(`Forgot ${count}. A key among them buys anew.`);
  if (values.json) printJson(io, { forgotten: entries.map(({ id }) => id) });
  return EXIT.done;
}
