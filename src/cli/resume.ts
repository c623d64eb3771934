import { realClock } from "../base/clock.js";
import { DownloadError } from "../base/errors.js";
import type { VideoTask } from "../base/task.js";
import { createRateLimiter } from "../http/rate-limiter.js";
import type { FolderJournal } from "../node/index.js";
import { parse, type Values } from "./command-options.js";
import { EXIT } from "./exit-codes.js";
import type { Io } from "./io.js";
import { printJson } from "./io.js";
import { entryJson, isSavedAt, requiredJournal } from "./journal.js";
import { multiProgressOn } from "./progress.js";
import { type Failed, failureFrom, printSummary, reportFailure } from "./resume-summary.js";
import { whyNotWritable } from "./save-target.js";
import { assertKey, openSession, type Session } from "./session.js";
import { findLostTasks, type PlannedSave, plannedSaves, unfinishedIn } from "./unfinished-tasks.js";
import { type SavedVideo, savedLine, videoTaskOf, waitAndSave, waitPlanFrom } from "./wait-and-save.js";

/** How many downloads run at once. With more, all of them would be slow. */
const AT_ONCE = 4;

/** `minimax-video resume`: waits for every unfinished task and saves its video. Buys nothing. */
export async function resume(args: readonly string[], io: Io): Promise<number> {
  const { values, words: ids } = parse("resume", args, { most: Infinity });
  const journal = await requiredJournal(values, io);
  const session = openSession(values, io, journal);
  const leftNow = async () => unfinishedIn(await journal.list(), [...new Set(ids)], session.server.name);
  const before = await leftNow();
  const looked = await findLostTasks(before.unknown, values, session);
  const left = looked.size > 0 ? await leftNow() : before;
  const wanted = await plannedSaves(left.open, values);
  if (wanted.length > 0) assertKey(session);
  const { saved, failed } = await saveAll(wanted, values, session, journal);
  const worst = Math.max(EXIT.done, ...failed.map(({ exitCode }) => exitCode));
  const exitCode = Math.max(worst, left.unknown.length > 0 ? EXIT.outcomeUnknown : EXIT.done);
  if (values.json) {
    const { unknown, elsewhere } = left;
    printJson(io, {
      saved,
      failed: failed.map(({ taskId, name, message, exitCode }) => ({ taskId, error: { name, message }, exitCode })),
      unknown: unknown.map((entry) => ({ ...entryJson(entry), reconciled: looked.get(entry.id) })),
      elsewhere: elsewhere.map(entryJson),
      exitCode,
    });
  }
  printSummary({ left, looked, saved: saved.length, failed, goOn: ["resume", ...ids] }, values, session);
  return exitCode;
}

async function saveAll(
  wanted: readonly PlannedSave[],
  values: Values<"resume">,
  session: Session,
  journal: FolderJournal,
) {
  const { io, json, minimax, progress } = session;
  const following = await waitPlanFrom(values);
  const turn = createRateLimiter(realClock, { atOnce: AT_ONCE });
  const board = multiProgressOn(progress, io);
  const saved: SavedVideo[] = [];
  const failed: Failed[] = [];
  await Promise.all(
    wanted.map(async (one) => {
      const restored = minimax.videos.task(one.record);
      try {
        const task = videoTaskOf(restored);
        await assertPlace(one, task, journal);
        const mine = { ...session, progress: board(task.id) };
        const video = await waitAndSave(task, mine, { ...following, target: one.target, turn });
        saved.push(video);
        progress.say(savedLine(video));
        if (!json) io.stdout.write(`${video.path}\n`);
      } catch (thrown) {
        const failure = failureFrom(restored.id, thrown);
        failed.push(failure);
        if (failure.exitCode !== EXIT.interrupted) reportFailure(failure, values, session);
      }
    }),
  );
  return { saved, failed };
}

/** Checks, before waiting, that the video can be saved. @throws {DownloadError} */
async function assertPlace(
  { target, path, before }: PlannedSave,
  task: VideoTask,
  journal: FolderJournal,
): Promise<void> {
  const reason = before
    ? `${path} is taken by task ${before}; use --out to choose another place`
    : await whyNotWritable(path, target);
  if (!reason || (!before && (await isSavedAt(path, await journal.find(task))))) return;
  throw new DownloadError(`The video of task ${task.id} was not downloaded: ${reason}`, { task });
}
