/** What can be asked about tasks of V2 for free: one of them, or a page of all. */
import { dueOf } from "../due.js";
import { linkTo } from "../files.js";
import type { JsonObject } from "../request.js";
import { type Answer, type Call, example, type World } from "../world.js";
import { isRemembered, type StateV2, since, stateOf, type TaskV2 } from "./tasks.js";

/** A task of the last seven days. */
export function taskNow({ tasksV2, now }: World, taskId: string): TaskV2 | undefined {
  const task = tasksV2.get(taskId);
  return task && isRemembered(task, now()) ? task : undefined;
}

// A word that no document of MiniMax's has.
const UNKNOWN_STATUS = "reviewing";

/** A task at this moment. */
export async function query(world: World, call: Call): Promise<Answer> {
  const task = taskNow(world, call.id);
  if (!task) return { ...example(world, call, "invalidTaskId"), note: "invalid" };
  const state = stateOf(task, world.now());
  const expired = state === "succeeded" && dueOf(world.attempts, call, "expired_link") !== undefined;
  const view = viewOf(world, task, state, call.origin, { expired });
  if (state === "running" && dueOf(world.attempts, call, "unknown_status")) view.status = UNKNOWN_STATUS;
  return { json: { task: view }, note: String(view.status) };
}

/** A task as it tells of itself, in a state. Each time with a new link to its video, which has expired if that is asked for. */
export function viewOf(
  world: World,
  task: TaskV2,
  state: StateV2,
  origin: string,
  { expired = false }: { expired?: boolean } = {},
): JsonObject {
  const { taskId, kind, asked, outcome, usage, failure, createdAt, fileId } = task;
  const { model, ratio, resolution, duration } = asked;
  const succeeded = state === "succeeded";
  const url = () => linkTo(world, { fileId, filename: "output.mp4" }, origin, { expired });
  return {
    ...{ id: taskId, model, status: state },
    ...(state === "failed" && { error: failure }),
    ...{ created_at: seconds(createdAt), updated_at: seconds(since(task, state)) },
    ...(succeeded && { content: "prompt" in outcome ? outcome : { url: url() } }),
    ...(resolution !== undefined && { resolution }),
    duration,
    usage: succeeded ? usage : {},
    // Adaptive until it is known which it became.
    ratio: succeeded && ratio === "adaptive" && "ratio" in outcome ? outcome.ratio : ratio,
    ...{ task_type: kind, modality: kind === "h3_context_ir" ? "text" : "video" },
  };
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

// Nobody has published the default; the vendor's examples ask for 4 and for 20.
const PAGE_SIZE = 20;

/** A page of the tasks of the last seven days that pass all filters, the newest first. All keys are of one account. */
export async function list(world: World, { query, origin }: Call): Promise<Answer> {
  const now = world.now();
  const passes = filterOf(query);
  const found = [...world.tasksV2.values()]
    .filter((task) => isRemembered(task, now))
    .map((task) => ({ task, state: stateOf(task, now) }))
    .filter(({ task, state }) => passes(task, state))
    .reverse();
  const size = Number(query.page_size ?? PAGE_SIZE);
  const start = (Number(query.page_num ?? 1) - 1) * size;
  const items = found.slice(start, start + size).map(({ task, state }) => viewOf(world, task, state, origin));
  return { json: { items, total: found.length }, note: `${items.length} of ${found.length} tasks` };
}

/** All that is asked for must hold; of several ids any. */
function filterOf(query: Call["query"]): (task: TaskV2, state: StateV2) => boolean {
  const isAsked = (name: string, value: string) => {
    const asked = query[`filter.${name}`];
    return asked === undefined || asked === value || (Array.isArray(asked) && asked.includes(value));
  };
  return ({ taskId, kind, asked }, state) =>
    isAsked("status", state) &&
    isAsked("task_ids", taskId) &&
    isAsked("model", asked.model) &&
    isAsked("task_type", kind);
}
