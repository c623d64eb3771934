import { existsSync } from "node:fs";
import { isRecord } from "../base/record.js";
import { serverFrom } from "../base/server.js";
import { isTaskKind, KINDS, type PromptTask, type TaskKind, type VideoTask } from "../base/task.js";
import { servers } from "../generated/servers.js";
import { idArgument } from "./build-request.js";
import type { Values } from "./command-options.js";
import { withoutLink } from "./format-text.js";
import { journalFrom } from "./journal.js";
import type { Parsed } from "./parse-command-line.js";
import { EXIT, type Io, printResult, Unfinished, UsageError } from "./process.js";
import { parseJson, readJson } from "./read-input.js";
import { assertTargetFree } from "./save-target.js";
import { assertKey, openSession, type Session, serverOption } from "./session.js";
import { finish, videoTaskOf, waitPlanFrom } from "./wait-and-save.js";

/** `minimax-video task`: waits for an existing task and saves its video. */
export async function task({ values, argument = "" }: Parsed<"task">, io: Io): Promise<number> {
  const record = await recordFrom(argument, io);
  const journal = await journalFrom(values, io);
  const session = assertKey(openSession(withServerOf(record, values, io), io, journal));
  const { minimax } = session;
  // The client refuses anything that is not a task record, with the reason.
  const restored = minimax.videos.task(record as string, kindFrom(values));
  if (values["no-wait"]) return printStatus(restored, session);
  const task = videoTaskOf(restored);
  const plan = await waitPlanFrom(session);
  await assertTargetFree(plan.target, task.id);
  return finish(task, session, plan);
}

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
  const isAsked = values.server !== undefined || io.env.MINIMAX_SERVER?.trim();
  if (isAsked && serverFrom(serverOption(values, io)).name === record.server) return values;
  if (values.server === undefined && Object.hasOwn(servers, record.server)) return { ...values, server: record.server };
  throw new UsageError(`This task was created at ${record.server}: add --server ${record.server}`);
}

/** Prints the current status, for --no-wait. */
async function printStatus(task: VideoTask | PromptTask, session: Session): Promise<number> {
  const { io, progress, goOn } = session;
  const status = await task.status({ signal: io.signal }).catch((error) => {
    throw new Unfinished(error, goOn(task));
  });
  printResult(session, { ...withoutLink(status), task }, status.word);
  if (status.state === "succeeded") progress.say(`The video is ready. Save it with:\n  ${goOn(task)}`);
  if (status.state !== "failed") return EXIT.done;
  progress.say(`Task ${task.id} failed${status.reason ? `: ${status.reason}` : "; the service gives no reason"}`);
  return EXIT.taskFailed;
}
