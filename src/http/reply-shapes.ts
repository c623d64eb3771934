import { isRecord } from "../base/record.js";

type Fields = Record<string, unknown>;

/** The shapes of replies besides that of API v1, and their translation to it, so that no other code needs to know them. */
const SHAPES: { matches(reply: Fields): boolean; inVersion1(reply: Fields): Fields }[] = [
  // API v2, a query: { task }
  { matches: ({ task }) => isRecord(task), inVersion1: ({ task }) => taskInVersion1(task as Fields) },
  // API v2, a refusal: { type: "error", error: { type, message }, request_id }
  {
    matches: ({ type, error }) => type === "error" && isRecord(error),
    inVersion1: ({ error, request_id }) => ({ ...refusalInVersion1(error as Fields), request_id }),
  },
];

/** A reply in the shape of API v1. One of an unknown shape passes unchanged. */
export function inVersion1(reply: unknown): unknown {
  if (!isRecord(reply) || "base_resp" in reply) return reply;
  return SHAPES.find(({ matches }) => matches(reply))?.inVersion1(reply) ?? reply;
}

/** Translates a task of API v2, from a query, a list or a callback. */
export function taskInVersion1({ id, status, content, error, usage }: Fields): Fields {
  const { url, prompt } = isRecord(content) ? content : {};
  const { code, message } = isRecord(error) ? error : {};
  const status_code = Number.parseInt(String(code), 10);
  const base_resp = Number.isInteger(status_code) ? { base_resp: { status_code, status_msg: message } } : {};
  return { task_id: id, status, video_url: url, prompt, usage, fail_reason: message, ...base_resp };
}

/** Characters. The pattern below would take hours for a megabyte of spaces. */
const LONGEST_MESSAGE = 2000;

/** The code is in brackets at the end of the message. Without one, only the type tells the kind of error. */
function refusalInVersion1({ type, message }: Fields): Fields {
  const text = typeof message === "string" ? message.slice(0, LONGEST_MESSAGE) : "";
  const [, words = message, code = NO_CODE] = /^(.*?)\s*\((\d+)\)\s*$/s.exec(text) ?? [];
  return { base_resp: { status_code: Number(code), status_msg: words }, error_type: type };
}

/** Stands for a refusal without a number. No code of the service is negative. */
const NO_CODE = -1;

/**
 * Removes a gateway's envelope, `{ code, message, request_id, data }`. Replies without one pass unchanged: seed 002 has an
 * envelope in its schema, but not in its example.
 */
export function unwrap(reply: unknown): unknown {
  if (!isRecord(reply) || "base_resp" in reply || !("code" in reply)) return reply;
  const { code, message, request_id } = reply;
  const base_resp = { status_code: codeInEnvelope(code), status_msg: String(message ?? "") };
  if (!isRecord(reply.data)) return { base_resp, request_id };
  const { data: inner, task_status, ...outer } = reply.data;
  const status = outer.status ?? task_status;
  // The inner reply is the official one. Until there is one, the envelope's own fields count.
  const official = { base_resp, request_id, ...outer, status, ...(isRecord(inner) ? withoutEmpty(inner) : {}) };
  // A gateway may have ids of its own. The outer one is the one it was asked for.
  return outer.task_id ? { ...official, task_id: outer.task_id } : official;
}

/** "success" (queries) and 0 (creates) mean success. No other word has a number. Without a code, the other fields tell. */
function codeInEnvelope(code: unknown): number {
  if (code === "success" || (typeof code !== "number" && typeof code !== "string")) return 0;
  return Number.isInteger(Number(code)) && code !== "" ? Number(code) : NO_CODE;
}

/** While a task runs, gateways fill the inner reply with empty strings, which say less than their own status. */
function withoutEmpty(inner: Fields): Fields {
  return Object.fromEntries(Object.entries(inner).filter(([, value]) => value !== "" && value !== null));
}
