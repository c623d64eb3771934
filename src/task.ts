import { Attended } from "./attended.js";
import type { Connection } from "./connection.js";
import type { CallOptions } from "./engine/files.js";
import type { TaskStatus } from "./engine/status.js";
import type { ExpandedPrompt, Video } from "./engine/video.js";
import type { WaitOptions } from "./engine/wait.js";
import { invalid, type ValidationError } from "./errors.js";
import { isRecord } from "./record.js";

export const KINDS = ["video", "template", "generation", "regeneration", "h3_context_ir"] as const;

/**
 * Which create made the task; it is queried where it was made. `video` and `template` are version 1's two; `generation`,
 * `regeneration` and `h3_context_ir` are the `task_type`s of version 2.
 */
export type TaskKind = (typeof KINDS)[number];

export function isTaskKind(kind: unknown): kind is TaskKind {
  return (KINDS as readonly unknown[]).includes(kind);
}

/** What `JSON.stringify(task)` holds: enough to go on in another process, and no secret and no prompt. */
export interface TaskRecord {
  readonly version: 1;
  readonly id: string;
  readonly kind: TaskKind;
  /** Name of a documented server, or the base URL of another. */
  readonly server: string;
  /** When it was accepted, milliseconds since 1970, where known. */
  readonly createdAt?: number;
  readonly model?: string;
  /** Seconds of video, and its resolution, where the request named them. */
  readonly duration?: number;
  readonly resolution?: string;
}

/** A task at the service: a handle that holds nothing that its id could not bring back. */
export interface VideoTask extends Omit<TaskRecord, "version"> {
  /** Asks once; a passing fault is tried again. */
  status(options?: CallOptions): Promise<TaskStatus>;
  /** The statuses as they change, until the final one, which is not thrown even when it is "failed". */
  watch(options?: Omit<WaitOptions, "onStatus">): AsyncIterable<TaskStatus>;
  /**
   * The video, once there is one. A wait that nobody awaits does not keep a Node process alive.
   * @throws {TaskFailedError} when the service gave up; {WaitTimeoutError} after `timeout`; {ApiError} when the task can
   * never be queried (wrong key, unknown id). Each carries this task.
   */
  wait(options?: WaitOptions): Promise<Video>;
  /**
   * Takes a queued task back, which is then not charged. Version 2 only. Asks where the task stands first.
   * @throws {ValidationError} where that cannot be: version 1, a task that is being made or over; {ApiError} when refused.
   */
  cancel(options?: CallOptions): Promise<void>;
  /**
   * Takes a task that is over off the service's list, and its video with it. Version 2 only.
   * @throws {ValidationError} for version 1, and for a task that is not over.
   */
  delete(options?: CallOptions): Promise<void>;
  toJSON(): TaskRecord;
}

/** A task that ends with words instead of a video: those of Context-IR. */
export interface PromptTask extends Omit<VideoTask, "wait"> {
  /** As `VideoTask.wait`. */
  wait(options?: WaitOptions): Promise<ExpandedPrompt>;
}

/** What this process alone knows of a task. Times are those of the monotonic clock. */
export interface TaskMemory {
  /** When it was accepted, where that was here, or has been worked out. */
  bornAt?: number | undefined;
  /** When it was last known to be running. */
  runningAt?: number | undefined;
  /** Whether the service calls somebody back about it. */
  calledBack?: boolean;
  /** What no error may show: its prompts. */
  secrets?: readonly string[] | undefined;
}

/** A handle as the engine sees it. */
export interface Handle extends VideoTask {
  readonly memory: TaskMemory;
}

/** A handle of a task. */
export function taskFrom(
  connection: Connection,
  record: Omit<TaskRecord, "version" | "server">,
  memory: TaskMemory = {},
): Handle {
  return new Task(connection, record, memory);
}

/** A class, because its methods then cost nothing: with functions of its own each of ten thousand handles takes 3 kB. */
class Task implements Handle {
  declare readonly id: string;
  declare readonly kind: TaskKind;
  declare readonly server: string;
  declare readonly createdAt?: number;
  declare readonly model?: string;
  declare readonly duration?: number;
  declare readonly resolution?: string;
  // Private to whoever prints, copies or compares a handle.
  readonly #connection: Connection;
  readonly #memory: TaskMemory;

  constructor(connection: Connection, record: Omit<TaskRecord, "version" | "server">, memory: TaskMemory) {
    Object.assign(this, record, { server: connection.server.name });
    this.#connection = connection;
    this.#memory = memory;
  }

  async status(options?: CallOptions): Promise<TaskStatus> {
    return (await this.#connection.engine(options)).status(this, options);
  }

  watch(options?: WaitOptions): AsyncIterable<TaskStatus> {
    return attended(this.#statuses(options));
  }

  wait(options?: WaitOptions): Promise<Video> {
    // Of Context-IR it is no video: its handles are typed as PromptTask.
    return Attended.resolve(
      this.#connection.engine(options).then((engine) => engine.wait(this, options) as Promise<Video>),
    );
  }

  async cancel(options?: CallOptions): Promise<void> {
    await (await this.#connection.engine(options)).cancel(this, options);
  }

  async delete(options?: CallOptions): Promise<void> {
    await (await this.#connection.engine(options)).delete(this, options);
  }

  toJSON(): TaskRecord {
    return { version: 1, ...this };
  }

  get memory(): TaskMemory {
    return this.#memory;
  }

  async *#statuses(options: WaitOptions | undefined): AsyncGenerator<TaskStatus, void> {
    yield* (await this.#connection.engine(options)).watch(this, options);
  }
}

/** The same statuses; whoever asks for the next one keeps the process alive. */
function attended(statuses: AsyncGenerator<TaskStatus, void>): AsyncGenerator<TaskStatus, void> {
  const { next } = statuses;
  return Object.assign(statuses, { next: () => Attended.resolve(next.call(statuses)).then((result) => result) });
}

/**
 * A task by its id or its record, as a string or as JSON gives it back.
 * @throws {ValidationError} for what is neither, for a record of a later version, and for a task of another server.
 */
export function restoreTask(connection: Connection, saved: unknown, kind: TaskKind = "video"): VideoTask {
  if (typeof saved === "string" && /^\w+$/.test(saved)) return taskFrom(connection, { id: saved, kind });
  if (typeof saved === "number") throw refusal("an id is a string; a number of 18 digits has already been rounded");
  if (!isRecord(saved) || typeof saved.id !== "string" || !saved.id)
    throw refusal("give an id, or what JSON.parse made of a saved task");
  if (saved.version !== 1) throw refusal(`it is a record of version ${saved.version}; this library reads version 1`);
  if (!isTaskKind(saved.kind)) throw refusal(`its kind must be one of ${KINDS.join(", ")}`);
  const { name } = connection.server;
  if (saved.server !== name)
    throw refusal(
      `it was made at "${saved.server}", this client talks to "${name}": createClient({ server: "${saved.server}" })`,
    );
  const { createdAt, model, duration, resolution } = saved;
  return taskFrom(connection, {
    id: saved.id,
    kind: saved.kind,
    ...(typeof createdAt === "number" ? { createdAt } : {}),
    ...(typeof model === "string" ? { model } : {}),
    ...(typeof duration === "number" ? { duration } : {}),
    ...(typeof resolution === "string" ? { resolution } : {}),
  });
}

function refusal(message: string): ValidationError {
  return invalid("This is no task to go on with", "task", message);
}
