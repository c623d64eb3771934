/** How a command sees its process: streams, environment, Ctrl-C, errors and exit codes. */
import { once } from "node:events";
import { DownloadError, MiniMaxError } from "../base/errors.js";

type Written = (error?: NodeJS.ErrnoException | null) => void;

/** A stream to write to, or its stand-in in a test. */
export interface Output {
  write(text: string | Uint8Array, written?: Written): unknown;
  isTTY?: boolean;
}

/** What a command sees of its process. */
export interface Io {
  stdin: AsyncIterable<Uint8Array | string>;
  /** For the result only, so that `$(minimax-video …)` works. */
  stdout: Output;
  /** For everything meant for people. */
  stderr: Output;
  env: Record<string, string | undefined>;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  /** Whether stderr is a terminal, where a line can be rewritten. */
  isTTY: boolean;
  /** Width of that terminal in characters. Default 80. */
  columns?: () => number | undefined;
}

/** Removes control characters. The words of the service must not control the terminal. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, "");
}

/** Whether to use colours on stdout: FORCE_COLOR and NO_COLOR decide, otherwise whether it is a terminal. */
export function hasColor({ stdout, env }: Pick<Io, "stdout" | "env">): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM } = env;
  if (forced !== undefined) return !/^(0|false)$/.test(forced);
  return !refused && TERM !== "dumb" && stdout.isTTY === true;
}

/** Writes bytes to stdout, no faster than its reader takes them. @throws {DownloadError} if it has stopped, or the disk is full */
export async function writeBytes(chunks: AsyncIterable<Uint8Array>, { stdout }: Pick<Io, "stdout">): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) {
    const cause = await new Promise<Parameters<Written>[0]>((written) => stdout.write(chunk, written));
    if (cause) throw new DownloadError(`stdout cannot be written (${cause.code})`, { cause });
    bytes += chunk.length;
  }
  return bytes;
}

export const aborted = async (signal: AbortSignal) => signal.aborted || once(signal, "abort");

export function printJson({ stdout }: Pick<Io, "stdout">, value: object): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** The command line cannot be run as written. Nothing was sent. */
export class UsageError extends MiniMaxError {
  override get name() {
    return "UsageError" as const;
  }
}

/** The command was stopped with Ctrl-C. The message says what happened to the request or the task. */
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

/** Waits for a step. @throws {Interrupted} on Ctrl-C, with `fate` at the end of its message. */
export function orInterrupted<T>({ signal }: Pick<Io, "signal">, fate: string, step: Promise<T>): Promise<T> {
  return step.catch((cause) => {
    throw signal.aborted && cause === signal.reason ? new Interrupted(`Stopped. ${fate}`.trimEnd(), { cause }) : cause;
  });
}

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

export function exitCodeOf(error: unknown): number {
  return error instanceof MiniMaxError ? (BY_NAME[error.name] ?? EXIT.unexpected) : EXIT.unexpected;
}
