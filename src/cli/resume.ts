import { realClock } from "../base/clock.js";
import { DownloadError } from "../base/errors.js";
import type { VideoTask } from "../base/task.js";
import { createGate } from "../http/rate-limiter.js";
import type { FolderJournal } from "../node/index.js";
import { parse, type Values } from "./command-options.js";
import { EXIT } from "./exit-codes.js";
import { printJson } from "./format-text.js";
import type { Io } from "./io.js";
import { isSavedAt, theJournal } from "./journal.js";
import { shown } from "./journal-entries.js";
import { boardOn } from "./progress.js";
import { conclude, type Failed, failureOf, tell } from "./resume-summary.js";
import { obstacle } from "./save-target.js";
import { assertKey, openSession, type Session } from "./session.js";
import { leftIn, lookFor, type Wanted, wantedBy } from "./unfinished-tasks.js";
import { type Fetched, fetchVideo, followingFrom, savedLine } from "./wait-and-save.js";

/** How many downloads run at once. With more, all of them would be slow. */
const AT_ONCE = 4;

/** `minimax-video resume`: waits for every unfinished task and saves its video. Buys nothing. */
export async function resume(args: readonly string[], io: Io): Promise<number> {
  const { values, words: ids } = parse("resume", args, { most: Infinity });
  const journal = await theJournal(values, io);
  const session = openSession(values, io, journal);
  const leftNow = async () => leftIn(await journal.list(), [...new Set(ids)], session.server.name);
  const before = await leftNow();
  const looked = await lookFor(before.unknown, values, session);
  const left = looked.size > 0 ? await leftNow() : before;
  const wanted = await wantedBy(left.open, values);
  if (wanted.length > 0) assertKey(session);
  const { saved, failed } = await fetchAll(wanted, values, session, journal);
  const worst = Math.max(EXIT.done, ...failed.map(({ exitCode }) => exitCode));
  const exitCode = Math.max(worst, left.unknown.length > 0 ? EXIT.outcomeUnknown : EXIT.done);
  if (values.json) {
    const { unknown, elsewhere } = left;
    printJson(io, {
      saved,
      failed: failed.map(({ taskId, name, message, exitCode }) => ({ taskId, error: { name, message }, exitCode })),
      unknown: unknown.map((entry) => ({ ...shown(entry), reconciled: looked.get(entry.id) })),
      elsewhere: elsewhere.map(shown),
      exitCode,
    });
  }
  conclude({ left, looked, saved: saved.length, failed, goOn: ["resume", ...ids] }, values, session);
  return exitCode;
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

/** Checks, before waiting, that the video can be saved. @throws {DownloadError} */
async function assertPlace({ target, path, before }: Wanted, task: VideoTask, journal: FolderJournal): Promise<void> {
  const reason = before
    ? `${path} is taken by task ${before}; use --out to choose another place`
    : await obstacle(path, target);
  if (!reason || (!before && (await isSavedAt(path, await journal.find(task))))) return;
  throw new DownloadError(`The video of task ${task.id} was not downloaded: ${reason}`, { task });
}
