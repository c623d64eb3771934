import { ConnectionError, MiniMaxError } from "../base/errors.js";
import { batch } from "./batch.js";
import type { CommandName, Parsed } from "./command-options.js";
import { completion } from "./completion.js";
import { contract } from "./contract.js";
import { doctor } from "./doctor.js";
import { messageOf } from "./format-text.js";
import { check, demo, generate, template } from "./generate.js";
import { fitted, helpFor, isTopic, version, widthOf } from "./help.js";
import { tasks } from "./journal.js";
import { listen, mock } from "./local-servers.js";
import { mcp } from "./mcp.js";
import { models } from "./models.js";
import { commandIn, parse, unknownCommand } from "./parse-command-line.js";
import { EXIT, exitCodeOf, type Io, plain, printJson, Unfinished, UsageError } from "./process.js";
import { viaProxy } from "./proxy.js";
import { disconnect } from "./redis-url.js";
import { resume } from "./resume.js";
import { cancelTask, deleteFile, deleteTask, getFile, listFiles, listServiceTasks, uploadFile } from "./service.js";
import { task } from "./task.js";
import { worker } from "./worker.js";

const COMMANDS: { [Name in CommandName]: (typed: Parsed<Name>, io: Io) => Promise<number> } = {
  generate,
  template,
  task,
  tasks,
  "tasks list": listServiceTasks,
  "tasks cancel": cancelTask,
  "tasks delete": deleteTask,
  resume,
  batch,
  worker,
  check,
  models,
  "files upload": uploadFile,
  "files list": listFiles,
  "files get": getFile,
  "files delete": deleteFile,
  mock,
  listen,
  contract,
  doctor,
  mcp,
  completion,
  demo,
};

/** Runs the program once and returns its exit code. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const { command, args, words: typed } = commandIn(argv);
  try {
    if (words.includes("--help") || words.includes("-h") || typed[0] === "help") {
      io.stdout.write(fitted(await helpFor(words.find(isTopic), words.includes("--all")), widthOf(io)));
      return EXIT.done;
    }
    if (words.includes("--version") || typed[0] === "version" || /^-v$/i.test(words[0] ?? "")) {
      io.stdout.write(`${await version()}\n`);
      return EXIT.done;
    }
    if (!command) throw unknownCommand(typed);
    // Each command takes what its own options and arguments are parsed to.
    return await COMMANDS[command](parse(command, args) as never, io);
  } catch (error) {
    const [topic = ""] = command ? [command] : typed.slice(0, 1).filter(isTopic);
    const help = `minimax-video ${topic ? `${topic} ` : ""}--help`;
    const isLost = Object(error).syscall === "uv_cwd";
    const shown = isLost ? new UsageError("The current folder has been deleted: change to another one") : error;
    return printError(shown, io, { json: words.includes("--json"), help });
  } finally {
    disconnect(io);
  }
}

/** Prints an error and what to do about it; with `json` on stdout, as an object. Returns the exit code. */
function printError(thrown: unknown, io: Io, { json, help }: { json: boolean; help: string }): number {
  const { error, goOn } = thrown instanceof Unfinished ? thrown : { error: thrown };
  const exitCode = exitCodeOf(error);
  const known = error instanceof MiniMaxError;
  const message = messageOf(error) + (error instanceof ConnectionError ? viaProxy(error.server, io.env) : "");
  if (json) {
    const name = error instanceof Error ? error.name : "Error";
    // The own fields of our errors are safe to print. `cause` is not enumerable, so it is left out.
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
