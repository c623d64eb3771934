import { invalid } from "../base/errors.js";
import { defined, type Fields, finiteNumber, idFrom, isRecord, nonEmptyString } from "../base/record.js";
import type { CallOptions, Task, TaskKind, TaskOf, TaskRecord, TaskStatus, WaitOptions } from "../base/task.js";
import { isTaskKind, KINDS } from "../base/task.js";
import type { Connection, Handle, Result, TaskMemory } from "./context.js";

type TaskFacts<Kind extends TaskKind = TaskKind> = Omit<TaskRecord<Kind>, "version" | "server">;

export function taskFrom<Kind extends TaskKind>(
  connection: Connection,
  facts: TaskFacts<Kind>,
  memory: TaskMemory = {},
): Handle & TaskOf<Kind> {
  // The kind decides what `wait` resolves with.
  return new TaskHandle(connection, facts, memory) as Handle as Handle & TaskOf<Kind>;
}

/** A class, so that handles share their methods: own methods would cost 3 kB per handle, and there may be ten thousand handles. */
class TaskHandle implements Task<Result> {
  declare readonly id: string;
  declare readonly kind: TaskKind;
  declare readonly server: string;
  // Private, so that printing, copying or comparing a handle does not show them.
  readonly #connection: Connection;
  readonly #memory: TaskMemory;

  constructor(connection: Connection, facts: TaskFacts, memory: TaskMemory) {
    Object.assign(this, facts, { server: connection.server.name });
    this.#connection = connection;
    this.#memory = memory;
  }

  async status(options?: CallOptions): Promise<TaskStatus> {
    return (await this.#connection.context(options)).status(this, options);
  }

  async *watch(options?: WaitOptions): AsyncIterable<TaskStatus> {
    yield* (await this.#connection.context(options)).watch(this, options);
  }

  async wait(options?: WaitOptions): Promise<Result> {
    return (await this.#connection.context(options)).wait(this, options);
  }

  async cancel(options?: CallOptions): Promise<void> {
    return (await this.#connection.context(options)).cancel(this, options);
  }

  async delete(options?: CallOptions): Promise<void> {
    return (await this.#connection.context(options)).delete(this, options);
  }

  toJSON(): TaskRecord {
    return { version: 1, ...this };
  }

  get memory(): TaskMemory {
    return this.#memory;
  }
}

/**
 * Restores a task from its id or its record, in any process. Sends nothing.
 * @throws {ValidationError} if `saved` is neither, if the record has a later version, or if the task belongs to another server.
 */
export function restoreTask<Kind extends TaskKind = "video">(
  connection: Connection,
  saved: string | TaskRecord<Kind>,
  kind?: Kind,
): TaskOf<Kind>;
export function restoreTask(connection: Connection, saved: unknown, kind: TaskKind = "video"): TaskOf<TaskKind> {
  if (!isTaskKind(kind)) throw notResumable(OF_KINDS);
  const id = idFrom(isRecord(saved) ? saved.id : saved);
  // An id may be any text, but text that begins like JSON was surely meant as a record.
  if (id !== undefined && !isRecord(saved) && !/^["[{]/.test(id)) return taskFrom(connection, { id, kind });
  if (typeof saved === "number")
    throw notResumable("an id is a string; a number of 18 digits has already been rounded");
  if (!isRecord(saved) || id === undefined)
    throw notResumable("pass an id, or the result of JSON.parse for a saved task");
  if (saved.version !== 1)
    throw notResumable(`its version is ${saved.version ?? "missing"}; this library reads version 1`);
  if (!isTaskKind(saved.kind)) throw notResumable(OF_KINDS);
  const [{ server }, { name }] = [saved, connection.server];
  const other = `it was created at "${server}", this client uses "${name}": createClient({ server: "${server}" })`;
  if (server !== name) throw notResumable(other);
  const facts = { id, kind: saved.kind, createdAt: finiteNumber(saved.createdAt), ...requestedIn(saved) };
  return taskFrom(connection, defined(facts));
}

export function requestedIn({ model, duration, resolution }: Fields) {
  return { model: nonEmptyString(model), duration: finiteNumber(duration), resolution: nonEmptyString(resolution) };
}

const OF_KINDS = `its kind must be one of ${KINDS.join(", ")}`;
const notResumable = (message: string) => invalid("Not a resumable task", "task", message);
