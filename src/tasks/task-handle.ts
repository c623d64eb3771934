import { invalid, type ValidationError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import type { CallOptions, TaskStatus, Video, WaitOptions } from "../base/task.js";
import { isTaskKind, KINDS, type TaskKind, type TaskMemory, type TaskRecord, type VideoTask } from "../base/task.js";
import type { Connection } from "../connection.js";
import { Attended } from "./attended.js";

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
