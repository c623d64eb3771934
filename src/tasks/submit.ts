import { callbackIdIn } from "../base/callback-id.js";
import { type Deadline, inTime, unsent } from "../base/deadline.js";
import { invalid, MiniMaxError, SubmissionUnknownError } from "../base/errors.js";
import type { Intent, Journal, JournalEntry, Known } from "../base/journal.js";
import { aSignal, assertOptions, aText, type Rules } from "../base/options.js";
import { defined, type Fields, hexadecimal, isRecord } from "../base/record.js";
import type { CreateOptions } from "../base/request-types.js";
import type { TaskKind, TaskOf } from "../base/task.js";
import { writeJournal } from "../base/write-journal.js";
import { assertSendable } from "../check/check.js";
import { promptsIn } from "../check/prompt-issues.js";
import { missingField, successOf } from "../http/parse-response.js";
import { redactedError } from "../http/redact.js";
import { backoff, certainlyNotDone, certainlyNotSent, isRateLimit, type RetryDelay, retry } from "../http/retry.js";
import { isTooLong, namedId, taskIdIn } from "../http/task-evidence.js";
import type { Call, Heard, Reply } from "../http/transport.js";
import { kindOf, type Wish } from "../kinds/kind-of.js";
import { kinds } from "../kinds/kinds.js";
import { bodyOf } from "../media/json-body.js";
import type { Context } from "./context.js";
import { fingerprintOf } from "./fingerprint.js";
import { restoreTask, taskFrom } from "./task-handle.js";
import { lostReply, unknownEarlier } from "./unknown-outcome.js";

export const CREATE_OPTIONS: Rules<CreateOptions> = { signal: aSignal, key: aText };

type AnyTask = TaskOf<TaskKind>;

/** A checked request that is about to be sent. */
interface Purchase {
  readonly request: Fields;
  /** Facts about the future task. A list of tasks contains the same fields. */
  readonly facts: Pick<Intent, "kind" | "model" | "duration" | "resolution" | "callback">;
  readonly call: Call;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * The only code that buys a task (see `createVideo`). With `patience`, it keeps trying through half an hour of rate-limit refusals,
 * and `signal` ends it only while no request is under way.
 */
export async function submit<Name extends Wish>(
  context: Context,
  wish: Name,
  written: object,
  options?: CreateOptions,
  patience?: Patience,
): Promise<TaskOf<Name>> {
  const { signal, key } = assertOptions("A create", options, CREATE_OPTIONS);
  const kind = kindOf(written, wish);
  const { version, create } = kinds[kind];
  const { operation } = create;
  const { logger, journal } = context;
  const { creates } = context.versions[version];
  const { issues, body: request } = await assertSendable(written, context.server, kind, context.connection.keyKind);
  for (const { path, message } of issues) logger?.debug("advice", { operation, path, message });
  if (key !== undefined && !journal)
    throw invalid(UNSENT, "key", "needs a journal: createClient({ journal: await openJournal() })");
  const { model, duration, resolution } = request;
  const callback = callbackIdIn(request.callback_url);
  // The schema has checked these.
  const facts = defined({ kind, callback, model, duration, resolution }) as Purchase["facts"];
  const secrets = [...promptsIn(request), ...linksIn(written)];
  const sending = { body: bodyOf(request), once: true, secrets, signal: patience ? undefined : signal };
  const purchase: Purchase = { request, facts, call: { ...create, method: "POST", ...sending }, key, signal };
  const sendInTurn = () =>
    journal ? sendJournalled(context, journal, purchase) : send(context, purchase, attemptIn(context));
  const delay = createDelay(context, signal, patience);
  const task = await retry(context, { operation, signal }, delay, () => creates(sendInTurn, signal));
  if (patience) patience.refusedAt = undefined;
  // The wish determines the kind.
  return task as TaskOf<Name>;
}

const UNSENT = "This create was not sent";

/** The time of the first refusal since the last accepted create, by the monotonic clock. Shared by patient creates. */
export type Patience = { refusedAt?: number | undefined };
/** After this many milliseconds of nothing but refusals, the pace is not their cause. Their wording does not tell sooner. */
const LONGEST_PATIENCE = 30 * 60_000;

/** Retries a create only if it was certainly not accepted. After a rate-limit refusal, `creates` decides how long to pause. */
function createDelay({ maxRetries, clock }: Context, signal?: AbortSignal, patience?: Patience): RetryDelay {
  return (error, attempt) => {
    if (isReasonOf(signal, error)) return undefined;
    if (patience && isRateLimit(error)) patience.refusedAt ??= clock.monotonic();
    const isHopeful = clock.monotonic() - (patience?.refusedAt ?? Number.NEGATIVE_INFINITY) < LONGEST_PATIENCE;
    if (isRateLimit(error)) return isHopeful || attempt < maxRetries ? 0 : undefined;
    return attempt < maxRetries && certainlyNotSent(error) ? backoff(attempt, clock.random) : undefined;
  };
}

/** Whether this is the caller's abort reason, which may be an error of another call and then says nothing about this one. */
function isReasonOf(signal: AbortSignal | undefined, error: unknown): boolean {
  return signal?.aborted === true && Object.is(error, signal.reason);
}

/** Records a create in the journal before it is sent, and its outcome. If the key already has a task, returns that task. */
async function sendJournalled(context: Context, journal: Journal, purchase: Purchase): Promise<AnyTask> {
  const { request, facts, call, key, signal } = purchase;
  const fingerprint = await fingerprintOf(request);
  const intent: Intent = defined({ key, server: context.server.name, ...facts, fingerprint, ...attemptIn(context) });
  // A create under way with the same key may take its own time-out first.
  const within = (2 * context.timeout) / (context.maxRetries + 1);
  const revoke = (begun: object) => ("entry" in begun ? (begun.entry as JournalEntry).refused() : undefined);
  const record = ({ signal }: Deadline) => journal.begin(intent, { signal });
  const begun = await inTime(record, within, signal, "The journal did not answer within", revoke).catch(unsent);
  if (!("entry" in begun)) return earlierTask(context, purchase, begun, fingerprint);
  const { entry } = begun;
  const heard: Heard = {};
  try {
    const task = await send(context, { ...purchase, call: { ...call, heard } }, intent);
    await writeJournal(context, () => entry.accepted(task.toJSON()));
    return task;
  } catch (error) {
    await writeJournal(context, () => {
      if (error instanceof SubmissionUnknownError)
        return error.task ? entry.accepted(error.task.toJSON()) : entry.unknown();
      // Once the request has left, the outcome is unknown after the caller's abort or an unexpected error as well.
      const isOpen = heard.text !== undefined && (call.signal?.aborted || !(error instanceof MiniMaxError));
      if (!isOpen) return entry.refused();
      const named = evidenceIn(heard, request);
      return named ? entry.accepted(acceptedTask(context, purchase, named).toJSON()) : entry.unknown();
    });
    throw error;
  }
}

/** @throws {ValidationError} if the key belongs to another request; {SubmissionUnknownError} if its outcome is unknown. */
async function earlierTask(context: Context, purchase: Purchase, known: Known, fingerprint: string): Promise<AnyTask> {
  const { connection, server, clock } = context;
  const { key, facts, call } = purchase;
  const other = known.task ? `another request (task ${known.task.id})` : "another request";
  if (known.fingerprint !== fingerprint)
    throw invalid(UNSENT, "key", `"${key}" already names ${other} at this server; use one key per request`);
  if (known.task) return restoreTask(connection, known.task);
  const { submittedAt, idempotencyKey } = known;
  const sent = { ...facts, fingerprint, submittedAt, operation: call.operation, server: server.baseUrl };
  const open = unknownEarlier(sent, key);
  if (!server.idempotencyHeader || !idempotencyKey || !isHeld(submittedAt, clock)) throw open;
  const task = await send(context, purchase, known, open);
  const create = { server: server.name, fingerprint, submittedAt };
  await writeJournal(context, async (journal) => journal.found?.(create, task.toJSON()));
  return task;
}

/** Milliseconds for which a server certainly remembers an idempotency key. Known servers remember keys for a day. */
const KEY_HOLDS = 3_600_000;
/** Whether the key is certainly remembered. If `sentAt` is in the future, the clock was set back, and its age is unknown. */
const isHeld = (sentAt: number, { now }: Context["clock"]) => Math.abs(now() - sentAt) < KEY_HOLDS;

type Attempt = Pick<Intent, "submittedAt" | "idempotencyKey">;

/** A new attempt, with a key of its own if the server takes one: after a refusal, the same request counts as a new create. */
function attemptIn({ server, clock }: Context): Attempt {
  const submittedAt = clock.now();
  if (!server.idempotencyHeader) return { submittedAt };
  return { submittedAt, idempotencyKey: hexadecimal(crypto.getRandomValues(new Uint8Array(16))) };
}

/**
 * Sends a create once, and again only to a server that recognises it by its key, while its outcome is `open`. A refusal of the
 * repeated create does not settle the outcome of the first one.
 */
async function send(context: Context, purchase: Purchase, attempt: Attempt, open?: SubmissionUnknownError) {
  const { server, clock, maxRetries } = context;
  const { submittedAt, idempotencyKey } = attempt;
  if (!server.idempotencyHeader || !idempotencyKey) return sendOnce(context, purchase, submittedAt);
  const call = { ...purchase.call, headers: { [server.idempotencyHeader]: idempotencyKey }, keyed: true };
  const keyed = { ...purchase, call };
  const delay: RetryDelay = (error, attempt) => {
    if (error instanceof SubmissionUnknownError) open = error;
    const isUseful = open && !open.task && attempt < maxRetries && isHeld(submittedAt, clock);
    return isUseful ? backoff(attempt, clock.random) : undefined;
  };
  try {
    return await retry(context, call, delay, () => sendOnce(context, keyed, submittedAt));
  } catch (error) {
    throw isReasonOf(call.signal, error) ? error : (open ?? error);
  }
}

async function sendOnce(context: Context, purchase: Purchase, submittedAt: number): Promise<AnyTask> {
  const { server, transport, callers } = context;
  const { request, facts, call } = purchase;
  const { callback } = facts;
  // A callback identifies a create only if no other create used its URL.
  if (callback !== undefined) callers.put(callback, (callers.get(callback) ?? facts) === facts ? facts : "several");
  const { heard = {} } = call;
  let reply: Reply | undefined;
  let named: string | undefined;
  try {
    reply = await transport({ ...call, heard });
    if (isTooLong(reply.text)) throw new RangeError("it is too long");
    const { task_id, id } = successOf(reply, call, server);
    named = namedId(task_id);
    if (named) return acceptedTask(context, purchase, named);
    named = namedId(id);
    throw missingField("task_id", call, server);
  } catch (thrown) {
    if (isReasonOf(call.signal, thrown)) throw thrown;
    const error = thrown instanceof MiniMaxError ? thrown : unforeseen(thrown, call, server);
    // A create refused with the name of a task may have made that task.
    named = evidenceIn(reply ?? heard, request, named);
    if (named === undefined && certainlyNotDone(error)) throw error;
    const task = named ? acceptedTask(context, purchase, named) : undefined;
    const fingerprint = await fingerprintOf(request);
    const sent = { ...facts, fingerprint, submittedAt, operation: call.operation, server: server.baseUrl };
    throw lostReply(sent, error, task);
  }
}

/** The id of a task in a reply, unless the request named it. "" if the reply cannot be searched: the outcome stays unknown. */
function evidenceIn({ text = "", ...reply }: Partial<Reply> | Heard, { source_task_id }: Fields, otherwise?: string) {
  try {
    const named = taskIdIn({ text, ...reply }) ?? otherwise;
    return named === source_task_id ? undefined : named;
  } catch {
    return "";
  }
}

/** Wraps an error of the caller's own `fetch`, or from an unexpected reply. The request may have been accepted. */
function unforeseen(thrown: unknown, { operation, secrets = [] }: Call, { baseUrl }: Context["server"]): MiniMaxError {
  const facts = { operation, server: baseUrl, cause: redactedError(thrown, secrets) };
  return new MiniMaxError(`${operation}: the reply of ${baseUrl} could not be read`, facts);
}

function acceptedTask(context: Context, { request, facts, call }: Purchase, id: string): AnyTask {
  const { clock, connection, created } = context;
  const bornAt = clock.monotonic();
  // Remembered, so that `reconcile` does not take it for the task of another create.
  created.put(id, true);
  const memory = { bornAt, runningAt: bornAt, calledBack: Boolean(request.callback_url), secrets: call.secrets };
  const { callback: _, ...known } = facts;
  return taskFrom(connection, { id, ...known, createdAt: clock.now() }, memory);
}

/** Secrets in links: their queries, which hold signatures and our token, and the beginnings of data URLs. */
function linksIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(linksIn);
  // Media are not plain objects.
  if (isRecord(value)) return value.constructor === Object ? Object.values(value).flatMap(linksIn) : [];
  const [link] = /(?<=^(?:https?|oss):[^?]*\?).{12,}|(?<=^data:[^,]*,).{12,100}/i.exec(String(value)) ?? [];
  // Copied, because a part of a string keeps the whole string in memory, which may have 20 MB.
  return link ? [[...link].join("")] : [];
}
