/** Replies made from the examples in the spec. */
import { randomBytes } from "node:crypto";
import { isRecord } from "../base/record.js";
import { type MockReply, type RawReply, rawReply } from "./mock-reply.js";
import { isV2 } from "./mock-request.js";
import type { JsonObject, PrismEngine, PrismRequest } from "./prism-engine.js";

type Called = Pick<PrismRequest, "method" | "path">;

/** The named example of the operation that was called. A refusal of V2 gets its own `request_id`. */
export function exampleReply(
  engine: PrismEngine,
  { method, path }: Called,
  name: string,
  status?: number,
): { raw: RawReply } | { status: number; json: JsonObject } {
  const found = engine.example(method, path, name, status);
  const { type, value } = found;
  if (!isRecord(value)) return { raw: rawReply(found.status, type, String(value)) };
  return { status: found.status, json: { ...value, ...("request_id" in value && { request_id: requestId() }) } };
}

/** The fields of an example that is JSON. */
export function exampleJson(engine: PrismEngine, called: Called, name: string): JsonObject {
  const reply = exampleReply(engine, called, name);
  return "json" in reply ? reply.json : {};
}

function requestId(): string {
  return randomBytes(16).toString("hex");
}

/** The refusal of invalid parameters, 2013. */
export function invalidParams(engine: PrismEngine, called: Called, reason: string): MockReply {
  const message = `invalid params, ${reason}`;
  if (isV2(called.path)) {
    const error = { type: "bad_request_error", message: `${message} (2013)`, http_code: "400" };
    return { status: 400, json: { type: "error", error, request_id: requestId() }, note: "invalid" };
  }
  return { json: withMessage(exampleJson(engine, called, "invalidParameters"), message), note: "invalid" };
}

/** A refusal of V1 with another `status_msg`. */
export function withMessage(json: JsonObject, message: string): JsonObject {
  return { ...json, base_resp: { ...(isRecord(json.base_resp) && json.base_resp), status_msg: message } };
}

/** Why a request for scenarios that the mock does not have, or not for this operation, is refused. */
export function unknownScenarios(names: readonly string[]): string {
  return `the mock has no scenario ${names.join(", ")}`;
}
