import { type FullClock, fullClock, realClock } from "../base/clock.js";
import type { Journal } from "../base/journal.js";
import type { Server } from "../base/server.js";
import type { CallOptions, ExpandedPrompt, TaskStatus, Video, WaitOptions } from "../base/task.js";
import type { Connection, Logger, Settings } from "../connection.js";
import type { Files } from "../files/files.js";
import { exactIds } from "../http/parse-response.js";
import { createGate, type Gate } from "../http/rate-limiter.js";
import { type Exchange, exchangeWith } from "../http/transport.js";
import { createNews, type HeardOptions, heard, type News } from "./callback-inbox.js";
import type { ListedTask, ListOptions } from "./list-tasks.js";
import { createPace, type Pace } from "./poll-schedule.js";
import { statusOf } from "./query-task.js";
import type { Handle } from "./task-handle.js";
import { outcomeOf, statusesOf } from "./wait-for-task.js";

/** What talks to one server: all that the calls of one client share, and what its handles do. */
export interface Engine {
  readonly connection: Connection;
  readonly server: Server;
  readonly maxRetries: number;
  readonly clock: FullClock;
  readonly logger: Logger | undefined;
  readonly journal: Journal | undefined;
  readonly fetch: typeof fetch | undefined;
  /** All creates of this client, and all queries of its waits, pass these. */
  readonly creates: Gate;
  readonly queries: Gate;
  /** When its waits ask, and what they are told without asking. */
  readonly pace: Pace;
  readonly news: News;
  /** Ids of the tasks of version 2 that this client has made lately. */
  readonly made: Set<string>;
  readonly exchange: Exchange;
  status(task: Handle, options?: CallOptions): Promise<TaskStatus>;
  watch(task: Handle, options?: WaitOptions): AsyncGenerator<TaskStatus, void>;
  /** A video; of a task of Context-IR a prompt. */
  wait(task: Handle, options?: WaitOptions): Promise<Video | ExpandedPrompt>;
  cancel(task: Handle, options?: CallOptions): Promise<void>;
  delete(task: Handle, options?: CallOptions): Promise<void>;
  list(options?: ListOptions): AsyncGenerator<ListedTask, void>;
  files(): Promise<Files>;
  heard(news: TaskStatus, options?: HeardOptions): Promise<TaskStatus>;
  /** For the raw client: the same key, deadline and exact ids; envelopes stay on, as a gateway's spec says. */
  raw(request: Request): Promise<Response>;
}

/** Requests under way at the same time, of each sort: more would cost memory and win no time. */
const AT_ONCE = 64;

export function start(connection: Connection, settings: Settings): Engine {
  const { server, maxRetries = 2, journal, queriesPerMinute = 480 } = settings;
  const clock = settings.clock ? fullClock(settings.clock) : realClock;
  const logger = settings.logger && harmless(settings.logger);
  const engine: Engine = {
    connection,
    server,
    maxRetries,
    clock,
    logger,
    journal,
    fetch: settings.fetch,
    creates: createGate(clock, { atOnce: AT_ONCE }),
    queries: createGate(clock, { perMinute: queriesPerMinute, atOnce: AT_ONCE, idle: true }),
    pace: createPace(async () => (await journal?.history?.(server.name)) ?? []),
    news: createNews(clock.monotonic),
    made: new Set(),
    exchange: exchangeWith(settings, clock, logger),
    status: (task, options) => statusOf(engine, task, options),
    watch: (task, options) => statusesOf(engine, task, options),
    wait: (task, options) => outcomeOf(engine, task, options),
    cancel: async (task, options) => (await import("./cancel-task.js")).cancelTask(engine, task, options),
    delete: async (task, options) => (await import("./cancel-task.js")).deleteTask(engine, task, options),
    async *list(options) {
      yield* (await import("./list-tasks.js")).listTasks(engine, options);
    },
    files: async () => (await import("../files/files.js")).filesOf(engine),
    heard: (news, options) => heard(engine, news, options),
    raw: (request) => rawReply(engine, request),
  };
  return engine;
}

/** A logger whose own faults lose nothing: what it hears of may be the answer to a paid create. */
function harmless(logger: Logger): Logger {
  return {
    debug(message, facts) {
      try {
        const result: unknown = logger.debug(message, facts);
        if (result) Promise.resolve(result).catch(() => {});
      } catch {
        // Nobody is left to tell.
      }
    },
  };
}

/** Bytes of a body of unknown form that are looked through for prompts. */
const LOOKED_AT = 1024 * 1024;

/** What no error may show of a body in JSON, whichever request it is. */
function wordsIn(json: string): string[] {
  return [...json.matchAll(/"(?:prompt|text|value)"\s*:\s*("(?:[^"\\]|\\.)*")/g)].flatMap(([, text = ""]) => {
    try {
      return JSON.parse(text) as string;
    } catch {
      return [];
    }
  });
}

async function rawReply({ server, exchange }: Engine, request: Request): Promise<Response> {
  // Bytes, and not text: an upload is a form with a file in it.
  const content = new Uint8Array(await request.arrayBuffer());
  const reply = await exchange({
    operation: `${request.method} ${new URL(request.url).pathname}`,
    method: request.method,
    path: request.url.slice(server.baseUrl.length),
    headers: Object.fromEntries(request.headers),
    once: request.method === "POST",
    secrets: wordsIn(new TextDecoder().decode(content.subarray(0, LOOKED_AT))),
    body: content.length === 0 ? undefined : () => ({ content }),
    signal: request.signal,
  });
  return new Response(exactIds(reply.text) || null, reply);
}
