import { isRecord } from "../base/record.js";

/**
 * A gateway's envelope, `{ code, message, request_id, data }`, taken off: what is left has the shape of the official API, so
 * that nothing above this line knows of gateways. Replies without an envelope pass unchanged; seed 002's schema has one,
 * its example has none, and both are understood.
 */
export function unwrap(reply: unknown): unknown {
  if (!isRecord(reply) || "base_resp" in reply || !("code" in reply)) return reply;
  const { code, message, request_id } = reply;
  const base_resp = { status_code: codeOf(code), status_msg: String(message ?? "") };
  if (!isRecord(reply.data)) return { base_resp, request_id };
  const { data: inner, task_status, ...outer } = reply.data;
  const status = outer.status ?? task_status;
  // The inner reply, once there is one, is the official one; until then the envelope's own words are all there is.
  const official = { base_resp, request_id, ...outer, status, ...(isRecord(inner) ? withoutEmpty(inner) : {}) };
  // A gateway may have ids of its own: what it was asked for is the outer one.
  return outer.task_id ? { ...official, task_id: outer.task_id } : official;
}

/**
 * "success" (queries) and 0 (creates) are success; other words have no number in MiniMax's table. What is neither number nor word
 * is no code: then what else there is tells.
 */
function codeOf(code: unknown): number {
  if (code === "success" || (typeof code !== "number" && typeof code !== "string")) return 0;
  const number = Number(code);
  return Number.isInteger(number) && code !== "" ? number : -1;
}

/** While a task runs, gateways fill the inner reply with empty strings that say less than their own status. */
function withoutEmpty(inner: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inner).filter(([, value]) => value !== "" && value !== null));
}
