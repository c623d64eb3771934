import { bounded } from "../base/clock.js";
import { invalid, type ValidationError } from "../base/errors.js";
import type { Intent } from "../base/journal.js";
import { aSignal, assertOptions, mustBe, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { CallOptions, TaskRecord, VideoTask } from "../base/task.js";
import type { Engine } from "./engine.js";
import { type ListedTask, listTasks } from "./list-tasks.js";
import { howToKnow, isListed } from "./open.js";
import { restoreTask } from "./task-handle.js";
import { noted } from "./write-journal.js";

/** A create whose outcome is open: a `SubmissionUnknownError`, or the entry of a journal whose state is "unknown". */
export type Submission = Pick<Intent, "submittedAt"> & {
  [Name in "server" | "kind" | "model" | "duration" | "resolution" | "fingerprint"]?: Intent[Name] | undefined;
} & {
  /** Of a create whose answer named it. */
  task?: VideoTask | TaskRecord | undefined;
};

export interface ReconcileOptions extends CallOptions {
  /** Ids of tasks that came of other creates. Those that this client has made, and those of its journal, are known. */
  exclude?: Iterable<string> | undefined;
}

const RECONCILE_OPTIONS: Rules<ReconcileOptions> = {
  signal: aSignal,
  exclude: mustBe("a list of ids", (value) => typeof value === "object" && value !== null && Symbol.iterator in value),
};

/** What the list says about a create whose reply was lost. It holds no prompts: what fits is told by model, size and time. */
export type Reconciled =
  /** One task fits, and none beside it. */
  | { readonly outcome: "found"; readonly task: VideoTask }
  /** None fits: as far as the list tells, nothing was made. The vendor promises nothing of how soon a task stands there. */
  | { readonly outcome: "none" }
  /** Several fit, and nothing tells them apart. */
  | { readonly outcome: "ambiguous"; readonly tasks: readonly VideoTask[] };

const WHAT = "This create cannot be looked for";
/** Milliseconds by which two clocks may differ, and for which a request may be under way. */
const SKEW = 60_000;
const UNDER_WAY = 600_000;
/** For so long the service keeps tasks. */
const KEPT = 7 * 24 * 3_600_000;
/** A task that does not stand there yet may a little later. */
const LOOKS = 3;
const BETWEEN = 5_000;

/**
 * Looks through the list of version 2 for the task that a create may have made. Buys nothing, decides nothing.
 * @throws {ValidationError} where the service can list nothing: version 1, seven days ago, another server.
 */
export async function reconcile(
  engine: Engine,
  submission: Submission,
  options: ReconcileOptions = {},
): Promise<Reconciled> {
  assertOptions("videos.reconcile", options, RECONCILE_OPTIONS);
  const { signal, exclude = [] } = options;
  const { clock, server, journal, made } = engine;
  const named = isRecord(submission) ? submission.task : undefined;
  if (named) return { outcome: "found", task: restoreTask(engine.connection, JSON.parse(JSON.stringify(named))) };
  assertListed(engine, submission);
  const isFresh = clock.now() - submission.submittedAt < UNDER_WAY;
  const noted = (await bounded(Promise.resolve(journal?.known?.(server.name)), Number.POSITIVE_INFINITY, signal)) ?? [];
  const others = new Set([...exclude, ...noted, ...made]);
  for (let look = 1; ; look++) {
    const tasks = await fitting(engine, submission, others, signal);
    const [task] = tasks;
    if (task && tasks.length === 1) return found(engine, submission, task);
    if (task) return { outcome: "ambiguous", tasks };
    if (look === LOOKS || !isFresh) return { outcome: "none" };
    await clock.pause(BETWEEN, signal);
  }
}

async function fitting(
  engine: Engine,
  submission: Submission,
  others: Set<string>,
  signal: AbortSignal | undefined,
): Promise<VideoTask[]> {
  const { kind, model } = submission;
  const tasks: VideoTask[] = [];
  for await (const listed of listTasks(engine, { kind: kind as "generation", model, signal }))
    if (!others.has(listed.task.id) && fits(listed, submission)) tasks.push(listed.task);
  return tasks;
}

/** Neither the request nor the list says everything; what both say is the same. */
function fits({ task, createdAt }: ListedTask, submission: Submission): boolean {
  const { submittedAt, kind } = submission;
  const isSame = (name: "model" | "duration" | "resolution") =>
    task[name] === undefined || submission[name] === undefined || task[name] === submission[name];
  const inTime =
    createdAt === undefined || (createdAt > submittedAt - SKEW && createdAt < submittedAt + UNDER_WAY + SKEW);
  return task.kind === kind && inTime && isSame("model") && isSame("duration") && isSame("resolution");
}

async function found(engine: Engine, { submittedAt, fingerprint }: Submission, task: VideoTask): Promise<Reconciled> {
  engine.made.add(task.id);
  if (fingerprint) await noted(engine, async (journal) => journal.found?.({ submittedAt, fingerprint }, task.toJSON()));
  return { outcome: "found", task };
}

function assertListed({ server, clock }: Engine, given: Submission): void {
  const { kind, submittedAt, ...submission } = isRecord(given) ? given : ({} as Submission);
  if (kind === undefined || typeof submittedAt !== "number")
    throw refusal("give a SubmissionUnknownError, or an entry of the journal");
  if (submission.server !== server.name && submission.server !== server.baseUrl)
    throw refusal(`it went to "${submission.server}", this client talks to "${server.name}"`);
  if (!isListed(kind)) throw refusal(howToKnow(kind));
  if (clock.now() - submittedAt > KEPT)
    throw refusal("it is older than seven days, and so are the tasks that the service lists. Look at the usage page");
}

function refusal(why: string): ValidationError {
  return invalid(WHAT, "submission", why);
}
