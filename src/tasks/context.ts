import type { Memory } from "../base/bounded-memory.js";
import type { KeyKind } from "../base/key-kind.js";
import type { Server } from "../base/server.js";
import type { CallOptions, ExpandedPrompt, HeardOptions, Task, TaskStatus, Video, WaitOptions } from "../base/task.js";
import type { VideoContext } from "../download/video-result.js";
import type { RateLimiter } from "../http/rate-limiter.js";
import type { CallbackInbox } from "./callback-inbox.js";
import type { PollSchedule } from "./poll-schedule.js";

/** A configured connection to one server. It keeps the key private. */
export interface Connection {
  /** The server that every call of this connection goes to. */
  readonly server: Server;
  /** How the key is paid for, as far as it is known before it is fetched. */
  readonly keyKind?: KeyKind | undefined;
  /**
   * Loads what sends requests, with the first call: a page that only shows a form does not pay for it. `options`: those of the
   * call, whose signal must survive the loading.
   */
  context(options?: CallOptions): Promise<Context>;
}

/** What only this process knows about a task. Times are those of the monotonic clock. */
export interface TaskMemory {
  /** When the task was accepted, if that happened here or has been worked out. */
  bornAt?: number | undefined;
  /** When the task was last known to be running. */
  runningAt?: number | undefined;
  /** Whether the service sends callbacks for it. */
  calledBack?: boolean;
  /** Its prompts, which no error may show. */
  secrets?: readonly string[] | undefined;
}

/** A handle as this library sees it. */
export type Handle = Task<Video | ExpandedPrompt> & { readonly memory: TaskMemory };

/** What all calls of one client share, and what its handles do. */
export interface Context extends VideoContext {
  readonly connection: Connection;
  /** All creates of this client pass through these, by the version of the API, and all queries of its waits through the other. */
  readonly creates: Readonly<Record<1 | 2, RateLimiter>>;
  readonly queries: RateLimiter;
  /** Tasks of a version that may be unfinished at the same time. */
  readonly inFlight: Readonly<Record<1 | 2, number>>;
  readonly schedule: PollSchedule;
  readonly inbox: CallbackInbox;
  /** Ids of the tasks that this client has created lately. */
  readonly created: Memory<true>;
  /** Which create went out with a callback URL, by the id of the URL; "several" if it was not the only one. */
  readonly callers: Memory<unknown>;
  status(task: Handle, options?: CallOptions): Promise<TaskStatus>;
  watch(task: Handle, options?: WaitOptions): AsyncGenerator<TaskStatus, void>;
  wait(task: Handle, options?: WaitOptions): Promise<Video | ExpandedPrompt>;
  cancel(task: Handle, options?: CallOptions): Promise<void>;
  delete(task: Handle, options?: CallOptions): Promise<void>;
  receive(status: TaskStatus, options?: HeardOptions): Promise<TaskStatus>;
}
