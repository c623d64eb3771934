/** What the commands of this folder have in common: their process, Ctrl-C, and the exit code when they cannot do their work. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Io as WholeIo } from "../src/cli/io.js";
import { plain } from "../src/cli/io.js";
import { DocumentError } from "./compare/resolve.js";

export type Io = Pick<WholeIo, "stdin" | "stdout" | "stderr" | "signal">;

/** 1 is a verdict, 2 the lack of one, so that CI can tell them apart. */
export const EXIT = { fine: 0, found: 1, impossible: 2, interrupted: 130 } as const;

/** It cannot be done as asked; the message says what would be accepted. */
export class Refusal extends Error {}

/** Runs a command in this process: it gets the arguments, and gives the exit code. */
export async function main(run: (args: string[], io: Io) => Promise<number>): Promise<void> {
  const { stdin, stdout, stderr } = process;
  const stop = new AbortController();
  // The command ends in its own time, because it takes back first what it has begun; nothing more is read.
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => {
      stop.abort(new Refusal(name));
      stdin.destroy();
    });
  // Whoever reads it has left, such as `head`.
  stdout.on("error", () => process.exit());
  const code = await guarded(() => run(process.argv.slice(2), { stdin, stdout, stderr, signal: stop.signal }), {
    stderr,
    signal: stop.signal,
  });
  stdin.destroy();
  process.exitCode = code;
}

/** Options and words of a command line; an unknown option is a {@link Refusal}. */
export function optionsFrom<Options extends NonNullable<ParseArgsConfig["options"]>>(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(
      `${error instanceof Error ? error.message : error} There are --${Object.keys(options).join(", --")}.`,
    );
  }
}

/** The exit code of `run`; what it throws is told on stderr. */
export async function guarded(run: () => Promise<number>, { stderr, signal }: Pick<Io, "stderr" | "signal">) {
  try {
    return await run();
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    const expected = error instanceof Refusal || error instanceof DocumentError;
    const told = error instanceof Error ? (expected ? error.message : error.stack) : String(error);
    stderr.write(`${expected ? "" : "Unexpected error: "}${plain(told ?? "")}\n`);
    return EXIT.impossible;
  }
}
