/** Accepting a create, or refusing it as a scenario asks. */
import { clipFor } from "./clips.js";
import { type JsonObject, wordsOf } from "./request.js";
import { actsOnCreate, askedIn, type Scenario, scenarios } from "./scenario.js";
import { type Kind, milestones, type State, type Task } from "./tasks.js";
import { type Call, example, invalid, type Reply, type World } from "./world.js";

const BAD_GATEWAY =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/** A create that Prism found valid: makes one task at most, and says so unless a scenario keeps it from it. */
export async function create(world: World, call: Call, kind: Kind): Promise<Reply> {
  // Prism found it valid, and every valid create is an object.
  const body = call.body as JsonObject;
  const words = wordsOf(body);
  const { plays, unknown } = askedIn(words, call.key);
  if (unknown.length > 0) return invalid(world, call, `the mock has no scenario ${unknown.join(", ")}`);

  const scenario = dueNow(world, plays, words);
  const note = scenario?.name ?? later(plays);
  if (scenario?.example && !scenario.accepted) return { json: await example(world, call, scenario.example), note };
  if (typeof body.callback_url === "string" && !(await world.callbacks.challenge(body.callback_url)))
    return { json: await example(world, call, "callbackUnchecked"), note: "the challenge was not echoed" };

  const task = accept(world, kind, body, plays);
  if (typeof body.callback_url === "string") announce(world, task, call.path, body.callback_url);
  if (scenario?.example) return { json: await example(world, call, scenario.example), note };
  if (scenario?.name === "unclear") return { html: BAD_GATEWAY, note };
  if (scenario?.name === "lost_reply") return { cut: true, note };
  return { json: { ...(await example(world, call, "success")), task_id: task.taskId }, note };
}

/** The create-time scenario to play for this very create: one that was asked for, and has not been played often enough. */
function dueNow(world: World, plays: Task["plays"], words: string): Scenario | undefined {
  return scenarios.find((scenario) => {
    const { name } = scenario;
    if (!plays.has(name) || !actsOnCreate(scenario)) return false;
    const attempt = (world.attempts.get(`${name} ${words}`) ?? 0) + 1;
    world.attempts.set(`${name} ${words}`, attempt);
    return attempt <= (plays.get(name) ?? Number.POSITIVE_INFINITY);
  });
}

/** The scenarios that are still to come, for the log. */
function later(plays: Task["plays"]): string {
  return scenarios
    .flatMap((scenario) => (plays.has(scenario.name) && !actsOnCreate(scenario) ? scenario.name : []))
    .join();
}

function accept(world: World, kind: Kind, body: JsonObject, plays: Task["plays"]): Task {
  const task: Task = {
    kind,
    taskId: world.newId(kind),
    fileId: world.newId("file"),
    createdAt: world.now(),
    pace: world.speed / (plays.has("slow") ? (plays.get("slow") ?? 10) : 1),
    ending: plays.has("sensitive_output") ? "failSensitiveOutput" : plays.has("fail") ? "fail" : "success",
    clip: clipFor(body),
    plays,
    queries: 0,
    links: 0,
    downloads: 0,
  };
  world.tasks.set(task.taskId, task);
  world.files.set(task.fileId, task);
  return task;
}

/** Plans the calls to `callback_url`. The words differ from the query's, and templates' from both, as in the spec. */
function announce(world: World, task: Task, createPath: string, url: string): void {
  const { processing, over } = milestones(task);
  const call = async (name: string, state: State) => ({
    ...world.engine.callback(createPath, name),
    task_id: task.taskId,
    file_id: state === "success" && task.kind === "video" ? task.fileId : "",
    base_resp: (await world.engine.example("get", queryPath[task.kind], state)).base_resp,
  });
  const success = task.kind === "template" ? "successAgent" : "success";
  world.callbacks.later(url, processing, () => call("processing", "processing"));
  world.callbacks.later(url, over, () => call(task.ending === "success" ? success : "failed", task.ending));
}

const queryPath: Record<Kind, string> = {
  video: "/v1/query/video_generation",
  template: "/v1/query/video_template_generation",
};
