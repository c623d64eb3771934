import { withFacts } from "../base/errors.js";
import { assertOptions } from "../base/options.js";
import type { Server } from "../base/server.js";
import type { CallOptions, TaskStatus } from "../base/task.js";
import { CALL_OPTIONS } from "../files/retrieve-file.js";
import { assertSuccess, contentOf, otherAnswer, otherShape } from "../http/parse-response.js";
import { afterRead, repeated } from "../http/retry.js";
import { statusFrom } from "../http/task-status.js";
import type { Call, Reply } from "../http/transport.js";
import { APIS, pathOf } from "../kinds/kinds.js";
import type { Engine } from "./engine.js";
import type { Handle } from "./task-handle.js";

/** Milliseconds: a query that takes longer is given up, and asked again by whoever waits. */
const QUERY_TIMEOUT = 30_000;

/** Where a task stands; a passing fault is tried again. */
export async function statusOf(engine: Engine, task: Handle, options: CallOptions = {}): Promise<TaskStatus> {
  assertOptions("task.status", options, CALL_OPTIONS);
  const { signal } = options;
  const { operation } = APIS[task.kind].query;
  return repeated(engine, { operation, signal }, afterRead(engine), () => ask(engine, task, signal));
}

/** Asks once, for at most so many milliseconds. */
export async function ask(
  engine: Engine,
  task: Handle,
  signal: AbortSignal | undefined,
  timeout = QUERY_TIMEOUT,
): Promise<TaskStatus> {
  const { query } = APIS[task.kind];
  const { operation } = query;
  const path = pathOf(query, task.id);
  const call: Call = {
    operation,
    method: "GET",
    path,
    secrets: task.memory.secrets ?? [],
    signal,
    timeout: Math.min(timeout, QUERY_TIMEOUT),
  };
  try {
    const status = understood(await engine.exchange(call), call, engine.server, task.id);
    if (status.state === "running") task.memory.runningAt = engine.clock.monotonic();
    return status;
  } catch (error) {
    // The reason of the caller's abort is none of ours, even if it is an error of ours.
    throw signal?.aborted ? error : withFacts(error, { task, taskId: task.id });
  }
}

function understood(reply: Reply, call: Call, server: Server, taskId: string): TaskStatus {
  const content = contentOf(reply, call, server);
  const { task_id } = content;
  // Another task's video is not ours, nor is its failure. Not every server repeats the id.
  if (typeof task_id === "string" && task_id && task_id !== taskId)
    throw otherAnswer("task", taskId, task_id, call, server);
  const status = statusFrom(content, taskId, reply.secrets);
  // A failed task explains itself in base_resp; any other code means that the query itself was refused.
  if (status.state === "failed") return status;
  assertSuccess(content, reply, call, server);
  if (!status.word) throw otherShape("status", call, server);
  return status;
}
