import { DownloadError } from "../base/errors.js";
import type { Values } from "./command-options.js";
import { EXIT, exitCodeOf, Unfinished } from "./exit-codes.js";
import { messageOf } from "./format-text.js";
import { plain } from "./io.js";
import { adviceOn, tableOf } from "./journal.js";
import { commandFor, type Session } from "./session.js";
import type { Findings, UnfinishedTasks } from "./unfinished-tasks.js";

/** A task whose video could not be saved. */
export interface Failed {
  taskId: string;
  name: string;
  message: string;
  exitCode: number;
  /** Whether another try may succeed. */
  again: boolean;
}

/** The outcome of a `resume`. */
interface Outcome {
  left: UnfinishedTasks;
  looked: Findings;
  /** How many videos. */
  saved: number;
  failed: readonly Failed[];
  /** The command as typed, for another try. */
  goOn: readonly string[];
}

/** Describes the error of one task. */
export function failureFrom(taskId: string, thrown: unknown): Failed {
  const { error, goOn } = thrown instanceof Unfinished ? thrown : { error: thrown, goOn: undefined };
  const again = goOn !== undefined || error instanceof DownloadError;
  const name = error instanceof Error ? error.name : "Error";
  return { taskId, name, message: messageOf(error), exitCode: exitCodeOf(error), again };
}

/** Reports the failure of one task, also with --quiet. */
export function reportFailure(
  { taskId, message, exitCode, again }: Failed,
  values: Values<"resume">,
  { io, json, progress }: Session,
): void {
  const words = ["tasks", "--forget", taskId, "--force"];
  const gone = exitCode === EXIT.refusedByService && !again;
  const advice = gone
    ? `\nIf the task is gone for good, remove its entry:\n  ${commandFor(words, { journal: values.journal })}`
    : "";
  const line = `${message.includes(taskId) ? "" : `Task ${taskId}: `}${message}${advice}`;
  if (values.quiet && !json) io.stderr.write(`${plain(line)}\n`);
  else progress.say(line);
}

/** Sums up what was saved and what remains, with a command for each. The last line continues with the rest. */
export function printSummary(
  { left, looked, saved, failed, goOn }: Outcome,
  values: Values<"resume">,
  session: Session,
): void {
  const { progress, io } = session;
  const { say } = progress;
  if (left.over.length > 0) say(`Nothing left to do for:\n${tableOf(left.over).trimEnd()}`);
  const stopped = failed.filter(({ exitCode }) => exitCode === EXIT.interrupted).length;
  const parts = [
    `${saved} saved`,
    `${failed.length - stopped} not saved`,
    ...(stopped > 0 ? [`${stopped} unfinished`] : []),
  ];
  say(
    left.open.length > 0
      ? `${stopped > 0 ? "Stopped" : "Done"}: ${parts.join(", ")}.`
      : "Nothing left to save at this server.",
  );
  for (const server of new Set(left.elsewhere.map(({ server }) => server))) {
    const there = left.elsewhere.filter((entry) => entry.server === server);
    const command = commandFor(["resume"], { server, journal: values.journal });
    say(`At ${server}, which was not asked:\n${tableOf(there)}Continue there with:\n  ${command}`);
  }
  if (left.unknown.length > 0) {
    const unclear = left.unknown.filter(({ id }) => !looked.has(id));
    say(`${tableOf(left.unknown)}${adviceOn(unclear, values)}`.trimEnd());
  }
  if (!failed.some(({ again }) => again) || session.json) return;
  const server = values.server ?? io.env.MINIMAX_SERVER;
  io.stderr.write(`Continue with:\n  ${plain(commandFor(goOn, { ...values, server }))}\n`);
}
