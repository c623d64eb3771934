import type { Clock } from "./clock.js";
import type { Journal } from "./journal.js";
import type { Logger } from "./logger.js";
import type { Server, ServerOption } from "./server.js";
import type { SharedBudget } from "./shared-budget.js";

/** The options of `createClient` and `connect`. All are optional; an unknown or invalid one is refused by name. */
export interface ConnectOptions {
  /** The key, or a function that returns it, called for each request. Default: the environment variable MINIMAX_API_KEY. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** The server to use. Default: the environment variable MINIMAX_SERVER, else "global". */
  server?: ServerOption | undefined;
  /**
   * The `fetch` to use. Default: the global one, looked up at each call. A `fetch` that repeats requests on its own may buy twice.
   * Video hosts also receive any header that it adds.
   */
  fetch?: typeof fetch | undefined;
  /** Milliseconds for one HTTP exchange, including its body. Default 120,000, enough to upload 20 MB over a slow line. */
  timeout?: number | undefined;
  /** How many times to retry a read, or a create that was certainly not accepted. Default 2. */
  maxRetries?: number | undefined;
  /** Receives one line per request, retry and piece of advice; `console` works. Default: none. */
  logger?: Logger | undefined;
  /** Records creates before they are sent: `openJournal` of `minimax-video/node`. Default: none. */
  journal?: Journal | undefined;
  /**
   * How many creates per minute the account's plan allows; others wait for their turn. Default: the documented limit of the model's
   * family in this region (20 for Hailuo, 300 for MiniMax-H3), and no limit for a base URL or a gateway. If the service refuses
   * earlier, the client slows down. Use Infinity for a mock that stands in for a documented server.
   */
  createsPerMinute?: number | undefined;
  /**
   * Queries per minute, for all waits of this client together. Default 480: the vendor publishes no limit. A refusal (1002, HTTP 429)
   * slows them down for a while. Use Infinity for a mock.
   */
  queriesPerMinute?: number | undefined;
  /** Shares both limits with other processes of the same account: `redisBudget` of `minimax-video/redis`. Default: none. */
  budget?: SharedBudget | undefined;
  /** Time and randomness, for tests. Default: the real ones. */
  clock?: Clock | undefined;
}

/** Checked options, with their server resolved. */
export type Settings = Omit<ConnectOptions, "server"> & { readonly server: Server };
