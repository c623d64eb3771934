import { ApiError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { ErrorKind } from "../generated/codes.js";
import { successOf } from "../http/parse-response.js";
import { redact } from "../http/redact.js";
import { wordsIn } from "../http/reply-shapes.js";
import type { Call } from "../http/transport.js";

/** A request and its reply as they were on the wire, except for the key. */
export interface Exchange {
  /** As in the spec; `download` if a link was followed, empty if no operation fits. */
  readonly operationId: string;
  readonly method: string;
  readonly url: string;
  /** Without the key; `keyed` says whether there was one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly keyed: boolean;
  /** The request's text; absent if it sent bytes. */
  readonly body?: string;
  /** HTTP status; 0 if no reply came. */
  readonly status: number;
  readonly replyHeaders: Readonly<Record<string, string>>;
  /** Media type of the reply, without parameters. */
  readonly type: string;
  /** The reply's text as it came, so that no digit of an id is lost. */
  readonly text?: string;
  /** The same, parsed; absent if it is not JSON. */
  readonly json?: unknown;
  /** Bytes of the reply. */
  readonly size: number;
  /** The first bytes of a reply that is not text, in hexadecimal. */
  readonly head?: string;
  /** Why no reply came. */
  readonly fault?: string;
}

/** Parses JSON; undefined if the text is not JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a reply means: the request was accepted, or how it was refused. "none": no reply came. */
export type ReplyKind = "accepted" | "none" | ErrorKind;

/** Reads a reply as the client does: by HTTP status and `base_resp`, inside the envelope of a gateway. */
export function replyKindOf(exchange: Exchange, server: Server): ReplyKind {
  const { status, text = "", head, replyHeaders, operationId } = exchange;
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

/** A reply in a few words: status, code, the service's message. */
export function describeExchange({ status, type, json, fault, size }: Exchange): string {
  if (status === 0) return `no reply (${fault})`;
  const { status_code: code } = Object(isRecord(json) ? json.base_resp : undefined);
  const message = wordsIn(json);
  return [
    `HTTP ${status}`,
    ...(code === undefined ? [] : [`code ${String(code)}`]),
    ...(message ? [`"${redact(message).slice(0, 120)}"`] : []),
    ...(isRecord(json) ? [] : [`${size} bytes of ${type || "unknown type"}`]),
  ].join(", ");
}
