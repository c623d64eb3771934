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
  /** How the key is billed, if this is known before the key is fetched. */
  readonly keyKind?: KeyKind | undefined;
  /** Loads the code that sends requests, on the first call. Takes its `options`, because the signal must survive the loading. */
  context(options?: CallOptions): Promise<Context>;
}

/** What only this process knows about a task. All times are from the monotonic clock. */
export interface TaskMemory {
  /** When the task was accepted, if that happened in this process or has been calculated. */
  bornAt?: number | undefined;
  runningAt?: number | undefined;
  /** Whether the service sends callbacks for it. */
  calledBack?: boolean;
  /** The prompts of the task, which no error may show. */
  secrets?: readonly string[] | undefined;
}

export type Result = Video | ExpandedPrompt;

/** A handle with the memory that only this library sees. */
export type Handle = Task<Result> & { readonly memory: TaskMemory };

/** What all calls of one client share, and the methods of its handles. */
export interface Context extends VideoContext {
  readonly connection: Connection;
  readonly timeout: number;
  /** For each API version, the limiters of all creates, and of the unfinished tasks of `generateAll`. */
  readonly versions: Readonly<Record<1 | 2, Readonly<Record<"creates" | "tasks", RateLimiter>>>>;
  /** The limiter of all queries of waits. */
  readonly queries: RateLimiter;
  readonly schedule: PollSchedule;
  readonly inbox: CallbackInbox;
  /** Ids of the tasks that this client has created recently. */
  readonly created: Memory<true>;
  /** The create that was sent with a callback URL, by the id of the URL; "several" if there was more than one. */
  readonly callers: Memory<unknown>;
  status(task: Handle, options?: CallOptions): Promise<TaskStatus>;
  watch(task: Handle, options?: WaitOptions): AsyncIterable<TaskStatus>;
  wait(task: Handle, options?: WaitOptions): Promise<Result>;
  cancel(task: Handle, options?: CallOptions): Promise<void>;
  delete(task: Handle, options?: CallOptions): Promise<void>;
  receive(status: TaskStatus, options?: HeardOptions): Promise<TaskStatus>;
}
