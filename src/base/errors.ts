import type { ErrorKind } from "../generated/codes.js";
import type { Issue } from "./check-result.js";
import { defined } from "./record.js";
import type { ExpandedPrompt, Task, TaskKind, Video } from "./task.js";

/** Facts that any error may carry. Unknown ones are absent. */
export interface ErrorFacts {
  /** The operationId of the operation that failed, such as `videoGeneration`. */
  operation?: string | undefined;
  /** Base URL of the server. */
  server?: string | undefined;
  taskId?: string | undefined;
  fileId?: string | undefined;
  /** A handle to wait for again, in this process or (as JSON) in another. */
  task?: Task<Video | ExpandedPrompt> | undefined;
  cause?: unknown;
}

/** The base of every error that this library throws, except the caller's own `signal.reason`. */
export class MiniMaxError extends Error {
  declare readonly operation?: string;
  declare readonly server?: string;
  declare readonly taskId?: string;
  declare readonly fileId?: string;
  declare readonly task?: Task<Video | ExpandedPrompt>;

  override get name(): string {
    return "MiniMaxError";
  }

  constructor(message: string, { cause, ...facts }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    assignKnown(this, { taskId: facts.task?.id, ...facts });
  }
}

/** The request was refused before anything was sent, so nothing was paid. `issues` holds every reason. */
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

/** A refusal for one reason. The rule has the name of the path. */
export function invalid(what: string, path: string, message: string): ValidationError {
  return new ValidationError(what, [{ path, rule: path, severity: "error", message }]);
}

/** The facts of a refusal by the service. */
export interface ApiFacts extends ErrorFacts {
  /** What kind of problem it is, so that no list of codes is needed. */
  kind: ErrorKind;
  /** Whether the same call may succeed later. For a create, it does not say whether it was accepted. */
  retryable: boolean;
  /** HTTP status. */
  status: number;
  /** `base_resp.status_code`. Absent if the reply was not JSON of this API. */
  code?: number | undefined;
  /** The service's id of this exchange, for its support team. */
  requestId?: string | undefined;
  /** Milliseconds the service asked to wait (`Retry-After`). */
  retryAfter?: number | undefined;
}

/** The service replied, but not with a success: a `base_resp` code, an HTTP error, or a reply that is not one of this API. */
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

/** There was no reply: the connection failed, broke or took too long. */
export class ConnectionError extends MiniMaxError {
  override get name() {
    return "ConnectionError" as const;
  }
  /** "no" only if nothing can have reached the service (name not found, refused, no TLS, connect time-out). */
  readonly sent: "no" | "maybe";

  constructor(message: string, { sent, ...facts }: ErrorFacts & { sent: "no" | "maybe" }) {
    super(message, facts);
    this.sent = sent;
  }
}

/** The facts of a create with an unknown outcome. */
export interface SubmissionFacts extends ErrorFacts {
  submittedAt: number;
  fingerprint?: string | undefined;
  kind?: TaskKind | undefined;
  model?: string | undefined;
  duration?: number | undefined;
  resolution?: string | undefined;
}

/**
 * A create was sent, and its outcome is unknown: a paid task may exist whose id was lost. It was not sent again. Do not send it
 * again before you know.
 */
export class SubmissionUnknownError extends MiniMaxError {
  override get name() {
    return "SubmissionUnknownError" as const;
  }
  /** When the request was sent, milliseconds since 1970. */
  readonly submittedAt: number;
  /** Identifies the request without revealing it. Absent without WebCrypto. */
  declare readonly fingerprint?: string;
  /** The part of the request that a list of tasks contains, see `videos.reconcile`. */
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

/** The service accepted the task, but it failed. `code` 1026 or 1027: the input or output was judged sensitive. */
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

/** The wait timed out. The task goes on: wait for `task` again. */
export class WaitTimeoutError extends MiniMaxError {
  override get name() {
    return "WaitTimeoutError" as const;
  }
}

/** The finished video could not be downloaded or saved. It is still available: try again. */
export class DownloadError extends MiniMaxError {
  override get name() {
    return "DownloadError" as const;
  }
  /** HTTP status of the download host, if it replied. */
  declare readonly status?: number;

  constructor(message: string, { status, ...facts }: ErrorFacts & { status?: number | undefined } = {}) {
    super(message, facts);
    assignKnown(this, { status });
  }
}

/** A receiver of callbacks, or its URL, is configured in an insecure way. The message never contains a secret. */
export class WebhookError extends MiniMaxError {
  override get name() {
    return "WebhookError" as const;
  }
}

/**
 * Adds facts to an error of this library. Facts that the error has already are kept: it may be the reason of a caller's abort,
 * and concern another task.
 */
export function withFacts<T>(error: T, { task, taskId, fileId }: Pick<ErrorFacts, "task" | "taskId" | "fileId">): T {
  if (!(error instanceof MiniMaxError)) return error;
  if (!error.task && (error.taskId === undefined || error.taskId === taskId)) assignKnown(error, { task, taskId });
  if (error.fileId === undefined) assignKnown(error, { fileId });
  return error;
}

/**
 * Calls a function of the user. A promise that it returns is not awaited.
 * @throws {MiniMaxError} with the task, if the function throws.
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
    const about = taskId === undefined ? "" : `; task ${taskId} is not affected, continue with error.task`;
    throw new MiniMaxError(`${name} threw an error, see its cause${about}`, { task, taskId, fileId, cause });
  }
}

/** Unknown facts are left out, because errors print their own properties. */
function assignKnown(error: MiniMaxError, facts: object): void {
  Object.assign(error, defined(facts));
}
