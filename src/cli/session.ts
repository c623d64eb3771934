import { realClock } from "../base/clock.js";
import { type Server, type ServerOption, serverFrom } from "../base/server.js";
import type { TaskRecord } from "../base/task.js";
import { createClient, type MiniMax } from "../client.js";
import { type ServerName, type ServerRow, servers } from "../generated/servers.js";
import { usableKey } from "../http/api-key.js";
import { createRateLimiter, type RateLimiter } from "../http/rate-limiter.js";
import type { FolderJournal } from "../node/index.js";
import { type CommandName, OPTIONS, type Values } from "./command-options.js";
import { shellQuoted } from "./format-text.js";
import { EXIT, type Io, plain, printJson, UsageError } from "./process.js";
import { type Progress, progressOn } from "./progress.js";
import { proxiedFetch, proxyFor } from "./proxy.js";

/** The options that the command that continues a run repeats. */
const KEPT = [
  ...(["server", "like", "out", "force", "url", "open", "allow-host"] as const),
  ...(["timeout", "poll-interval", "journal", "no-journal", "json", "quiet"] as const),
];

/** How many videos of a run are downloaded at once. With more, all of them would be slow. */
const DOWNLOADS = 4;

/** The options of all commands that use a server. Each command has some of them. */
export type SessionValues = Values<"demo">;

/** One run of a command against one server. */
export interface Session {
  io: Io;
  values: SessionValues;
  server: Server;
  minimax: MiniMax;
  /** Where requests are recorded, unless the journal is off. */
  journal: FolderJournal | undefined;
  progress: Progress;
  /** Starts a download when it is its turn. */
  turn: RateLimiter;
  /** Whether the server is a mock that this run started: free of charge, and gone afterwards. */
  mock: boolean;
}

/** The server from the options or the environment. @throws {UsageError} */
export function serverOption({ server, like }: SessionValues, { env }: Pick<Io, "env">): ServerOption {
  const named = (server ?? env.MINIMAX_SERVER)?.trim() || "global";
  const row: ServerRow | undefined = Object.hasOwn(servers, named) ? servers[named as ServerName] : undefined;
  if (row && !row.baseUrl)
    throw new UsageError(`The host of "${named}" is not published: use --server https://<host>/… --like ${named}`);
  if (like === undefined) return named;
  if (row) throw new UsageError(`--like needs a URL as the server, and "${named}" is a name`);
  if (!Object.hasOwn(servers, like)) throw new UsageError(`--like takes one of ${Object.keys(servers).join(", ")}`);
  return { baseUrl: named, like: like as ServerName };
}

/** What every client of this program is made with. */
export function clientOptions(values: SessionValues, io: Pick<Io, "env">) {
  // The key is never undefined, or the client would take one from the real environment.
  const apiKey = io.env.MINIMAX_API_KEY ?? "";
  return { server: serverOption(values, io), apiKey, fetch: proxiedFetch(io.env) };
}

/** Opens a session with the server from the options. Sends nothing. @throws {UsageError, ValidationError} if the server is invalid. */
export function openSession(values: SessionValues, io: Io, journal?: FolderJournal): Session {
  const options = clientOptions(values, io);
  const progress = progressOn(io, values);
  const foreign = Object.keys(io.env).find((name) => /^MINIMAX_(API_)?(HOST|BASE|URL|BASE_URL)$/.test(name));
  if (foreign && !values.server && !io.env.MINIMAX_SERVER?.trim())
    progress.say(`${foreign} is set but not read: to choose a server, set MINIMAX_SERVER or use --server.`);
  // Of the log, only what failed without ending the command is shown: writes to the journal, and queries, once per outage.
  let shown = "";
  const debug = (message: string, { reason }: { reason?: string }) => {
    if (reason && message !== shown) progress.say(`warning: ${message}: ${reason}`);
    if (reason || message === "reply") shown = message;
  };
  const minimax = createClient({ ...options, journal, logger: { debug } });
  const turn = createRateLimiter(realClock, { atOnce: DOWNLOADS });
  return { io, values, server: serverFrom(options.server), minimax, journal, progress, turn, mock: false };
}

/** Checks the API key and the proxy, before anything is printed. @throws {UsageError, ValidationError} if one cannot be used. */
export function assertKey(session: Session): Session {
  const { io, mock, server } = session;
  if (mock) return session;
  const { MINIMAX_API_KEY: key } = io.env;
  const why = key ? "MINIMAX_API_KEY is blank" : "set MINIMAX_API_KEY in the environment";
  if (!key?.trim()) throw new UsageError(`No API key: ${why}. generate --dry-run, check and demo work without one.`);
  usableKey(key);
  proxyFor(new URL(server.baseUrl), io.env);
  return session;
}

/** Prints a result on stdout: with --json an object, otherwise a line of text. Returns the exit code of success. */
export function printResult({ io, values }: Pick<Session, "io" | "values">, value: object, text: string): number {
  if (values.json) printJson(io, value);
  else io.stdout.write(`${plain(text)}\n`);
  return EXIT.done;
}

// Never without --no-install: the name is not registered yet, and whoever registers it would receive the API key of our users.
const PROGRAM = ["npx", "--no-install", "minimax-video"];

/** A command of this program to copy and run, with the given options that it takes. */
export function commandFor(
  [command, ...rest]: readonly [CommandName, ...string[]],
  values: SessionValues,
  ids: readonly string[] = [],
): string {
  const options = KEPT.filter((name) => Object.hasOwn(OPTIONS[command], name)).flatMap((name) =>
    [values[name] || []].flat().flatMap((value) => (value === true ? `--${name}` : [`--${name}`, String(value)])),
  );
  // An id may begin like an option.
  const [first, last] = ids.some((id) => id.startsWith("-")) ? [[], ["--", ...ids]] : [ids, []];
  return [...PROGRAM, ...command.split(" "), ...first, ...rest, ...options, ...last].map(shellQuoted).join(" ");
}

/** The command that continues a task, with the options `values`; undefined if the task ends with this run. */
export function commandToGoOn(task: Pick<TaskRecord, "id" | "kind">, session: Session, values = session.values) {
  const { id, kind } = task;
  const words = kind === "video" ? [] : kind === "template" ? ["--template"] : ["--kind", kind];
  const server = values.server ?? session.io.env.MINIMAX_SERVER;
  return session.mock ? undefined : commandFor(["task", ...words], { ...values, server }, [id]);
}
