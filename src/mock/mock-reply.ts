/** What the mock replies, often an example from the spec, and how it is sent: at once, late, slowly or not to the end. */
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";
import { isRecord } from "../base/record.js";
import { isPathOfV2 } from "./mock-request.js";
import type { JsonObject, PrismEngine, PrismRequest } from "./prism-engine.js";

/** A reply: JSON, or raw bytes. `note` is for the log and contains no secret. */
export type MockReply = { note?: string } & (
  | { json: JsonObject; status?: number; headers?: Record<string, string> }
  | { raw: RawReply }
);

/** A reply as it goes out. */
export interface RawReply {
  /** HTTP status; 0 if the connection is cut instead. */
  status: number;
  headers: Record<string, string | number>;
  body: Buffer;
  /** Cuts the connection after so many bytes of the body. */
  cutAfter?: number;
  /** Milliseconds before the first byte. */
  wait?: number;
  /** Milliseconds that the body takes. */
  trickle?: number;
}

/** The bytes of a reply. */
export function rawOf(reply: MockReply): RawReply {
  if ("raw" in reply) return reply.raw;
  const { json, status = 200, headers } = reply;
  return byteReply(
    status,
    "title" in json ? "application/problem+json" : "application/json",
    JSON.stringify(json),
    headers,
  );
}

/** A reply with this body, and with the headers that it needs. */
export function byteReply(
  status: number,
  type: string,
  content: string | Buffer,
  headers: RawReply["headers"] = {},
): RawReply {
  const body = typeof content === "string" ? Buffer.from(content) : content;
  return { status, headers: { ...headers, "content-type": type, "content-length": body.length }, body };
}

/** A request, as far as the examples of its operation depend on it. */
type Called = Pick<PrismRequest, "method" | "path">;

/** The named example of the operation that was called. A refusal of V2 gets its own `request_id`. */
export function exampleReply(
  engine: PrismEngine,
  called: Called,
  name: string,
  { note, status }: { note?: string; status?: number | undefined } = {},
): MockReply {
  const found = engine.example(called, name, status);
  const { type, value } = found;
  if (!isRecord(value)) return { raw: byteReply(found.status, type, String(value)), ...(note && { note }) };
  const json = { ...value, ...("request_id" in value && { request_id: requestId() }) };
  return { json, status: found.status, ...(note && { note }) };
}

/** The fields of an example that is JSON. */
export function exampleJson(engine: PrismEngine, called: Called, name: string): JsonObject {
  const reply = exampleReply(engine, called, name);
  return "json" in reply ? reply.json : {};
}

function requestId(): string {
  return randomBytes(16).toString("hex");
}

/** The refusal of invalid parameters, 2013. `name`: the example in V1 whose message is replaced. */
export function invalidParams(
  engine: PrismEngine,
  called: Called,
  reason: string,
  name = "invalidParameters",
): MockReply {
  const message = `invalid params, ${reason}`;
  const note = "invalid";
  if (isPathOfV2(called.path)) {
    const error = { type: "bad_request_error", message: `${message} (2013)`, http_code: "400" };
    return { status: 400, json: { type: "error", error, request_id: requestId() }, note };
  }
  const { status, value } = engine.example(called, name);
  const json = isRecord(value) ? value : {};
  const base_resp = { ...(isRecord(json.base_resp) && json.base_resp), status_msg: message };
  return { status, json: { ...json, base_resp }, note };
}

/** In how many pieces a slow body arrives. */
const PIECES = 10;

/** Sends a reply. Resolves when it is handed over, or when the caller has hung up or the mock is closed. */
export async function sendReply(response: ServerResponse, reply: RawReply): Promise<void> {
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
