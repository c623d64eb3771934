import { existsSync } from "node:fs";
import { ApiError, sentence } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import { serverFrom } from "../base/server.js";
import { isTaskKind, KINDS, type PromptTask, type TaskKind, type VideoTask } from "../base/task.js";
import { servers } from "../generated/servers.js";
import type { FolderJournal } from "../node/index.js";
import { idArgument } from "./build-request.js";
import type { Parsed, Values } from "./command-options.js";
import { finish, isFinal, savingTarget, videoTaskOf } from "./finish-task.js";
import { journalFrom, recordIn } from "./journal.js";
import { EXIT, type Io, Unfinished, UsageError } from "./process.js";
import { parseJson, readJson } from "./read-input.js";
import { assertTargetFree } from "./save-target.js";
import { assertKey, commandToGoOn, openSession, printResult, type Session, serverOption } from "./session.js";

export async function task({ values, argument = "" }: Parsed<"task">, io: Io): Promise<number> {
  const journal = await journalFrom(values, io);
  const typed = await recordFrom(argument, io);
  const isBare = typeof typed === "string" && values.kind === undefined && !values.template;
  const known = isBare ? await knownRecord(typed, values, io, journal) : undefined;
  const record = known ?? typed;
  const session = assertKey(openSession(withServerOf(record, values, io), io, journal));
  // The client refuses anything that is not a task record, with the reason.
  const restored = session.minimax.videos.task(record as string, kindFrom(values));
  const going = async () => {
    if (values["no-wait"]) return printStatus(restored, session);
    const task = videoTaskOf(restored);
    const target = await savingTarget(session);
    await assertTargetFree(target, task.id);
    return finish(task, target, session);
  };
  return going().catch((thrown) => {
    const { error } = thrown instanceof Unfinished ? thrown : { error: thrown };
    // An id does not show which version of the API it belongs to.
    if (known || !isBare || !isFinal(error)) throw thrown;
    throw new ApiError(`${sentence(error.message)} A MiniMax-H3 task needs --kind generation.`, error);
  });
}

/** The journal's record of a task: at the server of this run, else at any server if none was asked for. */
async function knownRecord(id: string, values: Values<"task">, io: Io, journal: FolderJournal | undefined) {
  const entries = (await journal?.list().catch(() => undefined)) ?? [];
  const records = entries.flatMap((entry) => recordIn(entry) ?? []).filter((record) => record.id === id);
  const here = serverFrom(serverOption(values, io)).name;
  return records.find(({ server }) => server === here) ?? (isServerAsked(values, io) ? undefined : records[0]);
}

const isServerAsked = ({ server }: Values<"task">, { env }: Io) =>
  server !== undefined || Boolean(env.MINIMAX_SERVER?.trim());

function kindFrom({ template, kind }: Values<"task">): TaskKind {
  if (kind === undefined) return template ? "template" : "video";
  if (isTaskKind(kind)) return kind;
  throw new UsageError(`--kind takes one of ${KINDS.join(", ")}`);
}

/** An id, a record as JSON, or a file with the output of --json, which holds the record under `task`. */
async function recordFrom(argument: string, io: Io): Promise<unknown> {
  if (argument.startsWith("{")) return innermost(parseJson(argument, "The task"));
  if (/^\d+$/.test(argument)) return argument;
  if (argument === "-" || existsSync(argument)) return innermost(await readJson(argument, io));
  return idArgument(argument);
}

function innermost(json: unknown): unknown {
  if (!isRecord(json) || json.version !== undefined) return json;
  return json.task ?? (isRecord(json.error) ? json.error.task : undefined) ?? json;
}

/**
 * Takes the server from a record if it is a documented name. A URL must be confirmed with --server, because the API key goes
 * there and a file is not configuration.
 */
function withServerOf(record: unknown, values: Values<"task">, io: Io): Values<"task"> {
  if (!isRecord(record) || typeof record.server !== "string") return values;
  if (isServerAsked(values, io) && serverFrom(serverOption(values, io)).name === record.server) return values;
  if (values.server === undefined && Object.hasOwn(servers, record.server)) return { ...values, server: record.server };
  throw new UsageError(`This task was created at ${record.server}: add --server ${record.server}`);
}

async function printStatus(task: VideoTask | PromptTask, session: Session): Promise<number> {
  const { io, progress } = session;
  const next = commandToGoOn(task, session);
  const status = await task.status({ signal: io.signal }).catch((error) => {
    throw new Unfinished(error, isFinal(error) ? undefined : next);
  });
  // A signed link gives access to the video.
  printResult(session, { ...status, url: undefined, task }, status.word);
  if (status.state === "succeeded") progress.say(`The video is ready. Save it with:\n  ${next}`);
  if (status.state !== "failed") return EXIT.done;
  const why = status.reason ? `: ${status.reason}` : "; the service gives no reason";
  const isCancelled = /^cancelled$/i.test(status.word);
  progress.say(`Task ${task.id} ${isCancelled ? "was cancelled; it is not charged" : `failed${why}`}`);
  return EXIT.taskFailed;
}
