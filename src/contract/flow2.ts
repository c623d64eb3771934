import type { TextToVideoV2 } from "../request.js";
import type { VideoTask } from "../task.js";
import { takenBy, wordsOf } from "./exchange.js";
import { type Flowed, fetched, finished, flowOf, type Going, patience } from "./flow.js";
import type { Target } from "./target.js";

/** A create of MiniMax-H3, for servers that charge nothing. */
export const BODY = {
  model: "MiniMax-H3",
  content: [{ type: "text", text: "A red paper boat floats on a calm lake." }],
  resolution: "768P",
  duration: 4,
  ratio: "16:9",
} satisfies TextToVideoV2;

/** Version 2 from a create to the bytes of its video and its place in the list; and a second task that is not wanted any more. */
export function version2Flow(target: Target): Promise<Flowed> {
  return flowOf(target, "videoGenerationV2Create", async (going) => {
    const { videos } = target.client();
    const task = await videos.create(BODY);
    going.known.videoGenerationV2Query = { task_id: task.id };
    await fetched(target, going, await finished(target, going, task));
    going.known.videoGenerationV2Delete = { task_id: task.id };
    going.step("list");
    const listed: string[] = [];
    for await (const one of videos.list({ ids: [task.id] })) listed.push(one.task.id);
    if (listed.join() !== task.id)
      going.find({ place: "list", spec: `task ${task.id} alone`, saw: listed.join(", ") || "no task" });
    going.step("create another");
    const another = await videos.create(BODY);
    // Who only knows the spec answers every removal alike.
    if (!target.anyKey) await takenBack(target, going, another);
    going.step("query what there is not");
    await assertUnknown(target, going, NOBODYS);
  });
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

async function assertUnknown(target: Target, { find }: Going, taskId: string): Promise<void> {
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
