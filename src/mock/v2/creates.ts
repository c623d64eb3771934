/** Accepting a create of V2. */
import { announce } from "../announce.js";
import { accepted, challenged, stillToCome } from "../creates.js";
import { dueOf } from "../due.js";
import { videoFile } from "../files.js";
import type { JsonObject } from "../request.js";
import { type Answer, type Call, exampleJson, invalid, type World } from "../world.js";
import { inputsOf, unavailable } from "./inputs.js";
import { plans } from "./plans.js";
import { taskNow, viewOf } from "./reads.js";
import { type KindV2, milestones, type StateV2, stateOf, type TaskV2 } from "./tasks.js";

/** A create that Prism found valid: one task, which is counted, if all that it names is there and its `callback_url` answers. */
export async function create(world: World, call: Call, kind: KindV2): Promise<Answer> {
  // Prism found it valid, and every valid create is an object.
  const body = call.body as JsonObject;
  const source = taskNow(world, String(body.source_task_id ?? ""));
  const refused =
    unavailable(world, call, inputsOf(body)) ??
    unfitSource(world, call, body, source) ??
    (await challenged(world, call, body));
  if (refused) return refused;
  const task = accept(world, call, kind, body, source);
  if (task.callbackUrl !== undefined) tell(world, call, task, task.callbackUrl);
  return { json: { ...exampleJson(world, call, "success"), task_id: task.taskId }, note: stillToCome(call) };
}

/** A regeneration of a task that is not one's own, not done or not of that model and size is refused, in our words. */
function unfitSource(world: World, call: Call, { source_task_id }: JsonObject, source?: TaskV2): Answer | undefined {
  if (source_task_id === undefined) return undefined;
  const refusal = (what: string) => invalid(world, call, `source_task_id: ${what}`);
  if (!source) return refusal("no task of the last 7 days");
  const { kind, asked } = source;
  if (kind !== "generation" || asked.model !== "MiniMax-H3" || asked.resolution !== "768P")
    return refusal("must be a video of MiniMax-H3 at 768P");
  const state = stateOf(source, world.now());
  return state === "succeeded" ? undefined : refusal(`the task must have succeeded, and is ${state}`);
}

const failures = {
  sensitive_output: { code: "1027", message: "the finished video was judged sensitive" },
  fail: { code: "1000", message: "internal error" },
};

function accept(world: World, call: Call, kind: KindV2, body: JsonObject, source?: TaskV2): TaskV2 {
  const failure = (["sensitive_output", "fail"] as const).find((name) => dueOf(world.attempts, call, name));
  const task: TaskV2 = {
    // 15 digits, as the official examples.
    ...accepted(world, call, "video"),
    ...plans[kind](world, body, source),
    kind,
    ...(failure && { failure: failures[failure] }),
    ...(typeof body.callback_url === "string" && { callbackUrl: body.callback_url }),
  };
  world.tasksV2.set(task.taskId, task);
  const { outcome, fileId, createdAt } = task;
  if ("clip" in outcome && !failure)
    world.files.set(fileId, videoFile(task, outcome.clip, createdAt + milestones(task).over));
  return task;
}

/** The first status is told as well; nothing is once the task was cancelled. */
function tell(world: World, call: Call, task: TaskV2, url: string): void {
  const { running, over } = milestones(task);
  const body = (state: StateV2) => () =>
    task.cancelledAt === undefined ? { task: viewOf(world, task, state, call.origin) } : undefined;
  announce(world, call, url, [
    [0, body("queued")],
    [running, body("running")],
    [over, body(task.failure ? "failed" : "succeeded")],
  ]);
}
