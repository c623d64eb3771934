import { isRecord } from "../base/record.js";

/**
 * Translates a reply of API v2 into the shape of v1, so that no other code needs to know both: `{ task }` becomes the reply to
 * a query, `{ type: "error" }` one with a `base_resp`. Any other reply passes unchanged.
 */
export function inVersion1(reply: unknown): unknown {
  if (!isRecord(reply) || "base_resp" in reply) return reply;
  if (isRecord(reply.task)) return taskInVersion1(reply.task);
  return reply.type === "error" && isRecord(reply.error) ? refusalFrom(reply.error, reply.request_id) : reply;
}

/** Translates a task of API v2, from a query, a list or a callback. */
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

/** The code is in brackets at the end of the message. Without one, only the type tells the kind of error. */
function refusalFrom({ type, message }: Record<string, unknown>, request_id: unknown): Record<string, unknown> {
  const text = typeof message === "string" ? message.slice(0, LONGEST_MESSAGE) : "";
  const [, words, code] = /^(.*?)\s*\((\d+)\)\s*$/s.exec(text) ?? [];
  return {
    base_resp: { status_code: Number(code ?? UNKNOWN), status_msg: words ?? message },
    error_type: type,
    request_id,
  };
}

/** Characters. The pattern below would take hours for a megabyte of spaces. */
const LONGEST_MESSAGE = 2000;

/** Not a code of the service. */
const UNKNOWN = -1;
