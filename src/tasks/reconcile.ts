import { inTime, unsent } from "../base/deadline.js";
import { invalid } from "../base/errors.js";
import type { Intent } from "../base/journal.js";
import { aSignal, assertOptions, mustBe, type Rules } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import { type CallOptions, isTaskKind, type Task, type TaskKind, type TaskOf, type TaskRecord } from "../base/task.js";
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

/** Options of `Videos.reconcile`. */
export interface ReconcileOptions extends CallOptions {
  /** Ids of tasks that other creates made. Tasks of this client and of its journal are excluded anyway. */
  exclude?: Iterable<string> | undefined;
}

const RECONCILE_OPTIONS: Rules<ReconcileOptions> = {
  signal: aSignal,
  exclude: mustBe("a list of ids", (value) => typeof value === "object" && value !== null && Symbol.iterator in value),
};

type AnyTask = TaskOf<TaskKind>;

/** What was found of a lost task: its `task`, or all `tasks` that match by model, size and time. The service lists no prompts. */
export type Reconciled =
  /** Exactly one `task` matches. */
  | { readonly outcome: "found"; readonly task: AnyTask }
  /** None matches: as far as the list shows, no task was created. The vendor does not say how soon a task is listed. */
  | { readonly outcome: "none" }
  /** Several match, and nothing tells them apart. */
  | { readonly outcome: "ambiguous"; readonly tasks: readonly AnyTask[] };

/** How many milliseconds two clocks may differ, and how many a request may be under way. */
const SKEW = 60_000;
const UNDER_WAY = 600_000;
/** How many milliseconds the service lists a task. */
const LISTED_FOR = 7 * 24 * 3_600_000;
const LOOKS = 3;
const BETWEEN_LOOKS = 5_000;

/** Implements `Videos.reconcile`. */
export async function reconcile(context: Context, given: Submission, options?: ReconcileOptions): Promise<Reconciled> {
  const { signal, exclude = [] } = assertOptions("videos.reconcile", options, RECONCILE_OPTIONS);
  const { clock, connection, server, journal, created, timeout } = context;
  const found = (task: unknown) => {
    const restored = restoreTask(connection, JSON.parse(JSON.stringify(task)) as TaskRecord);
    created.put(restored.id, true);
    return { outcome: "found", task: restored } as const;
  };
  if (isRecord(given) && given.task) return found(given.task);
  assertKind(given);
  const { kind, model, submittedAt, fingerprint } = given;
  const ofJournal = async () => ({
    task: fingerprint ? await journal?.taskOf?.({ server: server.name, submittedAt, fingerprint }) : undefined,
    known: (await journal?.known?.(server.name)) ?? [],
  });
  const late = "The journal did not answer within";
  const { task: recorded, known } = await inTime(ofJournal, timeout, signal, late).catch(unsent);
  const others = new Set([...exclude, ...known]);
  const isNews = (id: string) => !others.has(id) && !created.get(id);
  const named = recorded ?? calledAbout(context, given, isNews);
  if (named) return found(named);
  assertListed(context, given);
  // A new task may be listed only after a while.
  for (let looks = clock.now() - submittedAt < UNDER_WAY ? LOOKS : 1; looks > 0; looks--) {
    const tasks: AnyTask[] = [];
    const told: { clockSkew?: number } = {};
    // Only listed kinds get here.
    for await (const listed of listTasks(context, { kind: kind as "generation", model, signal }, told))
      if (isNews(listed.task.id) && matches(listed, given, told.clockSkew)) tasks.push(listed.task);
    if (tasks.length > 1) return { outcome: "ambiguous", tasks };
    const [only] = tasks.map(found);
    if (only && fingerprint)
      await writeJournal(context, async (journal) => journal.found?.({ submittedAt, fingerprint }, only.task.toJSON()));
    if (only) return only;
    if (looks > 1) await clock.pause(BETWEEN_LOOKS, signal);
  }
  return { outcome: "none" };
}

/** The task named by callbacks to the URL of this create, if no other create used the URL. */
function calledAbout(
  { inbox, callers, server }: Context,
  { callback, kind, model, duration, resolution, submittedAt: createdAt }: OfKind,
  isNews: (id: string) => boolean,
): TaskRecord | undefined {
  if (callback === undefined || callers.get(callback) === "several") return undefined;
  const [id, ...others] = [...inbox.tasksOf(callback)].filter(isNews);
  if (id === undefined || others.length > 0) return undefined;
  return { version: 1, id, kind, server: server.name, ...defined({ model, duration, resolution, createdAt }) };
}

/** Whether a listed task may be that of the create: fields that both contain must be equal. `clockSkew`: this clock is ahead by it. */
function matches({ task, createdAt = Number.NaN }: ListedTask, submission: Submission, clockSkew = 0): boolean {
  const { submittedAt, kind } = submission;
  const isSame = (name: "model" | "duration" | "resolution") =>
    task[name] === undefined || submission[name] === undefined || task[name] === submission[name];
  // A listed task without a time may match.
  const isOff = (sentAt: number) => createdAt <= sentAt - SKEW || createdAt >= sentAt + UNDER_WAY + SKEW;
  const isOther = isOff(submittedAt) && isOff(submittedAt - clockSkew);
  return task.kind === kind && !isOther && isSame("model") && isSame("duration") && isSame("resolution");
}

type OfKind = Submission & { kind: TaskKind };

function assertKind(given: Submission): asserts given is OfKind {
  if (!isRecord(given) || !isTaskKind(given.kind) || typeof given.submittedAt !== "number")
    throw notSearchable("pass a SubmissionUnknownError, or an entry of the journal");
}

function assertListed({ server, clock }: Context, { kind, submittedAt, callback, ...submission }: OfKind): void {
  if (submission.server !== server.name && submission.server !== server.baseUrl)
    throw notSearchable(`it was sent to "${submission.server}", this client uses "${server.name}"`);
  if (!kinds[kind].isListed) throw notSearchable(adviceForUnknown({ kind, callback }));
  if (clock.now() - submittedAt > LISTED_FOR)
    throw notSearchable("it is older than seven days, and the service lists no older tasks. Check the usage page");
}

const notSearchable = (why: string) => invalid("This create cannot be searched for", "submission", why);
