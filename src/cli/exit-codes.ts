import { MiniMaxError } from "../base/errors.js";
import type { Io } from "./io.js";

/** The exit codes that scripts rely on. After 2 nothing was sent; after 6 and 7 there is a task to continue with. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  contractBroken: 1,
  refusedHere: 2,
  refusedByService: 3,
  taskFailed: 4,
  outcomeUnknown: 5,
  waitTimedOut: 6,
  notSaved: 7,
  unreachable: 8,
  interrupted: 130,
} as const;

/** The command line cannot be run as written. Nothing was sent. */
export class UsageError extends MiniMaxError {
  override get name() {
    return "UsageError" as const;
  }
}

/** Ctrl-C. The message says what it leaves behind. */
export class Interrupted extends MiniMaxError {
  override get name() {
    return "Interrupted" as const;
  }
}

/** An error that left a task behind, with the command that continues with it, if any. */
export class Unfinished extends Error {
  constructor(
    readonly error: unknown,
    readonly goOn: string | undefined,
  ) {
    super("unfinished", { cause: error });
  }
}

const BY_NAME: Record<string, number> = {
  JournalError: EXIT.refusedHere,
  UsageError: EXIT.refusedHere,
  ValidationError: EXIT.refusedHere,
  WebhookError: EXIT.refusedHere,
  ApiError: EXIT.refusedByService,
  TaskFailedError: EXIT.taskFailed,
  SubmissionUnknownError: EXIT.outcomeUnknown,
  WaitTimeoutError: EXIT.waitTimedOut,
  DownloadError: EXIT.notSaved,
  ConnectionError: EXIT.unreachable,
  Interrupted: EXIT.interrupted,
};

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof MiniMaxError ? (BY_NAME[error.name] ?? EXIT.unexpected) : EXIT.unexpected;
}

/** Waits for a step. @throws {Interrupted} on Ctrl-C, with what that leaves behind. */
export function orInterrupted<T>({ signal }: Pick<Io, "signal">, fate: string, step: Promise<T>): Promise<T> {
  return step.catch((cause) => {
    throw signal.aborted && cause === signal.reason ? new Interrupted(`Stopped. ${fate}`.trimEnd(), { cause }) : cause;
  });
}
