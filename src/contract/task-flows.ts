import type { VideoTask } from "../base/task.js";
import { BODY } from "./cheapest-purchase.js";
import { begun, type Flowed, fetched, finished, flowOf, type Going, patience, type Start } from "./flow-runner.js";
import { takenBy, wordsOf } from "./recorded-exchange.js";
import type { Target } from "./target-server.js";

/**
 * Version 2 from a create (or a task) to the bytes of its video and its place in the list. Nothing is taken back here: a video
 * that was paid for is left where it is, and a cancel would need a second task.
 */
export function taskFlow2(target: Target, start: Start): Promise<Flowed> {
  return flowOf(target, "videoGenerationV2Create", async (going) => {
    await lookedAt(target, going, await begun(target, going, start));
    await assertUnknown(target, going, NOBODYS);
  });
}

/** The same, and then a second task that is not wanted any more: where nothing is charged. */
export function version2Flow(target: Target): Promise<Flowed> {
  return flowOf(target, "videoGenerationV2Create", async (going) => {
    const { videos } = target.client();
    const task = await videos.create(BODY);
    await lookedAt(target, going, task);
    going.known.videoGenerationV2Delete = { task_id: task.id };
    going.step("create another");
    const another = await videos.create(BODY);
    // Who only knows the spec answers every removal alike.
    if (!target.anyKey) await takenBack(target, going, another);
    await assertUnknown(target, going, NOBODYS);
  });
}

/** Waited for, its bytes fetched, found in the list. The task of a prompt ends with words. */
async function lookedAt(target: Target, going: Going, task: VideoTask): Promise<void> {
  going.known.videoGenerationV2Query = { task_id: task.id };
  const made = await finished(target, going, task);
  if (task.kind !== "h3_context_ir") await fetched(target, going, made);
  going.step("list");
  const listed: string[] = [];
  for await (const one of target.client().videos.list({ ids: [task.id], signal: target.signal }))
    listed.push(one.task.id);
  if (listed.join() !== task.id)
    going.find({ place: "list", spec: `task ${task.id} alone`, saw: listed.join(", ") || "no task" });
}

/** Cancelled while it is queued; where it is too late for that, deleted when it is over. */
async function takenBack(target: Target, going: Going, task: VideoTask): Promise<void> {
  const { step, find } = going;
  step("cancel");
  const isCancelled = await task.cancel().then(
    () => true,
    () => false,
  );
  if (isCancelled) {
    const { word } = await task.status();
    if (word.toLowerCase() !== "cancelled") find({ place: "cancel", spec: "status cancelled", saw: `status ${word}` });
    return;
  }
  step("wait for another");
  await task.wait(patience(target));
  step("delete");
  await task.delete();
  await assertUnknown(target, going, task.id);
}

/** An id that is well formed, and of no task. */
const NOBODYS = "100000000000000";

async function assertUnknown(target: Target, { step, find }: Going, taskId: string): Promise<void> {
  step("query what there is not");
  const reply = await target.ask("videoGenerationV2Query", { parameters: { task_id: taskId } });
  if (takenBy(reply, target.server) !== "invalid_request")
    find({ place: `query of ${taskId}`, spec: "no such task", saw: wordsOf(reply) });
}

/** A prompt that is expanded. */
export function promptFlow(target: Target): Promise<Flowed> {
  return flowOf(target, "h3ContextIRV2Create", async ({ step }) => {
    const { model, content, duration, ratio } = BODY;
    const { contextIR } = target.client();
    const task = await contextIR.create({ model, content, duration, ratio });
    step("wait");
    // What plays examples answers every query with that of a video. Elsewhere an end without words is an error of the wait.
    if (!target.anyKey) await task.wait(patience(target));
  });
}
