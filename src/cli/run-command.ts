import { MiniMaxError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { check } from "./check.js";
import { type CommandName, OPTIONS } from "./command-options.js";
import { contract } from "./contract.js";
import { demo } from "./demo.js";
import { EXIT, exitCodeOf, Unfinished, UsageError } from "./exit-codes.js";
import { files } from "./files.js";
import { messageOf } from "./format-text.js";
import { generate } from "./generate.js";
import { helpFor, isCommand, version } from "./help.js";
import type { Io } from "./io.js";
import { plain, printJson } from "./io.js";
import { listen } from "./listen.js";
import { mock } from "./mock.js";
import { resume } from "./resume.js";
import { task } from "./task.js";
import { tasks } from "./tasks.js";
import { template } from "./template.js";

const COMMANDS: Record<CommandName, (args: readonly string[], io: Io) => Promise<number>> = {
  generate,
  template,
  task,
  tasks,
  resume,
  check,
  files,
  mock,
  listen,
  contract,
  demo,
};

/** Runs the program once and returns its exit code. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [first = "", ...args] = argv;
  const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const command = isCommand(first) ? first : undefined;
  try {
    if (words.includes("--help") || words.includes("-h") || first === "help") {
      const topic = command ?? args.find(isCommand);
      io.stdout.write(await helpFor(topic));
      return EXIT.done;
    }
    if (first === "--version") {
      io.stdout.write(`${await version()}\n`);
      return EXIT.done;
    }
    if (!command) throw unknownCommand(first);
    return await COMMANDS[command](args, io);
  } catch (error) {
    const help = `minimax-video ${command ? `${command} ` : ""}--help`;
    return printError(error, io, { json: words.includes("--json"), help });
  }
}

function unknownCommand(word: string): UsageError {
  const known = Object.keys(OPTIONS);
  if (!word) return new UsageError(`Choose a command: ${known.join(", ")}`);
  // It may be a prompt, which must not be repeated.
  if (/\s/.test(word))
    return new UsageError("Put the prompt after the command: minimax-video generate 'a red fox runs'");
  const close = nearest(word, known);
  return new UsageError(
    `Unknown command ${word}; ${close ? `did you mean ${close}?` : `choose one of ${known.join(", ")}`}`,
  );
}

/** Prints an error and what to do about it; with `json` on stdout, as an object. Returns the exit code. */
function printError(thrown: unknown, io: Io, { json, help }: { json: boolean; help: string }): number {
  const { error, goOn } = thrown instanceof Unfinished ? thrown : { error: thrown };
  const exitCode = exitCodeOf(error);
  const known = error instanceof MiniMaxError;
  const message = messageOf(error);
  if (json) {
    const name = error instanceof Error ? error.name : "Error";
    // The own fields of our errors are safe to print. Their cause is not among them.
    const facts = known ? { ...error } : {};
    printJson(io, { error: { name, message, ...facts, ...(goOn ? { goOn } : {}) }, exitCode });
    return exitCode;
  }
  // With --quiet, nothing else names the task.
  const about = known && error.taskId && !message.includes(error.taskId) ? `Task ${error.taskId}: ` : "";
  io.stderr.write(`${exitCode === EXIT.unexpected ? "Unexpected error: " : ""}${plain(about + message)}\n`);
  if (goOn) io.stderr.write(`Continue with:\n  ${plain(goOn)}\n`);
  if (exitCode === EXIT.refusedHere) io.stderr.write(`More: ${help}\n`);
  return exitCode;
}
