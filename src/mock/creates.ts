/** Accepting a create of V1. */
import { announce } from "./announce.js";
import { clipFor } from "./clips.js";
import { dueOf } from "./due.js";
import { videoFile } from "./files.js";
import type { JsonObject } from "./request.js";
import { type Accepted, type Kind, milestones, type State, type Task } from "./tasks.js";
import { lasting } from "./wishes.js";
import { type Answer, type Call, example, exampleJson, type World } from "./world.js";

/** A create that Prism found valid: one task, which is counted, unless its `callback_url` does not answer. */
export async function create(world: World, call: Call, kind: Kind): Promise<Answer> {
  // Prism found it valid, and every valid create is an object.
  const body = call.body as JsonObject;
  const unchecked = await challenged(world, call, body);
  if (unchecked) return unchecked;
  const task = accept(world, call, kind, body);
  if (typeof body.callback_url === "string") tell(world, call, task, body.callback_url);
  return { json: { ...exampleJson(world, call, "success"), task_id: task.taskId }, note: stillToCome(call) };
}

/** The refusal of a create whose `callback_url` does not answer; undefined where it does, or where there is none. */
export async function challenged(world: World, call: Call, { callback_url }: JsonObject): Promise<Answer | undefined> {
  if (typeof callback_url !== "string" || (await world.callbacks.challenge(callback_url))) return undefined;
  return { ...example(world, call, "callbackUnchecked"), note: "the challenge was not echoed" };
}

/** The scenarios that will be met later, for the log. */
export function stillToCome({ wishes }: Call): string {
  return wishes
    .flatMap(({ scenario, on }) => (scenario.moment === "later" || !on.includes("create") ? scenario.name : []))
    .join();
}

/** What becomes of every create: its ids, which are counted, its pace, and the scenarios that stay with it. */
export function accepted(world: World, call: Call, kind: Kind): Accepted {
  const slow = dueOf(world.attempts, call, "slow");
  const taskId = world.newId(kind);
  world.accepted.push(taskId);
  return {
    taskId,
    fileId: world.newId("file"),
    createdAt: world.now(),
    pace: world.speed / (slow ? (slow.number ?? 10) : 1),
    wishes: lasting(call.wishes),
  };
}

function accept(world: World, call: Call, kind: Kind, body: JsonObject): Task {
  const asked = (name: string) => dueOf(world.attempts, call, name);
  const task: Task = {
    ...accepted(world, call, kind),
    kind,
    ending: asked("sensitive_output") ? "failSensitiveOutput" : asked("fail") ? "fail" : "success",
    clip: clipFor(body),
  };
  world.tasks.set(task.taskId, task);
  if (task.ending === "success") {
    const file = videoFile(task, task.clip, task.createdAt + milestones(task).over);
    world.files.set(task.fileId, kind === "video" ? { ...file, purpose: "video_generation" } : file);
  }
  return task;
}

/** The words differ from the query's, and templates' from both, as in the spec. */
function tell(world: World, call: Call, task: Task, url: string): void {
  const { processing, over } = milestones(task);
  const { engine } = world;
  const body = (name: string, state: State) => () => ({
    ...engine.callback(call.path, name),
    task_id: task.taskId,
    file_id: state === "success" && task.kind === "video" ? task.fileId : "",
    base_resp: exampleJson(world, { ...call, method: "get", path: queryPath[task.kind] }, state).base_resp,
  });
  const success = task.kind === "template" ? "successAgent" : "success";
  announce(world, call, url, [
    [processing, body("processing", "processing")],
    [over, body(task.ending === "success" ? success : "failed", task.ending)],
  ]);
}

const queryPath: Record<Kind, string> = {
  video: "/v1/query/video_generation",
  template: "/v1/query/video_template_generation",
};
