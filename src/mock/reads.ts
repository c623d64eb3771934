/** The state of a task of V1. */
import { dueOf } from "./due.js";
import { linkTo } from "./files.js";
import type { JsonObject } from "./request.js";
import { type Kind, stateOf, type Task } from "./tasks.js";
import { type Answer, type Call, exampleJson, invalid, type World } from "./world.js";

// A word that no document of MiniMax's has.
const UNKNOWN_STATUS = "Reviewing";

/** The state of a task at this moment. */
export async function query(world: World, call: Call, kind: Kind): Promise<Answer> {
  const task = world.tasks.get(call.id);
  // The wording is ours: how the live service words it is not known.
  if (task?.kind !== kind) return invalid(world, call, "task_id not found");
  const state = stateOf(task, world.now());
  const json: JsonObject = { ...exampleJson(world, call, state), task_id: task.taskId };
  if (state === "processing" && dueOf(world.attempts, call, "unknown_status")) json.status = UNKNOWN_STATUS;
  if (state === "success")
    Object.assign(json, kind === "video" ? videoOf(task) : { video_url: videoUrl(world, call, task) });
  return { json, note: String(json.status) };
}

function videoOf({ fileId, clip }: Task): JsonObject {
  return { file_id: fileId, video_width: clip.width, video_height: clip.height };
}

function videoUrl(world: World, call: Call, { fileId }: Task): string {
  const expired = dueOf(world.attempts, call, "expired_link") !== undefined;
  return linkTo(world, { fileId, filename: "output.mp4" }, call.origin, { expired });
}
