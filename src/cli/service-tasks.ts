import type { VideoTask } from "../base/task.js";
import type { ListedTask, ListOptions } from "../tasks/list-tasks.js";
import type { Values } from "./command-options.js";
import { EXIT, Interrupted, UsageError } from "./exit-codes.js";
import { printJson } from "./format-text.js";
import type { Io } from "./io.js";
import { journalFrom } from "./journal.js";
import { timeText } from "./journal-entries.js";
import { plain } from "./progress.js";
import { assertKey, openSession, type Session } from "./session.js";

type Options = Values<"tasks">;

/** What can be done with the tasks that the service lists, which are those of version 2. */
const ACTIONS: Record<string, { act: Action; needs: boolean; takes: readonly (keyof Options)[] }> = {
  list: { act: list, needs: false, takes: ["status", "model", "kind"] },
  cancel: { act: cancel, needs: true, takes: [] },
  delete: { act: remove, needs: true, takes: ["force"] },
};
type Action = (session: Session, values: Options, id: string) => Promise<number>;

/** Options that not every action takes. */
const LIMITED = ["status", "model", "kind", "force", "all", "forget", "forget-finished"] as const;

/** `minimax-video tasks list`, `cancel` and `delete`, which ask the service. */
export async function listed([verb = "", id, ...more]: readonly string[], values: Options, io: Io): Promise<number> {
  const action = Object.hasOwn(ACTIONS, verb) ? ACTIONS[verb] : undefined;
  if (!action)
    throw new UsageError(
      `Use tasks ${Object.keys(ACTIONS).join(", ")}, or tasks with options only to list the journal`,
    );
  const { act, needs, takes } = action;
  if (needs !== (id !== undefined) || more.length > 0)
    throw new UsageError(`tasks ${verb} takes ${needs ? "the id of one task" : "options only"}`);
  for (const option of LIMITED)
    if (values[option] !== undefined && !takes.includes(option))
      throw new UsageError(`tasks ${verb} does not take --${option}`);
  const session = openSession(values, io, await journalFrom(values, io));
  assertKey(session);
  try {
    return await act(session, values, id ?? "");
  } catch (error) {
    if (!io.signal.aborted || error !== io.signal.reason) throw error;
    throw new Interrupted(needs ? "Stopped. To see whether it was done, run: minimax-video tasks list" : "Stopped.", {
      cause: error,
    });
  }
}

async function list({ io, minimax, json }: Session, { status, model, kind }: Options): Promise<number> {
  // The service refuses unknown words, or they match nothing.
  const filter = { status, model, kind } as Pick<ListOptions, "status" | "model" | "kind">;
  const tasks: object[] = [];
  let count = 0;
  for await (const listed of minimax.videos.list({ ...filter, signal: io.signal })) {
    count++;
    if (json) tasks.push(shown(listed));
    else io.stdout.write(lineOf(listed));
  }
  if (json) printJson(io, { tasks });
  else if (count === 0) io.stdout.write("The service lists no such task from the last seven days.\n");
  return EXIT.done;
}

/** A listed task without its link, which is a secret and expires. */
function shown({ task, status, createdAt, updatedAt }: ListedTask): object {
  const { url: _, ...rest } = { url: undefined, ...status };
  return { task, status: rest, createdAt, updatedAt };
}

function lineOf({ task, status, createdAt }: ListedTask): string {
  const when = createdAt === undefined ? "" : timeText(createdAt);
  const facts = [task.model, task.duration === undefined ? undefined : `${task.duration} s`, task.resolution];
  const wish = facts.filter((fact) => fact !== undefined).join(" ");
  return `${plain(`${task.id}  ${status.word.padEnd(9)}  ${when.padEnd(16)}  ${task.kind.padEnd(13)}  ${wish}`).trimEnd()}\n`;
}

async function cancel(session: Session, _: Options, id: string): Promise<number> {
  const { io, json, progress } = session;
  await (await taskOf(session, id)).cancel({ signal: io.signal });
  progress.say(`Cancelled task ${id}: it is not charged.`);
  if (json) printJson(io, { cancelled: id });
  else io.stdout.write(`${plain(id)}\n`);
  return EXIT.done;
}

async function remove(session: Session, { force }: Options, id: string): Promise<number> {
  const { io, json, progress, journal, server } = session;
  const entry = await journal?.find({ server: server.name, id });
  if (!force && (entry?.state === "accepted" || entry?.state === "succeeded"))
    throw new UsageError(`Nothing was deleted: the video of ${id} is not saved yet; use --force to delete it anyway`);
  await (await taskOf(session, id)).delete({ signal: io.signal });
  progress.say(`Deleted task ${id} and its video from the service.`);
  if (json) printJson(io, { deleted: id });
  else io.stdout.write(`${plain(id)}\n`);
  return EXIT.done;
}

/** The task from the journal; otherwise one of version 2, the only one that supports this. */
async function taskOf({ minimax, journal, server }: Session, id: string): Promise<VideoTask> {
  const entry = await journal?.find({ server: server.name, id });
  const record = entry && "task" in entry ? entry.task : undefined;
  return record ? minimax.videos.task(record) : minimax.videos.task(id, "generation");
}
