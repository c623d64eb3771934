import { createMemory } from "../base/bounded-memory.js";
import { fullClock, realClock } from "../base/clock.js";
import type { Settings } from "../base/connect-options.js";
import { inTime, unsent } from "../base/deadline.js";
import { MiniMaxError } from "../base/errors.js";
import { harmless } from "../base/logger.js";
import type { Server } from "../base/server.js";
import { rateLimits } from "../generated/codes.js";
import { servers } from "../generated/servers.js";
import { createRateLimiter } from "../http/rate-limiter.js";
import { createTransport, DEFAULT_TIMEOUT } from "../http/transport.js";
import { createCallbackInbox } from "./callback-inbox.js";
import type { Connection, Context } from "./context.js";
import { createPollSchedule } from "./poll-schedule.js";
import { queryStatus, receiveStatus } from "./query-task.js";
import { waitForTask, watchTask } from "./wait-for-task.js";

/** How many requests of one sort may be under way at the same time. More would cost memory without saving time. */
const AT_ONCE = 64;
/** How many tasks to remember. Limited, so that a process that runs for months does not grow. */
const REMEMBERED = 10_000;

export function createContext(connection: Connection, settings: Settings): Context {
  const { server, journal, budget, timeout = DEFAULT_TIMEOUT, maxRetries = 2, queriesPerMinute = 480 } = settings;
  const clock = settings.clock ? fullClock(settings.clock) : realClock;
  const logger = settings.logger && harmless(settings.logger);
  // All attempts of a call together take at most the time-out.
  const within = timeout / (maxRetries + 1);
  const limiterOf = (name: string, perMinute: number) => {
    const ask = async () => Object(await budget?.take(`${server.name} ${name}`, perMinute));
    const take = async () => {
      const late = "budget.take() did not answer within";
      const turn = await inTime(ask, within, undefined, late, (turn) => turn.end?.(false)).catch(unsent);
      if (turn.wait === undefined ? typeof turn.end === "function" : Number.isFinite(turn.wait)) return turn;
      throw new MiniMaxError("budget.take() did not return a turn, see SharedBudget. Nothing was sent");
    };
    const shared = budget && perMinute !== Infinity ? take : undefined;
    return createRateLimiter(clock, { perMinute, shared, atOnce: AT_ONCE });
  };
  const ofVersion = (version: 1 | 2) => {
    const { createsPerMinute, tasksInFlight } = limitsOf(server, version);
    const creates = limiterOf(`creates v${version}`, settings.createsPerMinute ?? createsPerMinute);
    return { creates, tasks: createRateLimiter(clock, { atOnce: tasksInFlight }) };
  };
  const given = { connection, server, timeout, maxRetries, clock, logger, journal, fetch: settings.fetch };
  const context: Context = {
    ...given,
    transport: createTransport(settings, clock, logger),
    versions: { 1: ofVersion(1), 2: ofVersion(2) },
    queries: limiterOf("queries", queriesPerMinute),
    schedule: createPollSchedule(journal?.history && (async () => (await journal.history?.(server.name)) ?? [])),
    inbox: createCallbackInbox(clock.monotonic),
    created: createMemory(REMEMBERED),
    callers: createMemory(REMEMBERED),
    status: (task, options) => queryStatus(context, task, options),
    watch: (task, options) => watchTask(context, task, options),
    wait: (task, options) => waitForTask(context, task, options),
    cancel: async (task, options) => (await import("./cancel-task.js")).cancelTask(context, task, options),
    delete: async (task, options) => (await import("./cancel-task.js")).deleteTask(context, task, options),
    receive: (status, options) => receiveStatus(context, status, options),
  };
  return context;
}

/** The documented limits of the vendor's own servers. Those of other servers are unknown. */
function limitsOf({ name, spec, region }: Server, version: 1 | 2) {
  const isOfVendor = spec === "minimax" && Object.hasOwn(servers, name);
  const row = rateLimits.find((row) => isOfVendor && row.version === version && row.region === region);
  return { createsPerMinute: Infinity, tasksInFlight: Infinity, ...row };
}
