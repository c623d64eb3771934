import type { Io } from "./io.js";
import { plain } from "./io.js";

/** What a user sees while a command runs. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /**
   * Shows the current step. A terminal has one line that is rewritten, with the seconds since the first step; elsewhere each new
   * `step` is one line, so that logs stay short.
   */
  now(step: string, text?: string): void;
  /** Ends the rewritten line. */
  end(): void;
}

/** Prints nothing, for --quiet. */
const silent: Progress = { say() {}, now() {}, end() {} };

/** Progress on stderr, for a terminal or a log. */
export function progressOn(io: Io, { quiet = false }: { quiet?: boolean | undefined }): Progress {
  if (quiet) return silent;
  return io.isTTY ? onTerminal(io) : asLines(io);
}

function asLines({ stderr }: Io): Progress {
  const elapsed = stopwatch();
  let last: string | undefined;
  return {
    say: (line) => stderr.write(`${plain(line)}\n`),
    now(step, text = step) {
      if (step === last) return;
      last = step;
      stderr.write(`${elapsed()}  ${plain(text)}\n`);
    },
    end() {},
  };
}

const CLEAR = "\r\x1b[2K";

function onTerminal({ stderr, columns }: Io): Progress {
  const elapsed = stopwatch();
  let text: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    if (text === undefined) return;
    // A wrapped line could not be rewritten.
    stderr.write(`${CLEAR}${`${elapsed()}  ${text}`.slice(0, (columns?.() || 80) - 1)}`);
  };
  return {
    say(line) {
      stderr.write(`${text === undefined ? "" : CLEAR}${plain(line)}\n`);
      draw();
    },
    now(step, detail = step) {
      text = plain(detail);
      timer ??= setInterval(draw, 1000).unref();
      draw();
    },
    end() {
      if (text !== undefined) stderr.write(CLEAR);
      clearInterval(timer);
      text = timer = undefined;
    },
  };
}

/** Seconds since the first call, right-aligned. */
function stopwatch(): () => string {
  let start: number | undefined;
  return () => {
    start ??= Date.now();
    return `${Math.round((Date.now() - start) / 1000)} s`.padStart(6);
  };
}

/**
 * The progress of several tasks at once. A terminal has one line with the number of tasks in each step; elsewhere each step of
 * each task is one line.
 */
export function multiProgressOn(progress: Progress, { isTTY }: { isTTY: boolean }): (name: string) => Progress {
  const steps = new Map<string, string>();

  function summary(): string {
    const counts = new Map<string, number>();
    for (const step of steps.values()) counts.set(step, (counts.get(step) ?? 0) + 1);
    const parts = [...counts].map(([step, count]) => `${count} ${step}`);
    return `${steps.size} ${steps.size === 1 ? "task" : "tasks"}: ${parts.join(", ")}`;
  }

  return (name) => ({
    say: progress.say,
    now(step, text = step) {
      const isNew = steps.get(name) !== step;
      steps.set(name, step);
      if (isTTY) progress.now("", summary());
      else if (isNew) progress.now(`${name} ${step}`, `${name}  ${text}`);
    },
    end() {
      steps.delete(name);
      if (steps.size === 0) progress.end();
      else if (isTTY) progress.now("", summary());
    },
  });
}
