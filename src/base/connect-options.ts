import type { Clock } from "./clock.js";
import type { Journal } from "./journal.js";
import type { Logger } from "./logger.js";
import type { Server, ServerOption } from "./server.js";
import type { SharedBudget } from "./shared-budget.js";

/** The options of `createClient` and `connect`. All are optional; an unknown or invalid one is refused by name. */
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
  /** Receives a line for each request, retry and piece of advice, such as `console`. Default: none. */
  logger?: Logger | undefined;
  /** Records creates before they are sent: `openJournal` of `minimax-video/node`. Default: none. */
  journal?: Journal | undefined;
  /**
   * Creates that the service accepts per minute, by the plan of the account. Default: the documented limit of the model's family in
   * this region (20 for Hailuo, 300 for MiniMax-H3), and none for a base URL or a gateway. Creates above it wait for their turn; if the
   * service refuses sooner, the lower limit is found. Use Infinity for a mock with the name of a server.
   */
  createsPerMinute?: number | undefined;
  /**
   * Queries per minute, on average, of all waits of this client together. Default 480. The vendor publishes no limit for
   * queries; a refusal (1002, HTTP 429) slows them down for a while. Use Infinity for a mock.
   */
  queriesPerMinute?: number | undefined;
  /** Shares both limits with other processes of the same account: `redisBudget` of `minimax-video/redis`. Default: none. */
  budget?: SharedBudget | undefined;
  /** Time and randomness, for tests. */
  clock?: Clock | undefined;
}

/** Options that have been checked, and the server that they name. */
export type Settings = Omit<ConnectOptions, "server"> & { readonly server: Server };
