import type { PromptTask, VideoTask } from "../base/task.js";
import type { ListedTask, ListOptions } from "../tasks/list-tasks.js";
import { actionFor, type Values, type Verb } from "./command-options.js";
import { EXIT, orInterrupted, UsageError } from "./exit-codes.js";
import { timeText, withoutLink } from "./format-text.js";
import type { Io } from "./io.js";
import { plain, printJson, printResult } from "./io.js";
import { journalFrom } from "./journal.js";
import { assertKey, openSession, type Session } from "./session.js";

type Options = Values<"tasks">;
type Action = (session: Session, values: Options, id: string) => Promise<number>;
/** What can be done with the tasks that the service lists, which are those of version 2. */
const VERBS: Record<string, Verb<Action, "status" | "model" | "kind" | "force">> = {
  list: { act: list, takes: ["status", "model", "kind"] },
  cancel: { act: cancel, needs: "the id of one task", takes: [] },
  delete: { act: remove, needs: "the id of one task", takes: ["force"] },
};

/** `minimax-video tasks list`, `cancel` and `delete`, which ask the service. */
export async function serviceTasks(words: readonly string[], values: Options, io: Io): Promise<number> {
  const [, id = ""] = words;
  const act = actionFor("tasks", VERBS, words, values);
  for (const option of ["all", "forget", "forget-finished"] as const)
    if (values[option] !== undefined) throw new UsageError(`tasks ${words[0]} does not take --${option}`);
  const session = openSession(values, io, await journalFrom(values, io));
  assertKey(session);
  const fate = id ? "To see whether it was done, run: minimax-video tasks list" : "";
  return orInterrupted(io, fate, act(session, values, id));
}

async function list({ io, minimax, json }: Session, { status, model, kind }: Options): Promise<number> {
  // The service refuses unknown words, or they match nothing.
  const filter = { status, model, kind } as Pick<ListOptions, "status" | "model" | "kind">;
  const tasks: object[] = [];
  let count = 0;
  for await (const listed of minimax.videos.list({ ...filter, signal: io.signal })) {
    count++;
    if (json) tasks.push(listedTaskJson(listed));
    else io.stdout.write(listedTaskLine(listed));
  }
  if (json) printJson(io, { tasks });
  else if (count === 0) io.stdout.write("The service lists no such task from the last seven days.\n");
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

async function cancel(session: Session, _: Options, id: string): Promise<number> {
  const { io, progress } = session;
  await (await taskOf(session, id)).cancel({ signal: io.signal });
  progress.say(`Cancelled task ${id}: it is not charged.`);
  printResult(session, { cancelled: id }, plain(id));
  return EXIT.done;
}

async function remove(session: Session, { force }: Options, id: string): Promise<number> {
  const { io, progress, journal, server } = session;
  const entry = await journal?.find({ server: server.name, id });
  if (!force && (entry?.state === "accepted" || entry?.state === "succeeded"))
    throw new UsageError(`Nothing was deleted: the video of ${id} is not saved yet; use --force to delete it anyway`);
  await (await taskOf(session, id)).delete({ signal: io.signal });
  progress.say(`Deleted task ${id} and its video from the service.`);
  printResult(session, { deleted: id }, plain(id));
  return EXIT.done;
}

/** The task from the journal; otherwise one of version 2, the only one that supports this. */
async function taskOf({ minimax, journal, server }: Session, id: string): Promise<VideoTask | PromptTask> {
  const entry = await journal?.find({ server: server.name, id });
  const record = entry && "task" in entry ? entry.task : undefined;
  return record ? minimax.videos.task(record) : minimax.videos.task(id, "generation");
}
