import { SubmissionUnknownError } from "../base/errors.js";
import type { PromptTask, TaskKind, VideoTask } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";
import { type Purchase, V2_BODY } from "./cheapest-purchase.js";
import { type Flow, type FlowResult, runFlow } from "./flow-runner.js";
import type { Target } from "./target-server.js";

/** The task that a flow follows: one that exists, or one that the flow creates. */
export type FlowStart = { kind: TaskKind } & (
  | { taskId: string }
  | {
      purchase: Purchase;
      /** Called with the task as soon as it is accepted. */
      onTask?: ((task: VideoTask) => void) | undefined;
    }
);

/**
 * Follows a task to the bytes of its video, through the client as users have it; in API v2 also to its place in the list.
 * A video that was paid for is neither cancelled nor deleted: to try that costs a second task, so it is done only for free.
 */
export function taskFlow(target: Target, start: FlowStart): Promise<FlowResult> {
  const { version, create, query } = kinds[start.kind];
  return runFlow(target, version === 2 ? "videoGenerationV2Create" : create.operation, async (flow) => {
    const task = await beginTask(flow, start);
    flow.known[query.operation] = { task_id: task.id };
    flow.step = "wait";
    const result = await task.wait(patienceWith(target));
    // Context-IR ends with a prompt.
    if ("url" in result) {
      if (start.kind === "video" && result.fileId) flow.known.retrieveFile = { file_id: result.fileId };
      flow.step = "link";
      await followLink(flow, await result.url());
    }
    if (version === 1) return;
    await findInList(flow, task);
    if (target.free && "purchase" in start) {
      flow.known.videoGenerationV2Delete = { task_id: task.id };
      await cancelAnother(flow);
    }
    await flow.refused("query an unknown task", query.operation, { parameters: { task_id: UNUSED_ID } });
  });
}

/** Expands a prompt. A wait fails if its task ends without a prompt. */
export function promptFlow(target: Target): Promise<FlowResult> {
  return runFlow(target, "h3ContextIRV2Create", async (flow) => {
    const { model, content, duration, ratio } = V2_BODY;
    const task = await target.client().contextIR.create({ model, content, duration, ratio });
    flow.step = "wait";
    await task.wait(patienceWith(target));
  });
}

/** A task that was bought is paid for from here on, however the flow ends. */
async function beginTask(flow: Flow, start: FlowStart): Promise<VideoTask | PromptTask> {
  const { free, signal, client } = flow.target;
  const { videos, templates } = client();
  if ("taskId" in start) return videos.task(start.taskId, start.kind);
  const { body, price = "by the list of that server" } = start.purchase;
  try {
    const { create } = start.kind === "template" ? templates : videos;
    // The body is legal by the spec from which its type is made.
    const task = await create(body as never, { signal });
    if (!free) flow.paid = price;
    start.onTask?.(task);
    return task;
  } catch (error) {
    if (!free && error instanceof SubmissionUnknownError) flow.paid = `perhaps, because the reply was lost: ${price}`;
    throw error;
  }
}

const LONGEST_TASK = 30 * 60_000;
/** For servers that charge nothing: tasks of a mock are short. */
const SHORT = 20;

/** A server that only knows the spec answers with the example of another task, so waiting longer would not help. */
function patienceWith({ free, anyKey, signal }: Target) {
  return { timeout: anyKey ? SHORT : LONGEST_TASK, signal, ...(free ? { pollInterval: SHORT } : {}) };
}

/** `ftyp` at the fifth byte marks an MP4. */
const MP4 = /^.{8}66747970/;

/** Follows a link without a key. If a server on this machine links to another host, the link is an example: it is left alone. */
async function followLink(flow: Flow, url: string): Promise<void> {
  const { target } = flow;
  flow.step = "download";
  if (target.free && new URL(url).host !== new URL(target.server.baseUrl).host) return;
  const whole = await target.follow(url);
  if (whole.status !== 200 || !MP4.test(whole.head ?? ""))
    flow.find("HTTP 200 with an MP4, without a key", `HTTP ${whole.status}, ${whole.type}`);
  const part = await target.follow(url, { range: "bytes=0-99" });
  if (part.status !== 206 && part.status !== 200)
    flow.find("part of the file for a Range request", `HTTP ${part.status}`);
}

async function findInList(flow: Flow, { id }: { id: string }): Promise<void> {
  const { target } = flow;
  flow.step = "list";
  const listed: string[] = [];
  for await (const { task } of target.client().videos.list({ ids: [id], signal: target.signal })) listed.push(task.id);
  if (listed.join() !== id) flow.find(`only task ${id}`, listed.join(", ") || "no task");
}

/** Creates another task and cancels it. If it has begun by then, the service refuses, as documented. */
async function cancelAnother(flow: Flow): Promise<void> {
  flow.step = "create another";
  const task = await flow.target.client().videos.create(V2_BODY);
  flow.step = "cancel";
  try {
    await task.cancel();
  } catch {
    return;
  }
  const { word } = await task.status();
  if (word.toLowerCase() !== "cancelled") flow.find("status cancelled", `status ${word}`);
}

/** A well-formed id that no task has. */
const UNUSED_ID = "100000000000000";
