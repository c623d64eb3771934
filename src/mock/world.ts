/** What the operations share: the tasks and files so far, the clock, and replies made of the spec's examples. */
import { randomBytes } from "node:crypto";
import type { Callbacks } from "./callbacks.js";
import type { Asking, Attempts, Due } from "./due.js";
import type { Engine, EngineRequest } from "./engine.js";
import type { StoredFile } from "./files.js";
import type { Part } from "./form.js";
import type { Links } from "./links.js";
import { isObject, isV2, type JsonObject } from "./request.js";
import type { Kind, Task } from "./tasks.js";
import type { TaskV2 } from "./v2/tasks.js";
import { filled, type Parcel } from "./wire.js";

/** A valid request. */
export interface Call extends EngineRequest, Asking {
  /** Where its sender reached the mock, for links that lead back. */
  origin: string;
  /** The task or file that it asks for; empty where it asks for none. */
  id: string;
  form?: Part[];
}

/**
 * JSON, a problem, or what an object store answers; `spoilt` by what happens to it on its way. `note` is for the log and holds
 * no secret.
 */
export type Answer = { note?: string; spoilt?: Due } & (
  | { json: JsonObject; status?: number; headers?: Record<string, string> }
  | { problem: JsonObject; status: number; headers?: Record<string, string> }
  | { parcel: Parcel }
);

/** The state of one mock. */
export interface World {
  engine: Engine;
  /** How many times faster than life. */
  speed: number;
  /** The clock, in milliseconds since 1970. */
  now: () => number;
  newId: (kind: "file" | Kind) => string;
  links: Links;
  callbacks: Callbacks;
  /** Ids of all creates that were accepted, in order. */
  accepted: string[];
  tasks: Map<string, Task>;
  tasksV2: Map<string, TaskV2>;
  files: Map<string, StoredFile>;
  attempts: Attempts;
}

/** The named example of the operation that was called, as its answer: a refusal of V2 with an id of its own. */
export function example(
  { engine }: Pick<World, "engine">,
  { method, path }: EngineRequest,
  name: string,
  status?: number,
) {
  const found = engine.example(method, path, name, status);
  const { type, value } = found;
  if (!isObject(value)) return { parcel: filled(found.status, type, String(value)) };
  return { status: found.status, json: { ...value, ...("request_id" in value && { request_id: requestId() }) } };
}

/** The same, of an example that is JSON, whose fields are wanted. */
export function exampleJson(world: Pick<World, "engine">, request: EngineRequest, name: string): JsonObject {
  const answer = example(world, request, name);
  return "json" in answer ? answer.json : {};
}

function requestId(): string {
  return randomBytes(16).toString("hex");
}

/** The refusal of an invalid request, in our words; how the service words it is not known. */
export function invalid(world: Pick<World, "engine">, request: EngineRequest, what: string): Answer {
  const message = `invalid params, ${what}`;
  if (isV2(request.path)) {
    const error = { type: "bad_request_error", message: `${message} (2013)`, http_code: "400" };
    return { status: 400, json: { type: "error", error, request_id: requestId() }, note: "invalid" };
  }
  return { json: reworded(exampleJson(world, request, "invalidParameters"), message), note: "invalid" };
}

/** What is said to whoever asks for a scenario that there is not, or not at this place. */
export function unplayable(unknown: readonly string[]): string {
  return `the mock has no scenario ${unknown.join(", ")}`;
}

/** A refusal of V1 with another `status_msg`. */
export function reworded(json: JsonObject, message: string): JsonObject {
  return { ...json, base_resp: { ...(isObject(json.base_resp) && json.base_resp), status_msg: message } };
}
