// biome-ignore-all lint/complexity/noUselessConstructor: each names the fields that its class takes
import type { ErrorKind } from "../generated/codes.js";
import { type Issue, refusal } from "./check-result.js";
import { defined } from "./record.js";
import type { ExpandedPrompt, Task, TaskKind, Video } from "./task.js";

/** The fields of an error, as its constructor takes them. Unknown ones are absent. */
type FactsOf<Failure extends Error> = Omit<Failure, "name" | "message" | "stack">;

/** The facts that a {@link MiniMaxError} carries, as its constructor takes them. */
export type ErrorFacts = FactsOf<MiniMaxError>;

/** The base of every error that this library throws, except the caller's own `signal.reason`. */
export class MiniMaxError extends Error {
  /** The operationId of the operation that failed, such as `videoGeneration`. */
  declare readonly operation?: string | undefined;
  /** Base URL of the server. */
  declare readonly server?: string | undefined;
  /** The id of the task that the call was about, if known. */
  declare readonly taskId?: string | undefined;
  /** The id of the file that the call was about, if known. */
  declare readonly fileId?: string | undefined;
  /** The handle of the task: wait for it again, in this process or (as JSON) in another. */
  declare readonly task?: Task<Video | ExpandedPrompt> | undefined;

  /** The name of the class. Unlike `instanceof`, it also recognises errors of another copy of this package. */
  override get name(): string {
    return "MiniMaxError";
  }

  constructor(message: string, { cause, ...facts }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    // Leaves out unknown facts, because a printed error shows all of its own properties.
    Object.assign(this, defined({ taskId: facts.task?.id, ...facts }));
  }
}

/** The request was refused before all of it was sent, so nothing was charged. Correct it: `issues` has every reason. */
export class ValidationError extends MiniMaxError {
  override get name() {
    return "ValidationError" as const;
  }
  /** Every reason for the refusal, and any warnings of the check. */
  readonly issues: Issue[];

  constructor(what: string, issues: Issue[], facts?: ErrorFacts) {
    const errors = issues.filter(({ severity }) => severity === "error");
    const lines = errors.map(({ path, message }) => (path ? `  ${path}: ${message}` : `  ${message}`));
    super([what, ...lines].join("\n"), facts);
    this.issues = issues;
  }
}

/** Creates a `ValidationError` with one issue. Its rule has the same name as its path. */
export function invalid(what: string, path: string, message: string): ValidationError {
  return new ValidationError(what, [refusal(path, path, message)]);
}

/** The facts that an {@link ApiError} carries, as its constructor takes them. */
export type ApiFacts = FactsOf<ApiError>;

/** The service refused the call, or its reply does not belong to this API. `kind` says why, `retryable` whether to try again. */
export class ApiError extends MiniMaxError {
  override get name() {
    return "ApiError" as const;
  }
  /** What kind of problem it is, so that you need no list of codes. */
  declare readonly kind: ErrorKind;
  /** Whether the same call may succeed later. For a create, this does not say whether it was accepted. */
  declare readonly retryable: boolean;
  /** HTTP status. */
  declare readonly status: number;
  /** `base_resp.status_code`. Absent if the reply was not JSON of this API. */
  declare readonly code?: number | undefined;
  /** The service's id of this exchange, to quote to its support team. */
  declare readonly requestId?: string | undefined;
  /** Milliseconds the service asked to wait (`Retry-After`). */
  declare readonly retryAfter?: number | undefined;

  constructor(message: string, facts: ApiFacts) {
    super(message, facts);
  }
}

/** No reply arrived: the connection failed, broke off or took too long. Try again. `sent` is "no" only if nothing can have arrived. */
export class ConnectionError extends MiniMaxError {
  override get name() {
    return "ConnectionError" as const;
  }
  /** "no" only if nothing can have reached the service (name not found, refused, no TLS, connect time-out). */
  declare readonly sent: "no" | "maybe";

  constructor(message: string, facts: FactsOf<ConnectionError>) {
    super(message, facts);
  }
}

/** The facts that a {@link SubmissionUnknownError} carries, as its constructor takes them. */
export type SubmissionFacts = FactsOf<SubmissionUnknownError>;

/**
 * A create was sent, and its outcome is unknown: a paid task may exist. Do not send it again before you know: call
 * `error.task.wait()` if the reply named a task, or `videos.reconcile(error)`, or look at the vendor's console.
 */
export class SubmissionUnknownError extends MiniMaxError {
  override get name() {
    return "SubmissionUnknownError" as const;
  }
  /** When the request was sent, milliseconds since 1970. */
  declare readonly submittedAt: number;
  /** The id of the request's `callback_url`, if `webhookUrl` made it: a callback to that URL names the task. */
  declare readonly callback?: string | undefined;
  /** Identifies the request without revealing it. Absent without WebCrypto. */
  declare readonly fingerprint?: string | undefined;
  /** Which create was called. `videos.reconcile` searches the list of tasks by this and the next three fields. */
  declare readonly kind?: TaskKind | undefined;
  /** The model that the request named. */
  declare readonly model?: string | undefined;
  /** Seconds of video, if the request named them. */
  declare readonly duration?: number | undefined;
  /** The resolution, if the request named one. */
  declare readonly resolution?: string | undefined;

  constructor(message: string, facts: SubmissionFacts) {
    super(message, facts);
  }
}

/** The service accepted the task, but it failed. Change the input if `kind` is "content_rejected" (1026, 1027). */
export class TaskFailedError extends MiniMaxError {
  override get name() {
    return "TaskFailedError" as const;
  }
  /** What kind of problem ended the task: `content_rejected` if its input or output was judged sensitive. */
  declare readonly kind: ErrorKind;
  /** The code that the service gave as the reason. Absent if it gave none. */
  declare readonly code?: number | undefined;

  constructor(message: string, facts: FactsOf<TaskFailedError>) {
    super(message, facts);
  }
}

/** The wait timed out, but the task continues. Call `error.task.wait()` again at any time. */
export class WaitTimeoutError extends MiniMaxError {
  override get name() {
    return "WaitTimeoutError" as const;
  }
}

/** The finished video could not be downloaded or saved. It still exists: call `saveVideo` again. */
export class DownloadError extends MiniMaxError {
  override get name() {
    return "DownloadError" as const;
  }
  /** HTTP status of the download host, if it replied. */
  declare readonly status?: number | undefined;

  constructor(message: string, facts?: FactsOf<DownloadError>) {
    super(message, facts);
  }
}

/** A receiver of callbacks, or its URL, is not safe. Use a secret of at least 32 characters and an http(s) URL. */
export class WebhookError extends MiniMaxError {
  override get name() {
    return "WebhookError" as const;
  }
}

/** What an error is about. */
export type Subject = Pick<ErrorFacts, "task" | "taskId" | "fileId">;

/** Adds facts to an error of this library. Keeps its own, because it may be the caller's abort reason and concern another task. */
export function withFacts<T>(error: T, { task, taskId, fileId }: Subject): T {
  if (!(error instanceof MiniMaxError)) return error;
  if (!error.task && (error.taskId ?? taskId) === taskId) Object.assign(error, defined({ task, taskId }));
  if (error.fileId === undefined) Object.assign(error, defined({ fileId }));
  return error;
}

/** Calls a function of the user without awaiting it. @throws {MiniMaxError} with the task if it throws. */
export function callUser(name: string, call: () => unknown, facts: Subject): void {
  try {
    const result = call();
    if (result) Promise.resolve(result).catch(() => {});
  } catch (cause) {
    const { task, taskId = task?.id, fileId } = facts;
    const about = taskId === undefined ? "" : `; task ${taskId} is not affected, continue with error.task`;
    throw new MiniMaxError(`${name} threw an error, see its cause${about}`, { task, taskId, fileId, cause });
  }
}

/** Calls a function of the user. If it throws or rejects, only `onError` is told. */
export function callSafely(call: () => unknown, onError: (error: unknown) => void = () => {}): void {
  (async () => call())().catch(onError);
}

/** Ends a text with exactly one full stop, so that another sentence can follow. */
export const sentence = (words: string): string => words.replace(/\.?$/, ".");
