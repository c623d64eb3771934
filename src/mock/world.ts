/** What the operations share: the tasks so far, the clock, and replies made of the spec's examples. */
import type { Callbacks } from "./callbacks.js";
import type { Asking, Attempts, Due } from "./due.js";
import type { Engine, EngineRequest } from "./engine.js";
import type { Links } from "./links.js";
import { isObject, type JsonObject } from "./request.js";
import type { Kind, Task } from "./tasks.js";
import type { Parcel } from "./wire.js";

/** A valid request. `origin` is where its sender reached the mock, for links that lead back. */
export interface Call extends EngineRequest, Asking {
  origin: string;
}

/**
 * JSON under HTTP 200, a problem, or what an object store answers; `spoilt` by what happens to it on its way. `note` is for
 * the log and holds no secret.
 */
export type Answer = { note?: string; spoilt?: Due } & (
  | { json: JsonObject }
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
  tasks: Map<string, Task>;
  files: Map<string, Task>;
  attempts: Attempts;
}

/** The named example of the operation that was called. */
export function example(world: World, { method, path }: EngineRequest, name: string): Promise<JsonObject> {
  return world.engine.example(method, path, name);
}

/** The refusal of an invalid request, in our words; how the service words it is not known. */
export async function invalid(world: World, request: EngineRequest, what: string): Promise<Answer> {
  return {
    json: reworded(await example(world, request, "invalidParameters"), `invalid params, ${what}`),
    note: "invalid",
  };
}

/** What is said to whoever asks for a scenario that there is not, or not at this place. */
export function unplayable(unknown: readonly string[]): string {
  return `the mock has no scenario ${unknown.join(", ")}`;
}

/** A refusal of the spec with another `status_msg`. */
export function reworded(json: JsonObject, message: string): JsonObject {
  return { ...json, base_resp: { ...(isObject(json.base_resp) && json.base_resp), status_msg: message } };
}
