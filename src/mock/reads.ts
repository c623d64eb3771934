/** What can be asked about a task for free: its state, the link to its file, and whether that link may be followed. */
import type { Clip } from "./clips.js";
import { fileIdIn } from "./links.js";
import { isObject, type JsonObject } from "./request.js";
import { type Kind, milestones, stateOf, type Task } from "./tasks.js";
import { type Call, example, invalid, type Reply, type World } from "./world.js";

/** What a download link leads to. */
export type Download = { clip: Clip; cut: boolean } | { denied: "expired" | "forged" };

// Words that no document of MiniMax's has.
const UNKNOWN_STATUS = "Reviewing";
const LINK_LIFETIME = 3_600_000;
// A fast mock would expire its links before anybody can follow them.
const SHORTEST_LIFETIME = 60_000;

/** The state of a task at this moment. */
export async function query(world: World, call: Call, kind: Kind): Promise<Reply> {
  const task = world.tasks.get(call.query.task_id ?? "");
  // The wording is ours: how the live service words it is not known.
  if (task?.kind !== kind) return invalid(world, call, "task_id not found");
  task.queries += 1;
  if (task.plays.has("flaky_poll") && task.queries % 2 === 1) {
    if (task.queries % 4 === 1) return { cut: true, note: "flaky_poll" };
    return { json: await example(world, call, "rateLimited"), note: "flaky_poll" };
  }
  const state = stateOf(task, world.now());
  const json: JsonObject = { ...(await example(world, call, state)), task_id: task.taskId };
  if (state === "processing" && task.plays.has("unknown_status")) json.status = UNKNOWN_STATUS;
  if (state === "success")
    Object.assign(json, kind === "video" ? videoOf(task) : { video_url: link(world, call, task) });
  return { json, note: String(json.status) };
}

function videoOf({ fileId, clip }: Task): JsonObject {
  return { file_id: fileId, video_width: clip.width, video_height: clip.height };
}

/** A finished file, and a new link to it. */
export async function retrieve(world: World, call: Call): Promise<Reply> {
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

/** A link to the video of a task; the first ones have already expired if a scenario asks for that. */
function link(world: World, call: Call, task: Task): string {
  task.links += 1;
  const good = task.links > timesOf(task, "expired_link");
  const lifetime = Math.max(SHORTEST_LIFETIME, LINK_LIFETIME / world.speed);
  return call.origin + world.links.sign(task.fileId, world.now() + (good ? lifetime : -LINK_LIFETIME));
}

/** Judges a download link. With `count` it counts as a download, which a scenario may cut. */
export function download(world: World, url: URL, { count }: { count: boolean }): Download {
  const denied = world.links.judge(url, world.now());
  const task = world.files.get(fileIdIn(url.pathname) ?? "");
  if (denied !== "good" || !task) return { denied: denied === "expired" ? "expired" : "forged" };
  if (count) task.downloads += 1;
  return { clip: task.clip, cut: count && task.downloads <= timesOf(task, "cut_download") };
}

/** How many times a scenario that plays once by default shall be played; 0 when nobody asked for it. */
function timesOf({ plays }: Task, name: string): number {
  return plays.has(name) ? (plays.get(name) ?? 1) : 0;
}
