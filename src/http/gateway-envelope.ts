import { isRecord } from "../base/record.js";

/**
 * Removes a gateway's envelope, `{ code, message, request_id, data }`. The result has the shape of the official API, so that no
 * other code needs to know gateways. Replies without an envelope pass unchanged: seed 002 has one in its schema, but not in
 * its example.
 */
export function unwrap(reply: unknown): unknown {
  if (!isRecord(reply) || "base_resp" in reply || !("code" in reply)) return reply;
  const { code, message, request_id } = reply;
  const base_resp = { status_code: codeOf(code), status_msg: String(message ?? "") };
  if (!isRecord(reply.data)) return { base_resp, request_id };
  const { data: inner, task_status, ...outer } = reply.data;
  const status = outer.status ?? task_status;
  // The inner reply is the official one. Until there is one, the envelope's own fields count.
  const official = { base_resp, request_id, ...outer, status, ...(isRecord(inner) ? withoutEmpty(inner) : {}) };
  // A gateway may have ids of its own. The outer one is the one it was asked for.
  return outer.task_id ? { ...official, task_id: outer.task_id } : official;
}

/**
 * "success" (queries) and 0 (creates) mean success; other words have no number in MiniMax's table. Without a number or a word,
 * the other fields tell.
 */
function codeOf(code: unknown): number {
  if (code === "success" || (typeof code !== "number" && typeof code !== "string")) return 0;
  const number = Number(code);
  return Number.isInteger(number) && code !== "" ? number : -1;
}

/** While a task runs, gateways fill the inner reply with empty strings, which say less than their own status. */
function withoutEmpty(inner: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inner).filter(([, value]) => value !== "" && value !== null));
}
