/** What the operations share: the tasks so far, the clock, and replies made of the spec's examples. */
import type { Callbacks } from "./callbacks.js";
import type { Engine, EngineRequest } from "./engine.js";
import type { Links } from "./links.js";
import { isObject, type JsonObject } from "./request.js";
import type { Kind, Task } from "./tasks.js";

/** A valid request with a key. `origin` is where its sender reached the mock, for links that lead back. */
export interface Call extends EngineRequest {
  key: string;
  origin: string;
}

/** A reply: JSON, a page of HTML, or a connection that is cut. `note` is for the log and holds no secret. */
export type Reply = { note?: string } & ({ json: JsonObject } | { html: string } | { cut: true });

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
  tasks: Map<string, Task>;
  files: Map<string, Task>;
  /** How often a create-time scenario was asked for with the same words. */
  attempts: Map<string, number>;
}

/** The named example of the operation that was called. */
export function example(world: World, { method, path }: Call, name: string): Promise<JsonObject> {
  return world.engine.example(method, path, name);
}

/** The refusal of an invalid request, in our words; how the service words it is not known. */
export async function invalid(world: World, call: Call, what: string): Promise<Reply> {
  return {
    json: reworded(await example(world, call, "invalidParameters"), `invalid params, ${what}`),
    note: "invalid",
  };
}

/** A refusal of the spec with another `status_msg`. */
export function reworded(json: JsonObject, message: string): JsonObject {
  return { ...json, base_resp: { ...(isObject(json.base_resp) && json.base_resp), status_msg: message } };
}
