/** Accepting a create. */
import { clipFor } from "./clips.js";
import { dueOf } from "./due.js";
import type { JsonObject } from "./request.js";
import { type Kind, milestones, type State, type Task } from "./tasks.js";
import { lasting } from "./wishes.js";
import { type Answer, type Call, example, type World } from "./world.js";

/** A create that Prism found valid: one task, which is counted, unless its `callback_url` does not answer. */
export async function create(world: World, call: Call, kind: Kind): Promise<Answer> {
  // Prism found it valid, and every valid create is an object.
  const body = call.body as JsonObject;
  if (typeof body.callback_url === "string" && !(await world.callbacks.challenge(body.callback_url)))
    return { json: await example(world, call, "callbackUnchecked"), note: "the challenge was not echoed" };
  const task = accept(world, call, kind, body);
  if (typeof body.callback_url === "string") announce(world, call, task, body.callback_url);
  return { json: { ...(await example(world, call, "success")), task_id: task.taskId }, note: stillToCome(call) };
}

/** The scenarios that will be met later, for the log. */
function stillToCome({ wishes }: Call): string {
  return wishes
    .flatMap(({ scenario, on }) => (scenario.moment === "later" || !on.includes("create") ? scenario.name : []))
    .join();
}

function accept(world: World, call: Call, kind: Kind, body: JsonObject): Task {
  const asked = (name: string) => dueOf(world.attempts, call, name);
  const slow = asked("slow");
  const task: Task = {
    kind,
    taskId: world.newId(kind),
    fileId: world.newId("file"),
    createdAt: world.now(),
    pace: world.speed / (slow ? (slow.number ?? 10) : 1),
    ending: asked("sensitive_output") ? "failSensitiveOutput" : asked("fail") ? "fail" : "success",
    clip: clipFor(body),
    wishes: lasting(call.wishes),
  };
  world.tasks.set(task.taskId, task);
  world.files.set(task.fileId, task);
  return task;
}

/** Milliseconds of real time: what comes after something else, and what comes late. */
const AFTER = 100;
const LATE = 5_000;

/** Plans the calls to `callback_url`. The words differ from the query's, and templates' from both, as in the spec. */
function announce(world: World, call: Call, task: Task, url: string): void {
  const { processing, over } = milestones(task);
  const asked = (name: string) => dueOf(world.attempts, call, name);
  const late = asked("late_callbacks");
  const delay = late ? (late.number ?? LATE) : 0;
  const often = asked("no_callbacks") ? 0 : asked("double_callbacks") ? 2 : 1;
  const first = asked("disordered_callbacks") ? over + AFTER : processing;
  const body = async (name: string, state: State) => ({
    ...world.engine.callback(call.path, name),
    task_id: task.taskId,
    file_id: state === "success" && task.kind === "video" ? task.fileId : "",
    base_resp: (await world.engine.example("get", queryPath[task.kind], state)).base_resp,
  });
  const success = task.kind === "template" ? "successAgent" : "success";
  for (let time = 0; time < often; time += 1) {
    world.callbacks.later(url, first + delay, () => body("processing", "processing"));
    world.callbacks.later(url, over + delay, () => body(task.ending === "success" ? success : "failed", task.ending));
  }
}

const queryPath: Record<Kind, string> = {
  video: "/v1/query/video_generation",
  template: "/v1/query/video_template_generation",
};
