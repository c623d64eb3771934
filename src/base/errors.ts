import type { ErrorKind } from "../generated/codes.js";
import type { Issue } from "./check-result.js";
import type { TaskKind, VideoTask } from "./task.js";

/** Facts that any error may carry; what is not known is absent. */
export interface ErrorFacts {
  /** The operation that failed, by its operationId in the spec, such as `videoGeneration`. */
  operation?: string | undefined;
  /** Base URL of the server that was asked. */
  server?: string | undefined;
  taskId?: string | undefined;
  fileId?: string | undefined;
  /** A handle that can be waited on again, in this process or (as JSON) in another. */
  task?: VideoTask | undefined;
  cause?: unknown;
}

/** Base of every error this library throws, except the caller's own `signal.reason`, which passes through untouched. */
export class MiniMaxError extends Error {
  declare readonly operation?: string;
  declare readonly server?: string;
  declare readonly taskId?: string;
  declare readonly fileId?: string;
  declare readonly task?: VideoTask;

  override get name(): string {
    return "MiniMaxError";
  }

  constructor(message: string, { cause, ...facts }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    assignKnown(this, { taskId: facts.task?.id, ...facts });
  }
}

/** The request was refused here, before anything was sent: nothing was paid. `issues` holds every reason at once. */
export class ValidationError extends MiniMaxError {
  override get name() {
    return "ValidationError" as const;
  }
  readonly issues: Issue[];

  constructor(what: string, issues: Issue[], facts?: ErrorFacts) {
    const errors = issues.filter(({ severity }) => severity === "error");
    super(
      [what, ...errors.map(({ path, message }) => (path ? `  ${path}: ${message}` : `  ${message}`))].join("\n"),
      facts,
    );
    this.issues = issues;
  }
}

/** The refusal of one thing by one rule, which has its name. */
export function invalid(what: string, path: string, message: string): ValidationError {
  return new ValidationError(what, [{ path, rule: path, severity: "error", message }]);
}

/** What a refusal by the service is made of. */
export interface ApiFacts extends ErrorFacts {
  /** Whose turn it is; decides what to do without a list of codes. */
  kind: ErrorKind;
  /** Whether the same call may work later. Says nothing about a create, which may have been accepted all the same. */
  retryable: boolean;
  /** HTTP status. */
  status: number;
  /** `base_resp.status_code`; absent when the answer was no JSON of this API. */
  code?: number | undefined;
  /** The service's id of this exchange, for its support. */
  requestId?: string | undefined;
  /** Milliseconds the service asked to wait (`Retry-After`). */
  retryAfter?: number | undefined;
}

/** The service answered, and the answer was no success: a `base_resp` code, an HTTP error, or something that is no answer. */
export class ApiError extends MiniMaxError {
  override get name() {
    return "ApiError" as const;
  }
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly status: number;
  declare readonly code?: number;
  declare readonly requestId?: string;
  declare readonly retryAfter?: number;

  constructor(message: string, { kind, retryable, status, code, requestId, retryAfter, ...facts }: ApiFacts) {
    super(message, facts);
    this.kind = kind;
    this.retryable = retryable;
    this.status = status;
    assignKnown(this, { code, requestId, retryAfter });
  }
}

/** No answer: the connection failed, broke or took too long. */
export class ConnectionError extends MiniMaxError {
  override get name() {
    return "ConnectionError" as const;
  }
  /** "no" only where it is certain that nothing reached the service (name not found, refused, no TLS, connect time-out). */
  readonly sent: "no" | "maybe";

  constructor(message: string, { sent, ...facts }: ErrorFacts & { sent: "no" | "maybe" }) {
    super(message, facts);
    this.sent = sent;
  }
}

/** What is known of a create whose outcome is open. */
export interface SubmissionFacts extends ErrorFacts {
  submittedAt: number;
  fingerprint?: string | undefined;
  kind?: TaskKind | undefined;
  model?: string | undefined;
  duration?: number | undefined;
  resolution?: string | undefined;
}

/** A create went out and its outcome is open: a paid task may exist whose id was lost. It was not, and must not be, sent again blindly. */
export class SubmissionUnknownError extends MiniMaxError {
  override get name() {
    return "SubmissionUnknownError" as const;
  }
  /** When the request was sent, milliseconds since 1970. */
  readonly submittedAt: number;
  /** Tells one request from another without showing it; the same request has it again. Absent without WebCrypto. */
  declare readonly fingerprint?: string;
  /** What was asked for, as far as a list of tasks would tell it: see `videos.reconcile`. */
  declare readonly kind?: TaskKind;
  declare readonly model?: string;
  declare readonly duration?: number;
  declare readonly resolution?: string;

  constructor(message: string, { submittedAt, ...facts }: SubmissionFacts) {
    const { fingerprint, kind, model, duration, resolution, ...others } = facts;
    super(message, others);
    this.submittedAt = submittedAt;
    assignKnown(this, { fingerprint, kind, model, duration, resolution });
  }
}

/** The service took the task and did not finish it. `code` 1026 or 1027 says that input or output were judged sensitive. */
export class TaskFailedError extends MiniMaxError {
  override get name() {
    return "TaskFailedError" as const;
  }
  readonly kind: ErrorKind;
  declare readonly code?: number;

  constructor(message: string, { kind, code, ...facts }: ErrorFacts & { kind: ErrorKind; code?: number | undefined }) {
    super(message, facts);
    this.kind = kind;
    assignKnown(this, { code });
  }
}

/** The wait is over, the task is not: `task` can be waited on again, nothing is lost. */
export class WaitTimeoutError extends MiniMaxError {
  override get name() {
    return "WaitTimeoutError" as const;
  }
}

/** The finished video could not be fetched or saved. The task stays finished; try again. */
export class DownloadError extends MiniMaxError {
  override get name() {
    return "DownloadError" as const;
  }
  /** HTTP status of the download host, where it answered. */
  declare readonly status?: number;

  constructor(message: string, { status, ...facts }: ErrorFacts & { status?: number | undefined } = {}) {
    super(message, facts);
    assignKnown(this, { status });
  }
}

/** A receiver of callbacks, or the address of one, was set up so that it could not be trusted. Says nothing of a secret. */
export class WebhookError extends MiniMaxError {
  override get name() {
    return "WebhookError" as const;
  }
}

/**
 * Adds to an error what is known only further out; whoever catches it can go on. Others pass as they are, and so does what an
 * error knows itself: it may be the reason of a caller's abort, and about another task.
 */
export function withFacts<T>(error: T, { task, taskId, fileId }: Pick<ErrorFacts, "task" | "taskId" | "fileId">): T {
  if (!(error instanceof MiniMaxError)) return error;
  if (!error.task && (error.taskId === undefined || error.taskId === taskId)) assignKnown(error, { task, taskId });
  if (error.fileId === undefined) assignKnown(error, { fileId });
  return error;
}

/**
 * Calls a function of the user's while a task is under way. A promise that it gives is not waited for.
 * @throws {MiniMaxError} with the task, when it throws.
 */
export function callUser(
  name: string,
  call: () => unknown,
  facts: Pick<ErrorFacts, "task" | "taskId" | "fileId">,
): void {
  try {
    const result = call();
    if (result) Promise.resolve(result).catch(() => {});
  } catch (cause) {
    const { task, taskId = task?.id, fileId } = facts;
    const about = taskId === undefined ? "" : `; task ${taskId} is not affected, go on with error.task`;
    throw new MiniMaxError(`${name} threw an error, see its cause${about}`, { task, taskId, fileId, cause });
  }
}

/** An error prints its own properties: what is not known shall not stand there as `undefined`. */
function assignKnown(error: MiniMaxError, facts: object): void {
  Object.assign(error, Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)));
}
