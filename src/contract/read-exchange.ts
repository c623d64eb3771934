import { ApiError } from "../base/errors.js";
import { type Fields, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { ErrorKind } from "../generated/codes.js";
import { operations } from "../generated/operations.js";
import { successOf } from "../http/parse-response.js";
import { redact } from "../http/redact.js";
import { inVersion1, jsonFrom, wordsIn } from "../http/reply-shapes.js";
import { statusFrom } from "../http/task-status.js";
import type { Call } from "../http/transport.js";
import { type Exchange, parsedJson } from "./recorded-exchange.js";

/** What a reply means: the request was accepted, or how it was refused. "none": no reply came. */
export type ReplyKind = "accepted" | "none" | ErrorKind;

/** An exchange, read once for all who judge it. */
export interface Reading extends Exchange {
  readonly kind: ReplyKind;
  /** Whether the request has the method of its operation. */
  readonly isCall: boolean;
  /** "v1" or "v2", if the path of the operation has it. */
  readonly version: string | undefined;
  /** The JSON of the request; empty if it has none. */
  readonly sent: Fields;
  readonly query: URLSearchParams;
  /** Whether a server can read the body of the request. How it refuses any other body is not documented. */
  readonly isReadable: boolean;
  /** The JSON of the reply with ids as strings, empty if it is no object, and the same in the shape of API v1. */
  readonly reply: Fields;
  readonly inVersion1: Fields;
  /** The `base_resp` as received. */
  readonly said: Fields | undefined;
  /** The code of a refusal; undefined for a success, and for a reply without a code. */
  readonly code: number | undefined;
}

const readings = new WeakMap<Exchange, Reading>();

/** Reads each exchange only once, because a run makes thousands and is judged again for each report. */
export function readingOf(exchange: Exchange, server: Server): Reading {
  const reading = readings.get(exchange) ?? read(exchange, server);
  readings.set(exchange, reading);
  return reading;
}

function read(exchange: Exchange, server: Server): Reading {
  const { operationId, method, url, body, text, json } = exchange;
  const sent = objectIn(body);
  const reply = objectIn(text) ?? {};
  const said = recordOf(recordOf(json)?.base_resp);
  const code = said?.status_code;
  const row = operations[server.spec][operationId];
  return {
    ...exchange,
    kind: replyKindOf(exchange, server),
    isCall: row?.method === method,
    version: row && /\/(v[12])\//.exec(url)?.[1],
    sent: sent ?? {},
    query: new URL(url).searchParams,
    isReadable: method !== "POST" || body === undefined || sent !== undefined,
    reply,
    inVersion1: recordOf(inVersion1(reply)) ?? {},
    said,
    code: typeof code === "number" && code !== 0 ? code : undefined,
  };
}

/** The value if it is an object. */
export function recordOf(value: unknown): Fields | undefined {
  return isRecord(value) ? value : undefined;
}

/** A JSON object with ids as strings. */
function objectIn(text = ""): Fields | undefined {
  return isRecord(parsedJson(text)) ? recordOf(jsonFrom(text)) : undefined;
}

/** Reads a reply as the client does: by HTTP status and `base_resp`, inside the envelope of a gateway. */
function replyKindOf({ status, text = "", head, replyHeaders, operationId }: Exchange, server: Server): ReplyKind {
  if (status === 0) return "none";
  // The bytes of a file, as requested.
  if (head !== undefined && status < 300) return "accepted";
  const call: Call = { operation: operationId, method: "", path: "" };
  try {
    successOf({ status, headers: new Headers({ ...replyHeaders }), text, secrets: [] }, call, server);
    return "accepted";
  } catch (error) {
    return error instanceof ApiError ? error.kind : "unknown";
  }
}

/** Whether a task in the shape of API v1 has a final status. */
export function hasEnded(task: Fields): boolean {
  return statusFrom(task, "").state !== "running";
}

/** A reply in a few words: status, code, the service's message. */
export function describeExchange({ status, type, json, fault, size }: Exchange): string {
  if (status === 0) return `no reply (${fault})`;
  const { status_code: code } = Object(recordOf(json)?.base_resp);
  const message = wordsIn(json);
  return [
    `HTTP ${status}`,
    ...(code === undefined ? [] : [`code ${String(code)}`]),
    ...(message ? [`"${redact(message.slice(0, 10_000)).slice(0, 120)}"`] : []),
    ...(isRecord(json) ? [] : [fault ?? `${size} bytes of ${type || "unknown type"}`]),
  ].join(", ");
}
