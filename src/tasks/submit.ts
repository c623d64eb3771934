import { bounded } from "../base/deadline.js";
import { invalid, MiniMaxError, SubmissionUnknownError } from "../base/errors.js";
import type { Intent, Journal, Known } from "../base/journal.js";
import { aSignal, assertOptions, aText, type Rules } from "../base/options.js";
import { arrayOf, defined, isRecord } from "../base/record.js";
import type { CreateOptions, CreateRequest } from "../base/request-types.js";
import type { PromptTask, TaskKind, VideoTask } from "../base/task.js";
import { writeJournal } from "../base/write-journal.js";
import { assertSendable } from "../check/check.js";
import { missingField, successOf, taskIdIn } from "../http/parse-response.js";
import { redactedError } from "../http/redact.js";
import { backoff, certainlyNotSent, clearlyRefused, isRateLimit, type RetryDelay, retry } from "../http/retry.js";
import type { Call } from "../http/transport.js";
import { kindOf, type Wish } from "../kinds/kind-of.js";
import { kinds } from "../kinds/kinds.js";
import { bodyOf } from "../media/json-body.js";
import type { Context } from "./context.js";
import { fingerprintOf } from "./fingerprint.js";
import { restoreTask, taskFrom } from "./task-handle.js";
import { adviceForUnknown } from "./unknown-outcome.js";

export const CREATE_OPTIONS: Rules<CreateOptions> = { signal: aSignal, key: aText };

type AnyTask = VideoTask | PromptTask;

/** A checked request on its way to a task. */
interface Purchase {
  readonly kind: TaskKind;
  /** As it is sent. */
  readonly request: Record<string, unknown>;
  readonly call: Call;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * The only way to a paid task, see `createVideo`. If `isPatient`, refusals for the pace do not end it, and `signal` ends it
 * only while nothing is under way.
 */
export async function submit(
  context: Context,
  wish: "video" | "template",
  request: CreateRequest,
  options?: CreateOptions,
  manner?: { isPatient?: boolean },
): Promise<VideoTask>;
export async function submit(
  context: Context,
  wish: "h3_context_ir",
  request: CreateRequest,
  options?: CreateOptions,
): Promise<PromptTask>;
export async function submit(
  context: Context,
  wish: Wish,
  written: CreateRequest,
  options: CreateOptions = {},
  { isPatient = false } = {},
): Promise<AnyTask> {
  const { signal, key } = assertOptions("A create", options, CREATE_OPTIONS);
  const kind = kindOf(written, wish);
  const { operation, path } = kinds[kind].create;
  const { issues, body: request } = await assertSendable(written, context.server, kind);
  for (const { path, message } of issues) context.logger?.debug("advice", { operation, path, message });
  if (key !== undefined && !context.journal)
    throw invalid(UNSENT, "key", "needs a journal: createClient({ journal: await openJournal() })");
  const call: Call = {
    operation,
    method: "POST",
    path,
    body: bodyOf(request),
    once: true,
    secrets: promptsIn(request),
    signal: isPatient ? undefined : signal,
  };
  const purchase: Purchase = { kind, request, call, key, signal };
  const sendOnce = () =>
    context.journal ? sendJournalled(context, context.journal, purchase) : send(context, purchase);
  return retry(context, { operation, signal }, createDelay(context, isPatient, signal), () =>
    context.creates(sendOnce, signal),
  );
}

const UNSENT = "This create was not sent";

/** Retried only if it certainly was not accepted. After a refusal for the pace, `creates` decides how long to pause. */
function createDelay({ maxRetries, clock }: Context, isPatient: boolean, signal: AbortSignal | undefined): RetryDelay {
  return (error, attempt) => {
    if (isReasonOf(signal, error)) return undefined;
    if (isRateLimit(error)) return isPatient || attempt < maxRetries ? 0 : undefined;
    return attempt < maxRetries && certainlyNotSent(error) ? backoff(attempt, clock.random) : undefined;
  };
}

/** Whether this is the reason of the caller's abort. It may be an error of another call, which says nothing about this one. */
function isReasonOf(signal: AbortSignal | undefined, error: unknown): boolean {
  return signal?.aborted === true && Object.is(error, signal.reason);
}

/** Recorded before it is sent, and completed afterwards. If the key has a task already, that task is returned instead. */
async function sendJournalled(context: Context, journal: Journal, purchase: Purchase): Promise<AnyTask> {
  const { kind, request, key, signal } = purchase;
  const { clock, server } = context;
  const intent: Intent = defined({
    key,
    kind,
    server: server.name,
    ...sizeOf(request),
    fingerprint: await fingerprintOf(request),
    submittedAt: clock.now(),
  });
  const begun = await begin(journal, intent, signal);
  if (!("entry" in begun)) return earlierTask(context, purchase, begun, intent);
  const { entry } = begun;
  try {
    const task = await send(context, purchase, intent.submittedAt);
    await writeJournal(context, () => entry.accepted(task.toJSON()));
    return task;
  } catch (error) {
    const task = error instanceof SubmissionUnknownError ? error.task : undefined;
    await writeJournal(context, () => {
      if (task) return entry.accepted(task.toJSON());
      return isUnknown(error, purchase) ? entry.unknown() : entry.refused();
    });
    throw error;
  }
}

/** Records an intent. An abort ends it at once, even if the journal ignores it; what it records then is void. */
async function begin(
  journal: Journal,
  intent: Intent,
  signal: AbortSignal | undefined,
): Promise<Awaited<ReturnType<Journal["begin"]>>> {
  const writing = Promise.resolve(journal.begin(intent, { signal }));
  try {
    // Without a time limit, it does not resolve with undefined.
    return (await bounded(writing, Number.POSITIVE_INFINITY, signal)) as Awaited<typeof writing>;
  } catch (error) {
    if (signal?.aborted)
      writing.then((begun) => ("entry" in begun ? begun.entry.refused() : undefined)).catch(() => {});
    throw error;
  }
}

/** After the caller's abort, the outcome of a request under way is unknown as well. */
function isUnknown(error: unknown, { call }: Purchase): boolean {
  return error instanceof SubmissionUnknownError || call.signal?.aborted === true;
}

/** @throws {ValidationError} if the key belongs to another request; {SubmissionUnknownError} if its outcome is unknown. */
function earlierTask({ connection, server }: Context, { call }: Purchase, known: Known, intent: Intent): AnyTask {
  const { fingerprint, submittedAt, task } = known;
  const { key, ...facts } = intent;
  if (fingerprint !== intent.fingerprint)
    throw invalid(UNSENT, "key", `"${key}" already names another request at this server; use one key per request`);
  if (task) return restoreTask(connection, task);
  const when = new Date(submittedAt).toISOString();
  const message = `The create of ${when} under the key "${key}" may or may not have been accepted, so it was not sent again. ${adviceForUnknown(intent.kind)}`;
  const { operation } = call;
  throw new SubmissionUnknownError(message, { ...facts, submittedAt, operation, server: server.baseUrl });
}

async function send(context: Context, purchase: Purchase, submittedAt: number = context.clock.now()): Promise<AnyTask> {
  const { server, transport } = context;
  const { kind, request, call } = purchase;
  let named: string | undefined;
  let received = "";
  try {
    const reply = await transport({ ...call, onText: (text) => (received = text) });
    named = taskIdIn(reply);
    const { task_id: id } = successOf(reply, call, server);
    if (typeof id !== "string" || !id) throw missingField("task_id", call, server);
    return acceptedTask(context, purchase, id);
  } catch (thrown) {
    if (isReasonOf(call.signal, thrown)) throw thrown;
    const error = thrown instanceof MiniMaxError ? thrown : unforeseen(thrown, call, server);
    named ??= taskIdIn({ text: received });
    const isClear = isRateLimit(error) || certainlyNotSent(error) || clearlyRefused(error);
    if (named === undefined && isClear) throw error;
    const task = named === undefined ? undefined : acceptedTask(context, purchase, named);
    throw new SubmissionUnknownError(unknownMessage(error, kind, task), {
      kind,
      ...sizeOf(request),
      submittedAt,
      fingerprint: await fingerprintOf(request),
      operation: call.operation,
      server: server.baseUrl,
      task,
      cause: error,
    });
  }
}

/** An error from the caller's own `fetch`, or from a reply that nobody foresaw. The request may have been accepted. */
function unforeseen(thrown: unknown, { operation, secrets }: Call, { baseUrl }: Context["server"]): MiniMaxError {
  const facts = { operation, server: baseUrl, cause: redactedError(thrown, secrets ?? []) };
  return new MiniMaxError(`${operation}: the reply of ${baseUrl} could not be read`, facts);
}

function unknownMessage({ message }: MiniMaxError, kind: TaskKind, task: AnyTask | undefined): string {
  const said = message.replace(/\.?$/, ".");
  if (!task) return `The create may or may not have been accepted. ${said} ${adviceForUnknown(kind)}`;
  return `The reply to the create is not a success, but it names task ${task.id}, which may be charged. ${said} Wait for that task before you send the request again.`;
}

/** A handle for what this client has bought. */
function acceptedTask(context: Context, { kind, request, call }: Purchase, id: string): VideoTask | PromptTask {
  const { clock, connection, created } = context;
  const bornAt = clock.monotonic();
  if (kinds[kind].isListed) remember(created, id);
  const facts = defined({ id, kind, createdAt: clock.now(), ...sizeOf(request) });
  const { secrets } = call;
  return taskFrom(connection, facts, {
    bornAt,
    runningAt: bornAt,
    calledBack: Boolean(request.callback_url),
    secrets,
  });
}

/** Ids that are remembered, so that a process that runs for months does not grow. */
const REMEMBERED = 10_000;

/** A task of this create cannot be the one of another create whose reply was lost. */
function remember(created: Set<string>, id: string): void {
  created.add(id);
  for (const oldest of created) {
    if (created.size <= REMEMBERED) return;
    created.delete(oldest);
  }
}

/** The fields of a request, checked by its schema, that a list of tasks contains as well. */
function sizeOf({ model, duration, resolution }: Record<string, unknown>) {
  if (model === undefined) return {};
  return { model, duration, resolution } as Pick<Intent, "model" | "duration" | "resolution">;
}

function promptsIn({ prompt, text_inputs, content }: Record<string, unknown>): string[] {
  const texts = [...arrayOf(content), ...arrayOf(text_inputs)].filter(isRecord);
  const all = [prompt, ...texts.flatMap(({ text, value }) => [text, value])];
  return all.filter((text): text is string => typeof text === "string" && text !== "");
}
