/** What the mock replies, often an example from the spec, and how it is sent: at once, late, slowly or only in part. */
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";
import { isRecord } from "../base/record.js";
import type { JsonObject } from "./mock-request.js";
import type { Exchange } from "./mock-state.js";

/** A reply as it goes out. */
export interface MockReply {
  /** HTTP status; 0 if the connection is cut instead. */
  status: number;
  headers: Record<string, string | number>;
  body: Buffer;
  /** For the log. Contains no secret. */
  note?: string | undefined;
  /** Cuts the connection after this many bytes of the body. */
  cutAfter?: number;
  /** Milliseconds before the first byte. */
  wait?: number;
  /** Milliseconds over which the body is sent. */
  trickle?: number;
}

interface Extras extends Pick<MockReply, "note"> {
  status?: number | undefined;
  headers?: MockReply["headers"];
  /** What replaces fields of an example. */
  fields?: JsonObject;
}

/** A reply with this body, and with the headers that it needs. */
export function byteReply(type: string, content: string | Buffer, extras: Extras = {}): MockReply {
  const { headers, status = 200, note } = extras;
  const body = typeof content === "string" ? Buffer.from(content) : content;
  return { status, headers: { ...headers, "content-type": type, "content-length": body.length }, body, note };
}

/** A reply of JSON, or of problem+json if it has a title. */
export function jsonReply(json: JsonObject, extras?: Extras): MockReply {
  return byteReply("title" in json ? "application/problem+json" : "application/json", JSON.stringify(json), extras);
}

/** The named example of the operation that was called. A refusal of V2 gets a new `request_id`. The log shows the name. */
export function exampleReply(call: Exchange, name: string, extras: Extras = {}): MockReply {
  const { type, value, status } = exampleOf(call, name, extras.status);
  const all = { note: name, ...extras, status };
  if (!isRecord(value)) return byteReply(type, String(value), all);
  const fresh = "request_id" in value && { request_id: newTraceId() };
  return jsonReply({ ...value, ...fresh, ...extras.fields }, all);
}

/** The fields of the named example of the operation that was called. */
export function exampleJson(call: Exchange, name: string): JsonObject {
  return Object(exampleOf(call, name).value);
}

function exampleOf(call: Exchange, name: string, status?: number) {
  const found = call.mock.engine.examples(call, status).find((one) => one.name === name);
  if (found) return found;
  throw new Error(`openapi/minimax.yaml has no example "${name}" for ${call.method} ${call.path}.`);
}

/** The id by which MiniMax's support finds a request. */
export function newTraceId(): string {
  return randomBytes(16).toString("hex");
}

/** The refusal of invalid parameters, 2013. `name`: the example in V1 whose message is replaced. */
export function invalidParams(call: Exchange, reason: string, name = "invalidParameters"): MockReply {
  const message = `invalid params, ${reason}`;
  if (call.isV2) {
    const error = { type: "bad_request_error", message: `${message} (2013)`, http_code: "400" };
    return jsonReply({ type: "error", error, request_id: newTraceId() }, { status: 400, note: "invalid" });
  }
  const base_resp = { ...Object(exampleJson(call, name).base_resp), status_msg: message };
  return exampleReply(call, name, { fields: { base_resp }, note: "invalid" });
}

/** In how many pieces a slow body arrives. */
const PIECES = 10;

/** Sends a reply. Resolves when it is handed over, or when the caller has hung up or the mock is closed. */
export async function sendReply(response: ServerResponse, reply: MockReply): Promise<void> {
  const { status, headers, body, cutAfter, wait, trickle } = reply;
  const hungUp = new AbortController();
  response.once("close", () => hungUp.abort());
  const pause = (milliseconds: number) =>
    setTimeout(milliseconds, undefined, { signal: hungUp.signal }).catch(() => undefined);

  if (wait) await pause(wait);
  if (status === 0) return void response.destroy();
  response.writeHead(status, headers);
  if (trickle) {
    response.flushHeaders();
    const size = Math.ceil(body.length / PIECES);
    for (let at = 0; at < body.length && !response.destroyed; at += size) {
      await pause(trickle / PIECES);
      response.write(body.subarray(at, at + size));
    }
  }
  if (cutAfter === undefined) response.end(trickle ? undefined : body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
}
