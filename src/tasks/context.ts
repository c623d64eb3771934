import type { Clock } from "../base/clock.js";
import type { Journal } from "../base/journal.js";
import type { Logger } from "../base/logger.js";
import type { Server } from "../base/server.js";
import type {
  CallOptions,
  ExpandedPrompt,
  HeardOptions,
  PromptTask,
  Task,
  TaskMemory,
  TaskStatus,
  Video,
  VideoTask,
  WaitOptions,
} from "../base/task.js";
import type { VideoContext } from "../download/video-result.js";
import type { RateLimiter } from "../http/rate-limiter.js";
import type { TransportOptions } from "../http/transport.js";
import type { CallbackInbox } from "./callback-inbox.js";
import type { PollSchedule } from "./poll-schedule.js";

/** A configured connection to one server. It keeps the key private. */
export interface Connection {
  readonly server: Server;
  /**
   * Loads what sends requests, with the first call: a page that only shows a form does not pay for it. `options`: those of the
   * call, whose signal must survive the loading.
   */
  context(options?: CallOptions): Promise<Context>;
}

/** A handle as this library sees it. */
export type Handle = Task<Video | ExpandedPrompt> & { readonly memory: TaskMemory };

export type Succeeded = TaskStatus & { state: "succeeded" };

/** What all calls of one client share, and what its handles do. */
export interface Context extends VideoContext {
  readonly connection: Connection;
  /** All creates of this client, and all queries of its waits, pass through these. */
  readonly creates: RateLimiter;
  readonly queries: RateLimiter;
  readonly schedule: PollSchedule;
  readonly inbox: CallbackInbox;
  /** Ids of the listed tasks that this client has created lately. */
  readonly created: Set<string>;
  status(task: Handle, options?: CallOptions): Promise<TaskStatus>;
  watch(task: Handle, options?: WaitOptions): AsyncGenerator<TaskStatus, void>;
  /** The final status of a task that has succeeded, and when it was current by the monotonic clock. */
  wait(task: Handle, options?: WaitOptions): Promise<{ status: Succeeded; askedAt: number }>;
  cancel(task: Handle, options?: CallOptions): Promise<void>;
  delete(task: Handle, options?: CallOptions): Promise<void>;
  receive(status: TaskStatus, options?: HeardOptions): Promise<TaskStatus>;
  videoFrom(task: VideoTask, status: Succeeded, askedAt: number): Video;
  promptFrom(task: PromptTask, status: Succeeded): ExpandedPrompt;
}

/** Checked options of a client. */
export interface Settings extends TransportOptions {
  readonly maxRetries?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly journal?: Journal | undefined;
  readonly queriesPerMinute?: number | undefined;
  readonly clock?: Clock | undefined;
}
