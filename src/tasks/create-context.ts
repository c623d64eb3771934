import { createMemory } from "../base/bounded-memory.js";
import { fullClock, realClock } from "../base/clock.js";
import type { Settings } from "../base/connect-options.js";
import { harmless } from "../base/logger.js";
import { createRateLimiter } from "../http/rate-limiter.js";
import { createTransport } from "../http/transport.js";
import { createCallbackInbox } from "./callback-inbox.js";
import type { Connection, Context } from "./context.js";
import { createPollSchedule } from "./poll-schedule.js";
import { queryStatus, receiveStatus } from "./query-task.js";
import { waitForTask, watchTask } from "./wait-for-task.js";

/** Requests of one sort under way at the same time: more would cost memory and save no time. */
const AT_ONCE = 64;
/** Tasks that are remembered, so that a process that runs for months does not grow. */
const REMEMBERED = 10_000;

export function createContext(connection: Connection, settings: Settings): Context {
  const { server, fetch, journal, maxRetries = 2, queriesPerMinute = 480 } = settings;
  const clock = settings.clock ? fullClock(settings.clock) : realClock;
  const logger = settings.logger && harmless(settings.logger);
  const context: Context = {
    connection,
    server,
    maxRetries,
    clock,
    logger,
    journal,
    fetch,
    transport: createTransport(settings, clock, logger),
    creates: createRateLimiter(clock, { atOnce: AT_ONCE }),
    queries: createRateLimiter(clock, { perMinute: queriesPerMinute, atOnce: AT_ONCE }),
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
