import { createGate } from "../engine/gate.js";
import { realClock } from "../engine/pause.js";
import { DownloadError } from "../errors.js";
import type { FolderJournal } from "../node/index.js";
import type { VideoTask } from "../task.js";
import { boardOn } from "./board.js";
import { adviceOn, shown, tableOf } from "./entries.js";
import { EXIT, exitCodeOf, Unfinished } from "./exit.js";
import { type Fetched, fetchVideo, followingFrom, savedLine } from "./follow.js";
import type { Io } from "./io.js";
import { isSavedAt, theJournal } from "./journal.js";
import { type Left, leftIn, type Wanted, wantedBy } from "./left.js";
import { parse, type Values } from "./options.js";
import { plain } from "./progress.js";
import { messageOf, printJson } from "./report.js";
import { assertKey, commandFor, openSession, type Session } from "./session.js";
import { obstacle } from "./target.js";

/** Downloads at the same time: of more, none would be done soon. */
const AT_ONCE = 4;

interface Failed {
  taskId: string;
  name: string;
  message: string;
  exitCode: number;
  /** Whether another try may go better. */
  again: boolean;
}

/** `minimax-video resume`: waits for every task that is left, and saves its video. Buys nothing. */
export async function resume(args: readonly string[], io: Io): Promise<number> {
  const { values, words: ids } = parse("resume", args, { most: Infinity });
  const journal = await theJournal(values, io);
  const session = openSession(values, io, journal);
  const left = leftIn(await journal.list(), ids, session.server.name);
  const wanted = await wantedBy(left.open, values);
  if (wanted.length > 0) assertKey(session);
  const { saved, failed } = await fetchAll(wanted, values, session, journal);
  const worst = Math.max(EXIT.done, ...failed.map(({ exitCode }) => exitCode));
  const exitCode = Math.max(worst, left.unknown.length > 0 ? EXIT.outcomeUnknown : EXIT.done);
  if (values.json) {
    const { unknown, elsewhere } = left;
    printJson(io, {
      saved,
      failed: failed.map(asJson),
      unknown: unknown.map(shown),
      elsewhere: elsewhere.map(shown),
      exitCode,
    });
  }
  conclude(left, saved.length, failed, values, session);
  return exitCode;
}

function asJson({ taskId, name, message, exitCode }: Failed): object {
  return { taskId, error: { name, message }, exitCode };
}

async function fetchAll(wanted: readonly Wanted[], values: Values<"resume">, session: Session, journal: FolderJournal) {
  const { io, json, minimax, progress } = session;
  const following = await followingFrom(values);
  const turn = createGate(realClock, { atOnce: AT_ONCE });
  const board = boardOn(progress, io);
  const saved: Fetched[] = [];
  const failed: Failed[] = [];
  await Promise.all(
    wanted.map(async (one) => {
      const task = minimax.videos.task(one.record);
      try {
        await assertPlace(one, task, journal);
        const mine = { ...session, progress: board(task.id) };
        const fetched = await fetchVideo(task, mine, { ...following, target: one.target, turn });
        saved.push(fetched);
        progress.say(savedLine(fetched));
        if (!json) io.stdout.write(`${fetched.path}\n`);
      } catch (thrown) {
        const failure = failureOf(task.id, thrown);
        failed.push(failure);
        if (failure.exitCode !== EXIT.interrupted) tell(failure, values, session);
      }
    }),
  );
  return { saved, failed };
}

/** Before it is waited for: whether its video can be put into its place. */
async function assertPlace({ target, path, before }: Wanted, task: VideoTask, journal: FolderJournal): Promise<void> {
  const reason = before ? `${path} is the place of task ${before}; --out names another` : await obstacle(path, target);
  if (!reason || (!before && (await isSavedAt(path, await journal.find(task))))) return;
  throw new DownloadError(`The video of task ${task.id} was not fetched: ${reason}`, { task });
}

function failureOf(taskId: string, thrown: unknown): Failed {
  const { error, goOn } = thrown instanceof Unfinished ? thrown : { error: thrown, goOn: undefined };
  const again = goOn !== undefined || error instanceof DownloadError;
  const name = error instanceof Error ? error.name : "Error";
  return { taskId, name, message: messageOf(error), exitCode: exitCodeOf(error), again };
}

/** Errors are said in spite of --quiet. */
function tell(
  { taskId, message, exitCode, again }: Failed,
  values: Values<"resume">,
  { io, json, progress }: Session,
): void {
  const words = ["tasks", "--forget", taskId, "--force"];
  const gone = exitCode === EXIT.refusedByService && !again;
  const advice = gone
    ? `\nIs it gone for good, take it off the list:\n  ${commandFor(words, { journal: values.journal })}`
    : "";
  const line = `${message.includes(taskId) ? "" : `Task ${taskId}: `}${message}${advice}`;
  if (values.quiet && !json) io.stderr.write(`${plain(line)}\n`);
  else progress.say(line);
}

/** What came of it, and what is still to be done, by which command; the last line goes on with the rest. */
function conclude(
  left: Left,
  saved: number,
  failed: readonly Failed[],
  values: Values<"resume">,
  session: Session,
): void {
  const { progress, io } = session;
  const { say } = progress;
  if (left.over.length > 0) say(`There is nothing left to do for:\n${tableOf(left.over).trimEnd()}`);
  const stopped = failed.filter(({ exitCode }) => exitCode === EXIT.interrupted).length;
  const parts = [
    `${saved} saved`,
    `${failed.length - stopped} not`,
    ...(stopped > 0 ? [`${stopped} to be gone on with`] : []),
  ];
  say(
    left.open.length > 0
      ? `${stopped > 0 ? "Stopped. " : ""}Of ${left.open.length}: ${parts.join(", ")}.`
      : "Nothing is left here.",
  );
  for (const server of new Set(left.elsewhere.map(({ server }) => server))) {
    const there = left.elsewhere.filter((entry) => entry.server === server);
    const command = commandFor(["resume"], { server, journal: values.journal });
    say(`At ${server}, which was not asked:\n${tableOf(there)}Go on there with:\n  ${command}`);
  }
  if (left.unknown.length > 0) say(`${tableOf(left.unknown)}${adviceOn(left.unknown, values)}`);
  if (!failed.some(({ again }) => again) || session.json) return;
  const server = values.server ?? io.env.MINIMAX_SERVER;
  io.stderr.write(`Go on with:\n  ${plain(commandFor(["resume"], { ...values, server }))}\n`);
}
