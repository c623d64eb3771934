/** What can be asked about a task for free: its state, and a link to its file. */
import { dueOf } from "./due.js";
import { isObject, type JsonObject } from "./request.js";
import { type Kind, milestones, stateOf, type Task } from "./tasks.js";
import { type Answer, type Call, example, invalid, type World } from "./world.js";

// A word that no document of MiniMax's has.
const UNKNOWN_STATUS = "Reviewing";
const LINK_LIFETIME = 3_600_000;
// A fast mock would expire its links before anybody can follow them.
const SHORTEST_LIFETIME = 60_000;

/** The state of a task at this moment. */
export async function query(world: World, call: Call, kind: Kind): Promise<Answer> {
  const task = world.tasks.get(call.query.task_id ?? "");
  // The wording is ours: how the live service words it is not known.
  if (task?.kind !== kind) return invalid(world, call, "task_id not found");
  const state = stateOf(task, world.now());
  const json: JsonObject = { ...(await example(world, call, state)), task_id: task.taskId };
  if (state === "processing" && dueOf(world.attempts, call, "unknown_status")) json.status = UNKNOWN_STATUS;
  if (state === "success")
    Object.assign(json, kind === "video" ? videoOf(task) : { video_url: link(world, call, task) });
  return { json, note: String(json.status) };
}

function videoOf({ fileId, clip }: Task): JsonObject {
  return { file_id: fileId, video_width: clip.width, video_height: clip.height };
}

/** A finished file, and a new link to it. */
export async function retrieve(world: World, call: Call): Promise<Answer> {
  const task = world.files.get(call.query.file_id ?? "");
  // The wording is ours, as with an unknown task.
  if (!task || stateOf(task, world.now()) !== "success") return invalid(world, call, "file_id not found");
  const json = await example(world, call, "successRecorded");
  const file = {
    ...(isObject(json.file) && json.file),
    // A number on the wire, as live; 15 digits fit a double.
    file_id: Number(task.fileId),
    created_at: Math.floor((task.createdAt + milestones(task).over) / 1000),
    download_url: link(world, call, task),
  };
  return { json: { ...json, file } };
}

/** A link to the video of a task; one that has already expired if a scenario asks for that. */
function link(world: World, call: Call, task: Task): string {
  const lifetime = Math.max(SHORTEST_LIFETIME, LINK_LIFETIME / world.speed);
  const expired = dueOf(world.attempts, call, "expired_link");
  return call.origin + world.links.sign(task.fileId, world.now() + (expired ? -LINK_LIFETIME : lifetime));
}
