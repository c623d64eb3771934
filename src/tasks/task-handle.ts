import { invalid, type ValidationError } from "../base/errors.js";
import { defined, finiteNumber, isRecord } from "../base/record.js";
import {
  type CallOptions,
  type ExpandedPrompt,
  isTaskKind,
  KINDS,
  type PromptTask,
  type Task,
  type TaskKind,
  type TaskMemory,
  type TaskRecord,
  type TaskStatus,
  type Video,
  type VideoKind,
  type VideoTask,
  type WaitOptions,
} from "../base/task.js";
import { endsWithVideo } from "../kinds/kinds.js";
import type { Connection, Context, Succeeded } from "./context.js";

type WithMemory<Handle> = Handle & { readonly memory: TaskMemory };

type TaskFacts<Kind extends TaskKind = TaskKind> = Omit<TaskRecord<Kind>, "version" | "server">;

/** Turns the final status of a task into its result. */
type ResultFrom<Result, Kind extends TaskKind> = (
  context: Context,
) => (task: Task<Result, Kind>, status: Succeeded, askedAt: number) => Result;

/** A handle of a task of this server. */
export function taskFrom(
  connection: Connection,
  facts: TaskFacts<VideoKind>,
  memory?: TaskMemory,
): WithMemory<VideoTask>;
export function taskFrom(
  connection: Connection,
  facts: TaskFacts,
  memory?: TaskMemory,
): WithMemory<VideoTask | PromptTask>;
export function taskFrom(
  connection: Connection,
  facts: TaskFacts,
  memory: TaskMemory = {},
): WithMemory<VideoTask | PromptTask> {
  const { kind } = facts;
  return endsWithVideo(kind)
    ? new TaskHandle(connection, { ...facts, kind }, memory, videoOf)
    : new TaskHandle(connection, { ...facts, kind }, memory, promptOf);
}

const videoOf = (context: Context) => context.videoFrom;
const promptOf = (context: Context) => context.promptFrom;

/** A class, because methods of their own would cost each of ten thousand handles 3 kB. */
class TaskHandle<Result extends Video | ExpandedPrompt, Kind extends TaskKind> implements Task<Result, Kind> {
  declare readonly id: string;
  declare readonly kind: Kind;
  declare readonly server: string;
  declare readonly createdAt?: number;
  declare readonly model?: string;
  declare readonly duration?: number;
  declare readonly resolution?: string;
  // Private, so that printing, copying or comparing a handle does not show them.
  readonly #connection: Connection;
  readonly #memory: TaskMemory;
  readonly #resultOf: ResultFrom<Result, Kind>;

  constructor(connection: Connection, facts: TaskFacts<Kind>, memory: TaskMemory, resultOf: ResultFrom<Result, Kind>) {
    Object.assign(this, facts, { server: connection.server.name });
    this.#connection = connection;
    this.#memory = memory;
    this.#resultOf = resultOf;
  }

  async status(options?: CallOptions): Promise<TaskStatus> {
    return (await this.#connection.context(options)).status(this, options);
  }

  async *watch(options?: WaitOptions): AsyncGenerator<TaskStatus, void> {
    yield* (await this.#connection.context(options)).watch(this, options);
  }

  async wait(options?: WaitOptions): Promise<Result> {
    const context = await this.#connection.context(options);
    const { status, askedAt } = await context.wait(this, options);
    return this.#resultOf(context)(this, status, askedAt);
  }

  async cancel(options?: CallOptions): Promise<void> {
    return (await this.#connection.context(options)).cancel(this, options);
  }

  async delete(options?: CallOptions): Promise<void> {
    return (await this.#connection.context(options)).delete(this, options);
  }

  toJSON(): TaskRecord<Kind> {
    return { version: 1, ...this };
  }

  get memory(): TaskMemory {
    return this.#memory;
  }
}

/**
 * Restores a task from its id or its record, in any process. Sends nothing.
 * @throws {ValidationError} if `saved` is neither, if the record is of a later version, or if the task is of another server.
 */
export function restoreTask(connection: Connection, saved: string | TaskRecord<VideoKind>, kind?: VideoKind): VideoTask;
export function restoreTask(connection: Connection, saved: string, kind: "h3_context_ir"): PromptTask;
export function restoreTask(connection: Connection, saved: TaskRecord<"h3_context_ir">): PromptTask;
export function restoreTask(
  connection: Connection,
  saved: string | TaskRecord,
  kind?: TaskKind,
): VideoTask | PromptTask;
export function restoreTask(connection: Connection, saved: unknown, kind: TaskKind = "video"): VideoTask | PromptTask {
  if (typeof saved === "string" && /^\w+$/.test(saved)) return taskFrom(connection, { id: saved, kind });
  if (typeof saved === "number")
    throw notResumable("an id is a string; a number of 18 digits has already been rounded");
  if (!isRecord(saved) || typeof saved.id !== "string" || !saved.id)
    throw notResumable("pass an id, or the result of JSON.parse for a saved task");
  if (saved.version !== 1)
    throw notResumable(`it is a record of version ${saved.version}; this library reads version 1`);
  if (!isTaskKind(saved.kind)) throw notResumable(`its kind must be one of ${KINDS.join(", ")}`);
  const { name } = connection.server;
  if (saved.server !== name)
    throw notResumable(
      `it was created at "${saved.server}", this client uses "${name}": createClient({ server: "${saved.server}" })`,
    );
  const { model, resolution } = saved;
  return taskFrom(
    connection,
    defined({
      id: saved.id,
      kind: saved.kind,
      createdAt: finiteNumber(saved.createdAt),
      model: typeof model === "string" ? model : undefined,
      duration: finiteNumber(saved.duration),
      resolution: typeof resolution === "string" ? resolution : undefined,
    }),
  );
}

function notResumable(message: string): ValidationError {
  return invalid("Not a resumable task", "task", message);
}
