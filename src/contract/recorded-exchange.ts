import { ApiError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { ErrorKind } from "../generated/codes.js";
import { redact, successOf } from "../http/parse-response.js";
import type { Call } from "../http/transport.js";

/** A request and its answer as they were on the wire, but for the key. */
export interface Exchange {
  /** Of the spec; `download` where a link was followed, empty for what no operation is. */
  readonly operationId: string;
  readonly method: string;
  readonly url: string;
  /** Without the key; `keyed` says whether there was one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly keyed: boolean;
  /** Text; absent for bytes. */
  readonly body?: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly replyHeaders: Readonly<Record<string, string>>;
  /** Media type, without parameters. */
  readonly type: string;
  /** Of a text, as it came: no digit of an id is lost here. */
  readonly text?: string;
  /** The same, parsed; absent where it is no JSON. */
  readonly json?: unknown;
  /** Bytes of the answer. */
  readonly size: number;
  /** The first bytes of what is no text, in hexadecimal. */
  readonly head?: string;
  /** Why no answer came. */
  readonly fault?: string;
}

/** How a server took a request: carried it out, or whose turn it is now. "none": there was no answer. */
export type Taken = "accepted" | "none" | ErrorKind;

/** By HTTP status and `base_resp`, a gateway's envelope off: as the client itself understands it. */
export function takenBy({ status, text = "", head, replyHeaders, operationId }: Exchange, server: Server): Taken {
  if (status === 0) return "none";
  // Bytes that were asked for.
  if (head !== undefined && status < 300) return "accepted";
  const call: Call = { operation: operationId, method: "", path: "" };
  try {
    successOf({ status, headers: new Headers({ ...replyHeaders }), text, secrets: [] }, call, server);
    return "accepted";
  } catch (error) {
    return error instanceof ApiError ? error.kind : "unknown";
  }
}

/** The answer in a few words: status, code, the service's message. */
export function wordsOf({ status, type, json, fault, size }: Exchange): string {
  if (status === 0) return `no answer (${fault})`;
  const { base_resp, error, title } = isRecord(json) ? json : {};
  const { status_code: code, status_msg } = isRecord(base_resp) ? base_resp : {};
  const message = isRecord(error) ? error.message : (status_msg ?? title);
  return [
    `HTTP ${status}`,
    ...(code === undefined ? [] : [`code ${String(code)}`]),
    ...(typeof message === "string" && message ? [`"${redact(message).slice(0, 120)}"`] : []),
    ...(isRecord(json) ? [] : [`${size} bytes of ${type || "no type"}`]),
  ].join(", ");
}
