import { counted, grouped } from "../contract/report-outcome.js";
import { shareText } from "./format-text.js";
import { type Io, plain } from "./process.js";

/** What a user sees while a command runs. */
export interface Progress {
  say(line: string): void;
  /**
   * Shows the current step. A terminal has one line that is rewritten, with the seconds since the first step; elsewhere each new
   * `step` is one line, so that logs stay short.
   */
  now(step: string, text?: string): void;
  /** Clears the rewritten line. */
  end(): void;
}

export const SILENT: Progress = { say() {}, now() {}, end() {} };

export function sharesOn({ now }: Progress, step: string) {
  now(step);
  return (share: { bytes: number; total?: number }) => now(step, shareText(step, share));
}

const CLEAR = "\r\x1b[2K";

/** Progress on stderr, for a terminal or a log. Prints nothing if `quiet`. */
export function progressOn({ stderr, isTTY, columns }: Io, { quiet }: { quiet?: boolean | undefined }): Progress {
  if (quiet) return SILENT;
  let start: number | undefined;
  let last: string | undefined;
  let line: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const timed = (text: string) => {
    start ??= Date.now();
    return `${`${Math.round((Date.now() - start) / 1000)} s`.padStart(6)}  ${text}`;
  };
  const draw = () => {
    // A wrapped line could not be rewritten.
    if (line !== undefined) stderr.write(`${CLEAR}${timed(line).slice(0, (columns?.() || 80) - 1)}`);
  };
  return {
    say(text) {
      stderr.write(`${line === undefined ? "" : CLEAR}${plain(text)}\n`);
      draw();
    },
    now(step, text = step) {
      if (isTTY) {
        line = plain(text);
        timer ??= setInterval(draw, 1000).unref();
        draw();
      } else if (step !== last) stderr.write(`${timed(plain(text))}\n`);
      last = step;
    },
    end() {
      if (line !== undefined) stderr.write(CLEAR);
      clearInterval(timer);
      line = timer = undefined;
    },
  };
}

/** The progress of several tasks. A terminal has a line with the number of tasks in each step; a log has a line for each change. */
export function multiProgressOn(progress: Progress, { isTTY }: Io): (name: string) => Progress {
  const steps = new Map<string, string>();
  const show = (change: string) => {
    const counts = grouped([...steps.values()], (step) => step).map(([step, all]) => `${all.length} ${step}`);
    progress.now(change, isTTY ? `${counted(steps.size, "task")}: ${counts.join(", ")}` : change);
  };
  return (name) => ({
    say: progress.say,
    now(step) {
      if (steps.get(name) === step) return;
      steps.set(name, step);
      show(`${name}  ${step}`);
    },
    end() {
      steps.delete(name);
      if (steps.size === 0) progress.end();
      else if (isTTY) show(name);
    },
  });
}
