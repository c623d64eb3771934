import { MiniMaxError, TaskFailedError, ValidationError } from "./errors.js";
import type { CallOptions } from "./files.js";
import { isRecord } from "./gateways.js";
import { assertSuccess, contentOf, otherShape } from "./reply.js";
import { mayPass, repeated } from "./send.js";
import { statusFrom, type TaskStatus } from "./status.js";
import type { Call, Connection, Reply } from "./transport.js";
import { type Video, videoFrom } from "./video.js";
import { type WaitOptions, watch } from "./wait.js";

/** Which create made the task; it is queried where it was made. */
export type TaskKind = "video" | "template";

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
}

/** A task at the service: a handle that holds nothing that its id could not bring back. */
export interface VideoTask extends Omit<TaskRecord, "version"> {
  /** Asks once; a passing fault is tried again. */
  status(options?: CallOptions): Promise<TaskStatus>;
  /** The statuses as they change, until the final one, which is not thrown even when it is "failed". */
  watch(options?: Omit<WaitOptions, "onStatus">): AsyncIterable<TaskStatus>;
  /**
   * The video, once there is one.
   * @throws {TaskFailedError} when the service gave up; {WaitTimeoutError} after `timeout`; {ApiError} when the task can
   * never be queried (wrong key, unknown id). Each carries this task.
   */
  wait(options?: WaitOptions): Promise<Video>;
  toJSON(): TaskRecord;
}

/** Milliseconds: a query that takes longer is given up, and asked again by whoever waits. */
const QUERY_TIMEOUT = 30_000;

const QUERIES: Record<TaskKind, { operation: string; path: string }> = {
  video: { operation: "queryVideoGenerationTask", path: "/v1/query/video_generation" },
  template: { operation: "queryVideoTemplateGenerationTask", path: "/v1/query/video_template_generation" },
};

export function taskFrom(connection: Connection, record: Omit<TaskRecord, "version" | "server">): VideoTask {
  const { server } = connection;
  const { operation, path } = QUERIES[record.kind];

  async function ask({ signal }: CallOptions): Promise<TaskStatus> {
    const query = `${path}?task_id=${encodeURIComponent(record.id)}`;
    const call: Call = { operation, method: "GET", path: query, signal, timeout: QUERY_TIMEOUT };
    try {
      return understood(await connection.exchange(call), call);
    } catch (error) {
      // The only field of an error that is written later: whoever catches it can go on.
      if (error instanceof MiniMaxError) Object.assign(error, { task, taskId: record.id });
      throw error;
    }
  }

  function understood(reply: Reply, call: Call): TaskStatus {
    const content = contentOf(reply, call, server);
    const status = statusFrom(content, record.id);
    // A failed task explains itself in base_resp; any other code means that the query itself was refused.
    if (status.state === "failed") return status;
    assertSuccess(content, reply, call, server);
    if (!status.word) throw otherShape("status", call, server);
    return status;
  }

  const statuses = (options?: WaitOptions) => watch(task, (signal) => ask({ signal }), connection.clock, options);

  const task: VideoTask = {
    ...record,
    server: server.name,
    status: (options = {}) => repeated(connection, { operation, signal: options.signal }, mayPass, () => ask(options)),
    watch: statuses,
    async wait(options = {}) {
      for await (const status of statuses(options)) {
        options.onStatus?.(status);
        if (status.state === "succeeded") return videoFrom(connection, task, status);
        if (status.state === "failed") throw failure(task, status);
      }
      throw new MiniMaxError("watch ended without a final status", { task });
    },
    toJSON: () => ({ version: 1, ...record, server: server.name }),
  };
  return task;
}

function failure(task: VideoTask, { word, code, kind, reason }: TaskStatus & { state: "failed" }): TaskFailedError {
  const why = reason ? `: ${code ? `${code}, ` : ""}${reason}` : "; the service gives no reason";
  return new TaskFailedError(`Task ${task.id} failed (status ${word})${why}`, { task, operation: "wait", code, kind });
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
  if (saved.kind !== "video" && saved.kind !== "template") throw refusal(`its kind must be "video" or "template"`);
  const { name } = connection.server;
  if (saved.server !== name)
    throw refusal(
      `it was made at "${saved.server}", this client talks to "${name}": createClient({ server: "${saved.server}" })`,
    );
  const { createdAt, model } = saved;
  return taskFrom(connection, {
    id: saved.id,
    kind: saved.kind,
    ...(typeof createdAt === "number" ? { createdAt } : {}),
    ...(typeof model === "string" ? { model } : {}),
  });
}

function refusal(message: string): ValidationError {
  return new ValidationError("This is no task to go on with", [
    { path: "task", rule: "task", severity: "error", message },
  ]);
}
