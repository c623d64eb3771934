import { isRecord } from "../base/record.js";
import { isTaskKind, type TaskKind } from "../base/task.js";
import { APIS } from "../kinds/kinds.js";

/**
 * A reply of version 2 in the words of version 1, so that nothing above this line knows of two versions: `{ task }` becomes the
 * reply to a query, `{ type: "error" }` one with a `base_resp`. All others pass unchanged.
 */
export function inVersion1(reply: unknown): unknown {
  if (!isRecord(reply) || "base_resp" in reply) return reply;
  if (isRecord(reply.task)) return taskInVersion1(reply.task);
  return reply.type === "error" && isRecord(reply.error) ? refusalFrom(reply.error, reply.request_id) : reply;
}

/** A task of version 2, from a query, a list or a callback. */
export function taskInVersion1(task: Record<string, unknown>): Record<string, unknown> {
  const { id, status, content, error, usage } = task;
  const { url, prompt } = isRecord(content) ? content : {};
  const { code, message } = isRecord(error) ? error : {};
  const status_code = Number.parseInt(String(code), 10);
  return {
    task_id: id,
    status,
    video_url: url,
    prompt,
    usage,
    fail_reason: message,
    ...(Number.isInteger(status_code) ? { base_resp: { status_code, status_msg: message } } : {}),
  };
}

/** Which create of version 2 made a task. All are asked for in one place, so one that nobody knows is like any other. */
export function kindFrom(task_type: unknown): TaskKind {
  return isTaskKind(task_type) && APIS[task_type].version === 2 ? task_type : "generation";
}

/** The code stands in brackets at the end of the message; of one without, only the type says what it is. */
function refusalFrom({ type, message }: Record<string, unknown>, request_id: unknown): Record<string, unknown> {
  const text = typeof message === "string" ? message.slice(0, LONGEST_MESSAGE) : "";
  const [, words, code] = /^(.*?)\s*\((\d+)\)\s*$/s.exec(text) ?? [];
  return {
    base_resp: { status_code: Number(code ?? UNKNOWN), status_msg: words ?? message },
    error_type: type,
    request_id,
  };
}

/** Characters. A message of a megabyte of spaces would be read for hours. */
const LONGEST_MESSAGE = 2000;

/** No code of the service's. */
const UNKNOWN = -1;
