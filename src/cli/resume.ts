import { DownloadError } from "../base/errors.js";
import { kinds } from "../kinds/kinds.js";
import type { Listed } from "../node/index.js";
import type { Reconciled } from "../tasks/reconcile.js";
import type { Parsed, Values } from "./command-options.js";
import { type SavedVideo, savedLine, savingTarget, videoTaskOf, waitAndSave } from "./finish-task.js";
import { failureOf, messageOf, timeText } from "./format-text.js";
import {
  adviceOn,
  entryJson,
  isOpen,
  isUnknown,
  type Open,
  type Readable,
  recordIn,
  requiredJournal,
  resumeCommands,
  tableOf,
} from "./journal.js";
import { EXIT, Interrupted, type Io, plain, printJson, Unfinished, UsageError } from "./process.js";
import { multiProgressOn } from "./progress.js";
import { allowing, pathIn, type Target, targetFrom, whyNotWritable } from "./save-target.js";
import { assertKey, commandFor, openSession, type Session } from "./session.js";

export async function resume({ values, words: ids }: Parsed<"resume">, io: Io): Promise<number> {
  const journal = await requiredJournal(values, io);
  const session = openSession(values, io, journal);
  const { progress } = session;
  const leftNow = async () => unfinishedIn(await journal.list(), [...new Set(ids)], session.server.name);
  const before = await leftNow();
  const findings = await findLostTasks(before.unknown, session);
  const left = findings.size > 0 ? await leftNow() : before;
  const saves = await plannedSaves(left.open, values);
  if (saves.length > 0) assertKey(session);
  const { saved, failed } = await saveAll(saves, session);
  const codes = failed.map(({ exitCode }) => exitCode);
  const exitCode = Math.max(EXIT.done, ...codes, left.unknown.length > 0 ? EXIT.outcomeUnknown : EXIT.done);
  if (values.json)
    printJson(io, {
      saved,
      failed: failed.map(({ again: _, ...facts }) => facts),
      unknown: left.unknown.map((entry) => ({ ...entryJson(entry), reconciled: findings.get(entry.id) })),
      elsewhere: left.elsewhere.map(entryJson),
      exitCode,
    });
  progress.say(left.open.length > 0 ? countsText(saved.length, codes) : "Nothing left to save at this server.");
  const { over, elsewhere, unknown } = left;
  const unclear = unknown.filter(({ id }) => !findings.has(id));
  if (over.length > 0) progress.say(`Nothing left to do for:\n${tableOf(over).trimEnd()}`);
  const commands = resumeCommands(elsewhere, { ...values, like: undefined });
  if (commands) progress.say(`${tableOf(elsewhere)}Other servers were not asked. Continue with:\n${commands}`);
  if (unknown.length > 0) progress.say(`${tableOf(unknown)}${adviceOn(unclear, values.journal)}`.trimEnd());
  if (!values.json && failed.some(({ again }) => again)) {
    const server = values.server ?? io.env.MINIMAX_SERVER;
    const isLate = codes.includes(EXIT.waitTimedOut);
    const command = commandFor(["resume"], { ...values, server, ...(isLate && { timeout: undefined }) }, ids);
    io.stderr.write(`Continue with:\n  ${plain(command)}\n`);
  }
  return exitCode;
}

/**
 * The unfinished tasks of a journal, all or those with these ids. `open`: tasks to continue at this server. `unknown`: requests to
 * this server with an unknown outcome. `elsewhere`: open tasks at other servers. `over`: those chosen by id that are not open.
 * @throws {UsageError} for an unknown id.
 */
function unfinishedIn(entries: readonly Listed[], ids: readonly string[], server: string) {
  const chosen = ids.flatMap((id) => {
    const found = entries.filter((entry) => recordIn(entry)?.id === id);
    if (found.length > 0) return found;
    throw new UsageError(`${id} is not in the journal. For a task from elsewhere, use: minimax-video task ${id}`);
  });
  const all = ids.length > 0 ? chosen : entries;
  const isHere = (entry: Readable) => entry.server === server;
  const open = all.filter(isOpen);
  return {
    open: open.filter(isHere),
    unknown: all.filter(isUnknown).filter(isHere),
    elsewhere: open.filter((entry) => !isHere(entry)),
    over: chosen.filter((entry) => !isOpen(entry)),
  };
}

/** Searches the service for the tasks of lost replies, if there is a key. Returns what it finds by entry; the client records it. */
async function findLostTasks(unknown: readonly Readable[], { io, minimax, progress, values }: Session) {
  const findings = new Map<string, Reconciled>();
  if (!io.env.MINIMAX_API_KEY?.trim()) return findings;
  for (const entry of unknown.filter(({ kind }) => kinds[kind].isListed)) {
    progress.say(`Looking for the task of the request sent at ${timeText(entry.submittedAt)}.`);
    try {
      const reconciled = await minimax.videos.reconcile(entry, { signal: io.signal });
      findings.set(entry.id, reconciled);
      progress.say(findingText(reconciled, commandFor(["tasks", "--forget", entry.id], { journal: values.journal })));
    } catch (error) {
      if (io.signal.aborted) throw new Interrupted("Stopped. Nothing was changed.", { cause: error });
      progress.say(`The search failed: ${messageOf(error)}`);
    }
  }
  return findings;
}

function findingText(reconciled: Reconciled, forget: string): string {
  if (reconciled.outcome === "found") return `Found task ${reconciled.task.id}.`;
  if (reconciled.outcome === "none")
    return `The service lists no matching task, so most likely none was created. Remove the entry with:\n  ${forget}`;
  const ids = reconciled.tasks.map((task) => task.id).join(", ");
  return `Several tasks match, and nothing tells them apart: ${ids}. Once you have checked them, remove the entry with:\n  ${forget}`;
}

/** A video to save. `reason`: why it cannot be saved there. */
interface PlannedSave {
  entry: Open;
  target: Target;
  reason: string | undefined;
}

/** Decides where each video goes: to --out, else where its create was told to save it, else to out/. @throws {UsageError} */
async function plannedSaves(open: readonly Open[], { out, force }: Values<"resume">): Promise<PlannedSave[]> {
  const taken = new Map<string, string>();
  const planned: PlannedSave[] = [];
  for (const entry of open) {
    const { id } = entry.task;
    const target = await targetFrom(out ?? entry.target?.path, force ?? (out === undefined && entry.target?.force));
    if (target.isUnused) throw new UsageError("resume saves to files; use minimax-video task ID --out - for stdout");
    if (out !== undefined && !target.isFolder && open.length > 1)
      throw new UsageError(`--out names one file for ${open.length} tasks: end it with a slash to name a folder`);
    const path = pathIn(target, id);
    const earlier = taken.get(path);
    const reason = earlier
      ? `${path} is taken by task ${earlier}; use --out to choose another place`
      : await whyNotWritable(path, allowing(target, entry));
    if (!earlier) taken.set(path, id);
    planned.push({ entry, target, reason });
  }
  return planned;
}

/** A task whose video could not be saved. `again`: another try may succeed. */
type Failed = ReturnType<typeof failureOf> & { taskId: string; again: boolean };

async function saveAll(saves: readonly PlannedSave[], session: Session) {
  const { io, values, minimax, progress } = session;
  await savingTarget(session);
  const progressOf = multiProgressOn(progress, io);
  const saved: SavedVideo[] = [];
  const failed: Failed[] = [];
  const saveOne = async ({ entry, target, reason }: PlannedSave) => {
    const task = videoTaskOf(minimax.videos.task(entry.task));
    if (reason) throw new DownloadError(`The video of task ${task.id} was not downloaded: ${reason}`, { task });
    const video = await waitAndSave(task, target, { ...session, progress: progressOf(task.id) });
    saved.push(video);
    progress.say(savedLine(video));
    if (!values.json) io.stdout.write(`${video.path}\n`);
  };
  const saving = saves.map((save) =>
    saveOne(save).catch((thrown) => {
      const { error, goOn } = thrown instanceof Unfinished ? thrown : { error: thrown };
      const again = goOn !== undefined || error instanceof DownloadError;
      const failure = { taskId: save.entry.task.id, ...failureOf(error), again };
      failed.push(failure);
      if (failure.exitCode !== EXIT.interrupted) reportFailure(failure, session);
    }),
  );
  await Promise.all(saving);
  return { saved, failed };
}

/** Reports the failure of one task, even with --quiet. */
function reportFailure({ taskId, error, exitCode, again }: Failed, { io, progress, values }: Session): void {
  const isGone = exitCode === EXIT.refusedByService && !again;
  const forget = commandFor(["tasks", `--forget=${taskId}`, "--force"], { journal: values.journal });
  const advice = isGone ? `\nIf the task is gone for good, remove its entry:\n  ${forget}` : "";
  const line = `${error.message.includes(taskId) ? "" : `Task ${taskId}: `}${error.message}${advice}`;
  if (values.quiet && !values.json) io.stderr.write(`${plain(line)}\n`);
  else progress.say(line);
}

function countsText(saved: number, codes: readonly number[]): string {
  const stopped = codes.filter((code) => code === EXIT.interrupted).length;
  const counts = `${saved} saved, ${codes.length - stopped} not saved`;
  return stopped > 0 ? `Stopped: ${counts}, ${stopped} unfinished.` : `Done: ${counts}.`;
}
