/** The end of a task that somebody does not want any more: cancelled or deleted, as its status decides. */
import { type Answer, type Call, example, exampleJson, type World } from "../world.js";
import { taskNow, viewOf } from "./reads.js";
import { stateOf, type TaskV2 } from "./tasks.js";

/** Cancels a task that is queued, deletes one that has ended, and refuses the rest. */
export async function remove(world: World, call: Call): Promise<Answer> {
  const task = taskNow(world, call.id);
  if (!task) return { ...example(world, call, "invalidTaskId"), note: "invalid" };
  const state = stateOf(task, world.now());
  if (state === "running" || state === "cancelled") return { ...example(world, call, state, 400), note: state };
  const action = state === "queued" ? "cancelled" : "deleted";
  if (action === "cancelled") cancel(world, call, task);
  else forget(world, task);
  return { json: { ...exampleJson(world, call, action), task_id: task.taskId }, note: action };
}

/** It can still be queried, and its receiver hears of it. */
function cancel(world: World, { origin }: Call, task: TaskV2): void {
  task.cancelledAt = world.now();
  if (task.callbackUrl === undefined) return;
  world.callbacks.line(task.callbackUrl)(0, () => ({ task: viewOf(world, task, "cancelled", origin) }));
}

/** Its record is gone, and its video with it. */
function forget({ tasksV2, files }: World, { taskId, fileId }: TaskV2): void {
  tasksV2.delete(taskId);
  files.delete(fileId);
}
