import { MiniMaxError } from "../base/errors.js";

/** The exit codes that scripts rely on. 2: what was refused was not sent. 6 and 7: there is a task to continue with. */
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
