import { type Server, type ServerOption, serverFrom } from "../base/server.js";
import { createClient, type MiniMax } from "../client.js";
import type { Logger } from "../connection.js";
import { type ServerName, type ServerRow, servers } from "../generated/servers.js";
import type { FolderJournal } from "../node/index.js";
import type { Values } from "./command-options.js";
import { UsageError } from "./exit-codes.js";
import type { Io } from "./io.js";
import { type Progress, progressOn } from "./progress.js";

/** The options that every command with a server understands. */
export type SessionValues = Pick<
  Values<"task">,
  "server" | "like" | "json" | "quiet" | "out" | "force" | "journal" | "no-journal"
>;

/** One run of a command against one server. */
export interface Session {
  io: Io;
  json: boolean;
  server: Server;
  minimax: MiniMax;
  /** Where its creates are written down, unless that is switched off. */
  journal: FolderJournal | undefined;
  progress: Progress;
  /** Whether it is a mock of this run's own: free of charge, and gone with it. */
  mock: boolean;
  /** The command that takes a task up again; undefined when the task does not outlive this run. */
  goOn(task: { id: string; kind: string }): string | undefined;
}

/** The server that was asked for, by option or by environment. @throws {UsageError} */
export function serverOption({ server, like }: SessionValues, { env }: Pick<Io, "env">): ServerOption {
  const named = server ?? (env.MINIMAX_SERVER || "global");
  const row: ServerRow | undefined = Object.hasOwn(servers, named) ? servers[named as ServerName] : undefined;
  if (row && !row.baseUrl)
    throw new UsageError(`The host of "${named}" is not published: --server https://<host>/… --like ${named}`);
  if (like === undefined) return named;
  if (row) throw new UsageError(`--like ${like} says which server an address behaves like; "${named}" is no address`);
  if (!Object.hasOwn(servers, like)) throw new UsageError(`--like takes one of ${Object.keys(servers).join(", ")}`);
  return { baseUrl: named, like: like as ServerName };
}

/** A run against the server of the options. Contacts nobody. @throws {UsageError, ValidationError} for a server that is none. */
export function openSession(values: SessionValues, io: Io, journal?: FolderJournal): Session {
  const option = serverOption(values, io);
  const progress = progressOn(io, values);
  return {
    io,
    json: values.json ?? false,
    server: serverFrom(option),
    // Never undefined: the client would look into the real environment for another key.
    minimax: createClient({
      server: option,
      apiKey: io.env.MINIMAX_API_KEY ?? "",
      journal,
      logger: journal && faultsOf(progress),
    }),
    journal,
    progress,
    mock: false,
    goOn: (task) => goOnCommand(task, values, io),
  };
}

/** After a create nothing that a journal does is an error, and of all that a client logs only its faults are of interest here. */
function faultsOf({ say }: Progress): Logger {
  return {
    debug(message, facts) {
      const { reason } = facts as { reason?: string };
      if (message === "the journal could not be written") say(`warning: ${message}: ${reason}`);
    },
  };
}

/** A run against a mock that was started for it. */
export function mockSession(values: SessionValues, io: Io, url: string): Session {
  const session = openSession({ ...values, server: url }, { ...io, env: { MINIMAX_API_KEY: "demo" } });
  return { ...session, mock: true, goOn: () => undefined };
}

/** @throws {UsageError} when there is no key; before anything else is said, and in words that fit a command line. */
export function assertKey({ io, mock }: Session): void {
  if (mock || io.env.MINIMAX_API_KEY?.trim()) return;
  throw new UsageError(
    "There is no API key: set MINIMAX_API_KEY in the environment. Without one, --dry-run, check and demo still work.",
  );
}

function goOnCommand({ id, kind }: { id: string; kind: string }, values: SessionValues, { env }: Io): string {
  const words = ["task", id, ...kindWords(kind)];
  return commandFor(words, { ...values, server: values.server ?? env.MINIMAX_SERVER });
}

// Not by its name alone: nobody has registered that one yet, and who does would be given the key of whoever runs this.
const PROGRAM = ["npx", "--no-install", "minimax-video"];

/** A command of this program, with as much of the options of this run as is given. */
export function commandFor(
  words: readonly string[],
  { server, like, out, force, journal }: { [Name in keyof SessionValues]: SessionValues[Name] | undefined },
): string {
  return commandLine([
    ...PROGRAM,
    ...words,
    ...(server ? ["--server", server] : []),
    ...(like ? ["--like", like] : []),
    ...(out ? ["--out", out] : []),
    ...(force ? ["--force"] : []),
    ...(journal ? ["--journal", journal] : []),
  ]);
}

function kindWords(kind: string): string[] {
  if (kind === "video") return [];
  return kind === "template" ? ["--template"] : ["--kind", kind];
}

/** A command that can be pasted into a POSIX shell. */
export function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
