import type { Clock } from "./base/clock.js";
import { environment } from "./base/environment.js";
import type { Journal } from "./base/journal.js";
import { lazily } from "./base/lazily.js";
import type { Logger } from "./base/logger.js";
import { keepSources } from "./base/on-abort.js";
import {
  aDuration,
  aFunction,
  anObjectWith,
  aPositiveNumber,
  assertOptions,
  aWholeNumber,
  mustBe,
  type Rules,
  typeWord,
} from "./base/options.js";
import { type ServerOption, serverFrom } from "./base/server.js";
import type { Connection, Settings } from "./tasks/context.js";

export interface ConnectOptions {
  /** The key, or a function that returns it, called for each request. Default: the environment variable MINIMAX_API_KEY. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Default: the environment variable MINIMAX_SERVER, else "global". */
  server?: ServerOption | undefined;
  /**
   * Default: the global `fetch`, looked up with each call. One that repeats requests by itself may buy twice. It also sends the
   * requests to the hosts of videos, including any header that it adds.
   */
  fetch?: typeof fetch | undefined;
  /** Milliseconds for one HTTP exchange, including its body. Default 120,000, enough to upload 20 MB over a slow line. */
  timeout?: number | undefined;
  /** How often a read, or a create that certainly was not accepted, is retried. Default 2. */
  maxRetries?: number | undefined;
  logger?: Logger | undefined;
  /** Records creates before they are sent: `openJournal` of `minimax-video/node`. Default: none. */
  journal?: Journal | undefined;
  /**
   * Queries per minute, on average, of all waits of this client together. Default 480. The vendor publishes no limit for
   * queries; a refusal (1002, HTTP 429) slows them down for a while. Use Infinity for a mock.
   */
  queriesPerMinute?: number | undefined;
  /** Time and randomness, for tests. */
  clock?: Clock | undefined;
}

const CONNECT_OPTIONS: Rules<ConnectOptions> = {
  // The value is not shown: it may be the key.
  apiKey: (value) =>
    /^(string|function)$/.test(typeof value) ? undefined : `a string or a function (got ${typeWord(value)})`,
  server: mustBe(
    "the name of a server, a base URL, or an object with baseUrl and like",
    (value) => typeof value === "string" || (typeof value === "object" && value !== null),
  ),
  fetch: aFunction,
  timeout: aDuration,
  maxRetries: aWholeNumber(0),
  logger: anObjectWith("debug"),
  journal: mustBe(
    "a journal, such as the awaited result of openJournal()",
    (value) => typeof value === "object" && value !== null && !("then" in value),
  ),
  queriesPerMinute: aPositiveNumber,
  clock: anObjectWith("now", "pause", "random"),
};

/**
 * Configures a connection to one server. Sends nothing and loads nothing.
 * @throws {ValidationError} if an option is unknown, of the wrong type or out of range, or if the server is invalid.
 */
export function connect(options: ConnectOptions = {}): Connection {
  const checked = assertOptions("createClient()", options, CONNECT_OPTIONS);
  const server = serverFrom(checked.server ?? environment("MINIMAX_SERVER") ?? "global");
  const settings: Settings = { ...checked, server, apiKey: checked.apiKey ?? environment("MINIMAX_API_KEY") };
  const load = lazily(async () => {
    const { createContext } = await import("./tasks/create-context.js");
    return createContext(connection, settings);
  });
  const connection: Connection = {
    server,
    context(options) {
      keepSources(options?.signal);
      return load();
    },
  };
  return connection;
}
