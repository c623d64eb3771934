import { assertSendable } from "../check/check.js";
import { kindOf, type Wish } from "../check/kind.js";
import type { CreateOptions } from "../create.js";
import type { Engine } from "../engine/engine.js";
import type { Call } from "../engine/exchange.js";
import { APIS } from "../engine/kinds.js";
import { noted } from "../engine/noted.js";
import { howToKnow, isListed } from "../engine/open.js";
import { backoff } from "../engine/pause.js";
import { otherShape, successOf } from "../engine/reply.js";
import { type Again, certainlyNotSent, clearlyRefused, isRateLimit, repeated } from "../engine/send.js";
import { invalid, MiniMaxError, SubmissionUnknownError } from "../errors.js";
import type { Intent, Known } from "../journal.js";
import { isRecord } from "../record.js";
import type { H3ContextIRReq, MiniMaxH3PromptReq, VideoRequest, VideoTemplateGenerationReq } from "../request.js";
import { restoreTask, type TaskKind, taskFrom, type VideoTask } from "../task.js";
import { bodyOf } from "./body.js";
import { fingerprintOf } from "./fingerprint.js";
import { sentOf } from "./wire.js";

const UNSENT = "This create was not sent";

type Request = VideoRequest | VideoTemplateGenerationReq | H3ContextIRReq | MiniMaxH3PromptReq;

/**
 * The only way to a paid task, see `createVideo`. A `patient` one is not ended by refusals for its pace, and `signal` ends it
 * only while nothing is under way.
 */
export async function submit(
  engine: Engine,
  wish: Wish,
  written: Request,
  { signal, key, patient = false }: CreateOptions & { patient?: boolean } = {},
): Promise<VideoTask> {
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
    secrets: promptsOf(request),
    signal: patient ? undefined : signal,
  };
  const once = engine.journal
    ? () => journalled(engine, kind, request, call, key)
    : () => send(engine, kind, request, call);
  return repeated(engine, { operation, signal }, afterCreate(engine, patient), () => engine.creates(once, signal));
}

/** Sent again only when it certainly was not accepted. How long to wait after a refusal for the pace is up to `creates`. */
function afterCreate({ maxRetries, clock }: Engine, patient: boolean): Again {
  return (error, attempt) => {
    if (isRateLimit(error)) return patient || attempt < maxRetries ? 0 : undefined;
    return attempt < maxRetries && certainlyNotSent(error) ? backoff(attempt, clock.random) : undefined;
  };
}

/** Written down before it is sent and completed after. What was made under this key before is given instead. */
async function journalled(
  engine: Engine,
  kind: TaskKind,
  request: Request,
  call: Call,
  key: string | undefined,
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
  const begun = await journal?.begin(intent, { signal: call.signal });
  if (!begun || !("entry" in begun))
    return begun ? earlier(engine, call, begun, intent) : send(engine, kind, request, call);
  const { entry } = begun;
  try {
    const task = await send(engine, kind, request, call, intent.submittedAt);
    await noted(engine, () => entry.accepted(task.toJSON()));
    return task;
  } catch (error) {
    await noted(engine, () => (isOpen(error, call) ? entry.unknown() : entry.refused()));
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
  const { clock, server } = engine;
  try {
    const { task_id: id } = successOf(await engine.exchange(call), call, server);
    if (typeof id !== "string" || !id) throw otherShape("task_id", call, server);
    const createdAt = clock.now();
    const record = { id, kind, createdAt, ...factsOf(request) };
    if (isListed(kind)) remember(engine, id);
    return taskFrom(engine.connection, record, createdAt, Boolean(request.callback_url));
  } catch (error) {
    if (!(error instanceof MiniMaxError) || isRateLimit(error) || certainlyNotSent(error) || clearlyRefused(error))
      throw error;
    const fingerprint = await fingerprintOf(request);
    throw new SubmissionUnknownError(
      `It is not known whether the video was accepted. ${error.message}. ${howToKnow(kind)}`,
      {
        kind,
        ...factsOf(request),
        submittedAt,
        fingerprint,
        operation: call.operation,
        server: server.baseUrl,
        cause: error,
      },
    );
  }
}

/** So many, so that a process that runs for months does not grow by them. */
const REMEMBERED = 10_000;

/** What a create has made cannot be what another one has made whose reply was lost. */
function remember({ made }: Engine, id: string): void {
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
