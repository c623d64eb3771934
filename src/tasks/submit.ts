import { backoff, bounded } from "../base/clock.js";
import { invalid, MiniMaxError, SubmissionUnknownError } from "../base/errors.js";
import type { Intent, Journal, Known } from "../base/journal.js";
import { aSignal, assertOptions, aText, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type {
  H3ContextIRReq,
  MiniMaxH3PromptReq,
  VideoRequest,
  VideoTemplateGenerationReq,
} from "../base/request-types.js";
import type { TaskKind, VideoTask } from "../base/task.js";
import { assertSendable } from "../check/check.js";
import { otherShape, successOf, taskIdIn } from "../http/parse-response.js";
import { redactedError } from "../http/redact.js";
import { type Again, certainlyNotSent, clearlyRefused, isRateLimit, repeated } from "../http/retry.js";
import type { Call } from "../http/transport.js";
import { sentOf } from "../kinds/content-items.js";
import { kindOf, type Wish } from "../kinds/kind-of.js";
import { APIS } from "../kinds/kinds.js";
import { bodyOf } from "../media/json-body.js";
import type { CreateOptions } from "./create.js";
import type { Engine } from "./engine.js";
import { fingerprintOf } from "./fingerprint.js";
import { howToKnow, isListed } from "./open.js";
import { restoreTask, taskFrom } from "./task-handle.js";
import { noted } from "./write-journal.js";

export const CREATE_OPTIONS: Rules<CreateOptions> = { signal: aSignal, key: aText };

const UNSENT = "This create was not sent";

export type Request = VideoRequest | VideoTemplateGenerationReq | H3ContextIRReq | MiniMaxH3PromptReq;

/**
 * The only way to a paid task, see `createVideo`. A `patient` one is not ended by refusals for its pace, and `signal` ends it
 * only while nothing is under way.
 */
export async function submit(
  engine: Engine,
  wish: Wish,
  written: Request,
  options: CreateOptions = {},
  { patient = false } = {},
): Promise<VideoTask> {
  const { signal, key } = assertOptions("A create", options, CREATE_OPTIONS);
  const kind = kindOf(written, wish);
  const { version, create } = APIS[kind];
  const { operation, path } = create;
  const { issues } = await assertSendable(written, engine.server, kind);
  const request = sentOf(written, version);
  for (const { path, message } of issues) engine.logger?.debug("advice", { operation, path, message });
  if (key !== undefined && !engine.journal)
    throw invalid(UNSENT, "key", "needs a journal: createClient({ journal: await openJournal() })");
  const call = {
    operation,
    method: "POST",
    path,
    body: bodyOf(request),
    once: true,
    secrets: promptsOf(request),
    signal: patient ? undefined : signal,
  };
  const once = engine.journal
    ? () => journalled(engine, kind, request, call, { key, signal })
    : () => send(engine, kind, request, call);
  return repeated(engine, { operation, signal }, afterCreate(engine, patient, signal), () =>
    engine.creates(once, signal),
  );
}

/** Sent again only when it certainly was not accepted. How long to wait after a refusal for the pace is up to `creates`. */
function afterCreate({ maxRetries, clock }: Engine, patient: boolean, signal: AbortSignal | undefined): Again {
  return (error, attempt) => {
    if (isReasonOf(signal, error)) return undefined;
    if (isRateLimit(error)) return patient || attempt < maxRetries ? 0 : undefined;
    return attempt < maxRetries && certainlyNotSent(error) ? backoff(attempt, clock.random) : undefined;
  };
}

/** Whether this is why a caller aborted. It may be an error of ours, from another call; it says nothing about this one. */
function isReasonOf(signal: AbortSignal | undefined, error: unknown): boolean {
  return signal?.aborted === true && Object.is(error, signal.reason);
}

/** Written down before it is sent and completed after. What was made under this key before is given instead. */
async function journalled(
  engine: Engine,
  kind: TaskKind,
  request: Request,
  call: Call,
  { key, signal }: CreateOptions,
): Promise<VideoTask> {
  const { journal, clock, server } = engine;
  const intent: Intent = {
    ...(key === undefined ? {} : { key }),
    kind,
    server: server.name,
    ...factsOf(request),
    fingerprint: await fingerprintOf(request),
    submittedAt: clock.now(),
  };
  const begun = journal && (await begin(journal, intent, signal));
  if (!begun || !("entry" in begun))
    return begun ? earlier(engine, call, begun, intent) : send(engine, kind, request, call);
  const { entry } = begun;
  try {
    const task = await send(engine, kind, request, call, intent.submittedAt);
    await noted(engine, () => entry.accepted(task.toJSON()));
    return task;
  } catch (error) {
    const task = error instanceof SubmissionUnknownError ? error.task : undefined;
    await noted(engine, () => {
      if (task) return entry.accepted(task.toJSON());
      return isOpen(error, call) ? entry.unknown() : entry.refused();
    });
    throw error;
  }
}

/** Writes an intent down. An abort ends it at once, even if the journal does not heed it; what it writes then is void. */
async function begin(
  journal: Journal,
  intent: Intent,
  signal: AbortSignal | undefined,
): Promise<Awaited<ReturnType<Journal["begin"]>> | undefined> {
  const writing = Promise.resolve(journal.begin(intent, { signal }));
  try {
    return await bounded(writing, Number.POSITIVE_INFINITY, signal);
  } catch (error) {
    if (signal?.aborted)
      writing.then((begun) => ("entry" in begun ? begun.entry.refused() : undefined)).catch(() => {});
    throw error;
  }
}

/** A caller's abort, too, leaves open what has become of a request that is under way. */
function isOpen(error: unknown, { signal }: Call): boolean {
  return error instanceof SubmissionUnknownError || signal?.aborted === true;
}

/** @throws {ValidationError} for a key of another request; {SubmissionUnknownError} when the earlier create is open. */
function earlier(engine: Engine, { operation }: Call, known: Known, intent: Intent): VideoTask {
  const { fingerprint, submittedAt, task } = known;
  const { key, ...wish } = intent;
  if (fingerprint !== intent.fingerprint)
    throw invalid(UNSENT, "key", `"${key}" already names another request at this server; one key, one wish`);
  if (task) return restoreTask(engine.connection, task);
  const when = new Date(submittedAt).toISOString();
  throw new SubmissionUnknownError(
    `It is not known whether the create of ${when} under the key "${key}" was accepted; it was not sent again. ${howToKnow(intent.kind)}`,
    { ...wish, submittedAt, operation, server: engine.server.baseUrl },
  );
}

async function send(
  engine: Engine,
  kind: TaskKind,
  request: Request,
  call: Call,
  submittedAt = engine.clock.now(),
): Promise<VideoTask> {
  const { server } = engine;
  let named: string | undefined;
  let heard = "";
  try {
    const reply = await engine.exchange({ ...call, onText: (text) => (heard = text) });
    named = taskIdIn(reply);
    const { task_id: id } = successOf(reply, call, server);
    if (typeof id !== "string" || !id) throw otherShape("task_id", call, server);
    return accepted(engine, kind, request, call, id);
  } catch (thrown) {
    if (isReasonOf(call.signal, thrown)) throw thrown;
    const error = thrown instanceof MiniMaxError ? thrown : unforeseen(thrown, call, server);
    named ??= taskIdIn({ text: heard });
    const isClear = isRateLimit(error) || certainlyNotSent(error) || clearlyRefused(error);
    if (named === undefined && isClear) throw error;
    const task = named === undefined ? undefined : accepted(engine, kind, request, call, named);
    const facts = { kind, ...factsOf(request), submittedAt, fingerprint: await fingerprintOf(request) };
    throw new SubmissionUnknownError(openWords(error, kind, task), {
      ...facts,
      operation: call.operation,
      server: server.baseUrl,
      task,
      cause: error,
    });
  }
}

/** What is no error of ours came from the caller's own `fetch`, or of a reply that nobody foresaw. It may have been accepted. */
function unforeseen(thrown: unknown, { operation, secrets }: Call, { baseUrl }: Engine["server"]): MiniMaxError {
  const cause = redactedError(thrown, secrets ?? []);
  return new MiniMaxError(`${operation}: the answer of ${baseUrl} could not be read`, {
    operation,
    server: baseUrl,
    cause,
  });
}

function openWords({ message }: MiniMaxError, kind: TaskKind, task: VideoTask | undefined): string {
  const said = message.replace(/\.?$/, ".");
  if (!task) return `It is not known whether the video was accepted. ${said} ${howToKnow(kind)}`;
  return `The create was not answered as a success, but the answer names task ${task.id}, which may be charged. ${said} Wait for that task before you send the request again.`;
}

/** A handle of what this client has bought. */
function accepted(
  { clock, connection, made }: Engine,
  kind: TaskKind,
  request: Request,
  { secrets }: Call,
  id: string,
): VideoTask {
  const record = { id, kind, createdAt: clock.now(), ...factsOf(request) };
  const bornAt = clock.monotonic();
  if (isListed(kind)) remember(made, id);
  return taskFrom(connection, record, {
    bornAt,
    runningAt: bornAt,
    calledBack: Boolean(request.callback_url),
    secrets,
  });
}

/** So many, so that a process that runs for months does not grow by them. */
const REMEMBERED = 10_000;

/** What a create has made cannot be what another one has made whose reply was lost. */
function remember(made: Set<string>, id: string): void {
  made.add(id);
  for (const oldest of made) {
    if (made.size <= REMEMBERED) return;
    made.delete(oldest);
  }
}

function factsOf(request: Request): Pick<Intent, "model" | "duration" | "resolution"> {
  if (!("model" in request)) return {};
  const { model, duration, resolution }: { model: string; duration?: number; resolution?: string } = request;
  return {
    model,
    ...(duration === undefined ? {} : { duration }),
    ...(resolution === undefined ? {} : { resolution }),
  };
}

function promptsOf(request: Request): string[] {
  const { prompt, text_inputs, content }: Record<string, unknown> = { ...request };
  const texts = [content, text_inputs].flatMap((items) => (Array.isArray(items) ? items : [])).filter(isRecord);
  const all = [prompt, ...texts.flatMap(({ text, value }) => [text, value])];
  return all.filter((text): text is string => typeof text === "string" && text !== "");
}
