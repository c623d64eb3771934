import { keepSources } from "./base/abort-signals.js";
import type { Clock } from "./base/clock.js";
import type { Journal } from "./base/journal.js";
import {
  aDuration,
  aFunction,
  anObjectWith,
  aPositiveNumber,
  assertOptions,
  aWholeNumber,
  mustBe,
  type Rules,
} from "./base/options.js";
import { type Server, type ServerOption, serverFrom } from "./base/server.js";
import type { Engine } from "./tasks/engine.js";

/** Receives what happens, one line a fact; `console` fits. Never sees a key, a prompt, a data URL or a signed query. */
export interface Logger {
  debug(message: string, facts: object): void;
}

export interface ConnectOptions {
  /** The key, or a function that fetches it anew for each request. Default: the environment's MINIMAX_API_KEY. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Default: the environment's MINIMAX_SERVER, else "global". */
  server?: ServerOption | undefined;
  /**
   * Default: the global `fetch`, looked up at each call. One that repeats requests by itself may buy twice; what it adds to
   * headers also goes to the hosts of videos.
   */
  fetch?: typeof fetch | undefined;
  /** Milliseconds for one HTTP exchange, its body included. Default 120,000, enough to upload 20 MB over a slow line. */
  timeout?: number | undefined;
  /** How often a read, or a create that was certainly not accepted, is sent again. Default 2. */
  maxRetries?: number | undefined;
  logger?: Logger | undefined;
  /** Where creates are written down before they are sent: `openJournal` of `minimax-video/node`. Default none. */
  journal?: Journal | undefined;
  /**
   * How many queries all waits of this client together send in a minute, on average. Default 480. The vendor publishes no
   * limit for queries; a refusal (1002, HTTP 429) slows them down, and they recover. Infinity for a mock.
   */
  queriesPerMinute?: number | undefined;
  /** For tests: time and chance. */
  clock?: Clock | undefined;
}

/** The options of a connection, checked as far as they can be before anything is loaded. */
export interface Settings extends Omit<ConnectOptions, "server"> {
  readonly server: Server;
}

/** A configured way to one server. Holds the key out of everybody's sight. */
export interface Connection {
  readonly server: Server;
  /**
   * Everything that talks, loaded with the first call: a page that shows a form has not paid for it yet. `options`: those of
   * the call, whose signal must outlast the loading.
   */
  engine(options?: { signal?: AbortSignal | undefined }): Promise<Engine>;
}

const CONNECT_OPTIONS: Rules<ConnectOptions> = {
  // Whatever it is, it is not shown: it may be the key.
  apiKey: (value) => (typeof value === "string" || typeof value === "function" ? undefined : "a string or a function"),
  server: mustBe(
    "the name of a server, a base URL, or an object with baseUrl and like",
    (value) => typeof value === "string" || (typeof value === "object" && value !== null),
  ),
  fetch: aFunction,
  timeout: aDuration,
  maxRetries: aWholeNumber(0),
  logger: anObjectWith("debug"),
  journal: mustBe(
    "a journal, such as openJournal() gives once it is awaited",
    (value) => typeof value === "object" && value !== null && !("then" in value),
  ),
  queriesPerMinute: aPositiveNumber,
  clock: anObjectWith("now", "pause", "random"),
};

/**
 * Contacts nobody and loads nothing.
 * @throws {ValidationError} if an option is unknown, of the wrong type or out of range, or the server is invalid.
 */
export function connect(options: ConnectOptions = {}): Connection {
  const taken = assertOptions("createClient()", options, CONNECT_OPTIONS);
  const server = serverFrom(taken.server ?? environment("MINIMAX_SERVER") ?? "global");
  const settings: Settings = { ...taken, server, apiKey: taken.apiKey ?? environment("MINIMAX_API_KEY") };
  let started: Promise<Engine> | undefined;
  const connection: Connection = {
    server,
    engine(options) {
      keepSources(options?.signal);
      started ??= import("./tasks/engine.js").then(
        ({ start }) => start(connection, settings),
        (error) => {
          // A page may have been offline: the next call tries again.
          started = undefined;
          throw error;
        },
      );
      return started;
    },
  };
  return connection;
}

function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}
