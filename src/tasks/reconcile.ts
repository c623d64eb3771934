import { bounded } from "../base/deadline.js";
import { invalid, type ValidationError } from "../base/errors.js";
import type { Intent } from "../base/journal.js";
import { aSignal, assertOptions, mustBe, type Rules } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import type { CallOptions, Task, TaskKind, TaskOf, TaskRecord } from "../base/task.js";
import { writeJournal } from "../base/write-journal.js";
import { kinds } from "../kinds/kinds.js";
import type { Context } from "./context.js";
import { type ListedTask, listTasks } from "./list-tasks.js";
import { restoreTask } from "./task-handle.js";
import { adviceForUnknown } from "./unknown-outcome.js";

/** A create with an unknown outcome: a `SubmissionUnknownError`, or a journal entry whose state is "unknown". */
export type Submission = Pick<Intent, "submittedAt"> & {
  [Name in Exclude<keyof Intent, "key" | "submittedAt">]?: Intent[Name] | undefined;
} & {
  /** The task, if the reply named one. */
  task?: Task<unknown> | TaskRecord | undefined;
};

export interface ReconcileOptions extends CallOptions {
  /** Ids of tasks of other creates. Those of this client and of its journal are known. */
  exclude?: Iterable<string> | undefined;
}

const RECONCILE_OPTIONS: Rules<ReconcileOptions> = {
  signal: aSignal,
  exclude: mustBe("a list of ids", (value) => typeof value === "object" && value !== null && Symbol.iterator in value),
};

type AnyTask = TaskOf<TaskKind>;

/** What the list says about a create whose reply was lost. It contains no prompts: tasks match by model, size and time. */
export type Reconciled =
  /** Exactly one task matches. */
  | { readonly outcome: "found"; readonly task: AnyTask }
  /** None matches, so as far as the list tells, no task was created. The vendor does not say how soon a task is listed. */
  | { readonly outcome: "none" }
  /** Several match, and nothing tells them apart. */
  | { readonly outcome: "ambiguous"; readonly tasks: readonly AnyTask[] };

/** Milliseconds by which two clocks may differ, and for which a request may be under way. */
const SKEW = 60_000;
const UNDER_WAY = 600_000;
/** Milliseconds for which the service lists tasks. */
const LISTED_FOR = 7 * 24 * 3_600_000;
const LOOKS = 3;
const BETWEEN_LOOKS = 5_000;

/**
 * Searches the list of API v2 for the task of a create whose reply was lost. Buys nothing.
 * @throws {ValidationError} if the service cannot list the task: API v1, more than seven days ago, another server.
 */
export async function reconcile(
  context: Context,
  submission: Submission,
  options: ReconcileOptions = {},
): Promise<Reconciled> {
  const { signal, exclude = [] } = assertOptions("videos.reconcile", options, RECONCILE_OPTIONS);
  const { clock, connection, server, journal, created } = context;
  const named = isRecord(submission) ? (submission.task ?? calledAbout(context, submission)) : undefined;
  if (named)
    return { outcome: "found", task: restoreTask(connection, JSON.parse(JSON.stringify(named)) as TaskRecord) };
  assertListed(context, submission);
  const { kind, model, submittedAt, fingerprint } = submission;
  const reading = Promise.resolve(journal?.known?.(server.name));
  const recorded = (await bounded(reading, Number.POSITIVE_INFINITY, signal)) ?? [];
  const others = new Set([...exclude, ...recorded]);
  // A task that is not listed yet may be listed a little later.
  for (let looks = clock.now() - submittedAt < UNDER_WAY ? LOOKS : 1; looks > 0; looks--) {
    const tasks: AnyTask[] = [];
    // Only listed kinds get here.
    for await (const listed of listTasks(context, { kind: kind as "generation", model, signal }))
      if (!others.has(listed.task.id) && !created.get(listed.task.id) && matches(listed, submission))
        tasks.push(listed.task);
    const [task] = tasks;
    if (task && tasks.length > 1) return { outcome: "ambiguous", tasks };
    if (task) {
      created.put(task.id, true);
      if (fingerprint)
        await writeJournal(context, async (journal) => journal.found?.({ submittedAt, fingerprint }, task.toJSON()));
      return { outcome: "found", task };
    }
    if (looks > 1) await clock.pause(BETWEEN_LOOKS, signal);
  }
  return { outcome: "none" };
}

/** The task that a callback was about, if one has come to the URL of this create. */
function calledAbout({ inbox, server }: Context, submission: Submission): TaskRecord | undefined {
  const { callback, kind, model, duration, resolution, submittedAt: createdAt } = submission;
  const id = callback === undefined ? undefined : inbox.taskOf(callback);
  if (id === undefined || kind === undefined) return undefined;
  return { version: 1, id, kind, server: server.name, ...defined({ model, duration, resolution, createdAt }) };
}

/** Neither the request nor the list contains every field. What both contain must be equal. */
function matches({ task, createdAt = Number.NaN }: ListedTask, submission: Submission): boolean {
  const { submittedAt, kind } = submission;
  const isSame = (name: "model" | "duration" | "resolution") =>
    task[name] === undefined || submission[name] === undefined || task[name] === submission[name];
  // A listed task without a time may be the one.
  const isOther = createdAt <= submittedAt - SKEW || createdAt >= submittedAt + UNDER_WAY + SKEW;
  return task.kind === kind && !isOther && isSame("model") && isSame("duration") && isSame("resolution");
}

function assertListed({ server, clock }: Context, given: Submission): void {
  const { kind, submittedAt, callback, ...submission } = isRecord(given) ? given : ({} as Submission);
  if (kind === undefined || typeof submittedAt !== "number")
    throw notSearchable("pass a SubmissionUnknownError, or an entry of the journal");
  if (submission.server !== server.name && submission.server !== server.baseUrl)
    throw notSearchable(`it was sent to "${submission.server}", this client uses "${server.name}"`);
  if (!kinds[kind].isListed) throw notSearchable(adviceForUnknown({ kind, callback }));
  if (clock.now() - submittedAt > LISTED_FOR)
    throw notSearchable("it is older than seven days, and the service lists no older tasks. Check the usage page");
}

function notSearchable(why: string): ValidationError {
  return invalid("This create cannot be searched for", "submission", why);
}
