import type { PromptTask, VideoTask } from "../base/task.js";
import type { ListedTask, ListOptions } from "../tasks/list-tasks.js";
import { idArgument } from "./build-request.js";
import { timeText, withoutLink } from "./format-text.js";
import { journalFrom, recordIn } from "./journal.js";
import type { Parsed } from "./parse-command-line.js";
import { EXIT, type Io, orInterrupted, plain, printJson, printResult, UsageError } from "./process.js";
import { assertKey, openSession, type Session, type SessionValues } from "./session.js";

const FATE = "To see whether it was done, run: minimax-video tasks list";

/** `minimax-video tasks list`: lists the tasks of version 2 that the service keeps. */
export async function listServiceTasks({ values }: Parsed<"tasks list">, io: Io): Promise<number> {
  const { status, model, kind, json } = values;
  const { minimax } = await serviceSession(values, io);
  // The service refuses unknown words, or they match nothing.
  const filter = { status, model, kind } as Pick<ListOptions, "status" | "model" | "kind">;
  const tasks: object[] = [];
  const printing = async () => {
    for await (const listed of minimax.videos.list({ ...filter, signal: io.signal })) {
      tasks.push(listedTaskJson(listed));
      if (!json) io.stdout.write(listedTaskLine(listed));
    }
  };
  await orInterrupted(io, "", printing());
  if (json) printJson(io, { tasks });
  else if (tasks.length === 0) io.stdout.write("The service lists no such task from the last seven days.\n");
  return EXIT.done;
}

/** A listed task without its link, which is a secret and expires. */
function listedTaskJson({ task, status, createdAt, updatedAt }: ListedTask): object {
  return { task, status: withoutLink(status), createdAt, updatedAt };
}

function listedTaskLine({ task, status, createdAt }: ListedTask): string {
  const when = createdAt === undefined ? "" : timeText(createdAt);
  const facts = [task.model, task.duration === undefined ? undefined : `${task.duration} s`, task.resolution];
  const wish = facts.filter((fact) => fact !== undefined).join(" ");
  return `${plain(`${task.id}  ${status.word.padEnd(9)}  ${when.padEnd(16)}  ${task.kind.padEnd(13)}  ${wish}`).trimEnd()}\n`;
}

/** `minimax-video tasks cancel`: cancels a queued task. */
export async function cancelTask({ values, argument = "" }: Parsed<"tasks cancel">, io: Io): Promise<number> {
  const id = idArgument(argument);
  const session = await serviceSession(values, io);
  const cancelling = async () => (await taskOf(session, id)).cancel({ signal: io.signal });
  await orInterrupted(io, FATE, cancelling());
  session.progress.say(`Cancelled task ${id}: it is not charged.`);
  return printResult(session, { cancelled: id }, id);
}

/** `minimax-video tasks delete`: deletes a finished task and its video. */
export async function deleteTask({ values, argument = "" }: Parsed<"tasks delete">, io: Io): Promise<number> {
  const id = idArgument(argument);
  const session = await serviceSession(values, io);
  const { progress, journal, server } = session;
  const entry = await journal?.find({ server: server.name, id });
  if (!values.force && (entry?.state === "accepted" || entry?.state === "succeeded"))
    throw new UsageError(`Nothing was deleted: the video of ${id} is not saved yet; use --force to delete it anyway`);
  const deleting = async () => (await taskOf(session, id)).delete({ signal: io.signal });
  await orInterrupted(io, FATE, deleting());
  progress.say(`Deleted task ${id} and its video from the service.`);
  return printResult(session, { deleted: id }, id);
}

async function serviceSession(values: SessionValues, io: Io): Promise<Session> {
  const session = openSession(values, io, await journalFrom(values, io));
  assertKey(session);
  return session;
}

/** The task from the journal; otherwise one of version 2, the only one that supports this. */
async function taskOf({ minimax, journal, server }: Session, id: string): Promise<VideoTask | PromptTask> {
  const record = recordIn(await journal?.find({ server: server.name, id }));
  return record ? minimax.videos.task(record) : minimax.videos.task(id, "generation");
}
