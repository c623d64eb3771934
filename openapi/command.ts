/** Shared by the commands of this folder: process, Ctrl-C, options, and exit codes. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Io as WholeIo } from "../src/cli/process.js";
import { plain } from "../src/cli/process.js";
import { Refusal } from "./documents.js";

export type Io = Pick<WholeIo, "stdin" | "stdout" | "stderr">;

/** 1 means that something was found, 2 that the command could not run, so that CI can tell them apart. */
export const EXIT = { fine: 0, found: 1, impossible: 2, interrupted: 130 } as const;

/** Runs a command with this process's arguments if Node was started with its module. */
export async function runIfMain(module: string, run: (args: string[], io: Io) => Promise<number>): Promise<void> {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(module)) return;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => process.exit(EXIT.interrupted));
  // The reader, such as `head`, has closed the pipe.
  process.stdout.on("error", () => process.exit());
  process.exitCode = await guarded(() => run(process.argv.slice(2), process), process);
  process.stdin.destroy();
}

/** Parses the options and arguments of a command line. Throws a {@link Refusal} for an unknown option. */
export function optionsFrom<Options extends NonNullable<ParseArgsConfig["options"]>>(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // The rest of Node's message explains positional arguments, which does not help here.
    const [problem] = String(error instanceof Error ? error.message : error).split(/\.\s/);
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new Refusal(`${problem}. The options are ${names.join(", ") || "none"}.`);
  }
}

/** Returns the exit code of `run`. Prints an error that it throws on stderr. */
export async function guarded(run: () => Promise<number>, { stderr }: Pick<Io, "stderr">): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const expected = error instanceof Refusal;
    const text = error instanceof Error ? (expected ? error.message : error.stack) : String(error);
    stderr.write(`${expected ? "" : "Unexpected error: "}${plain(text ?? "")}\n`);
    return EXIT.impossible;
  }
}
