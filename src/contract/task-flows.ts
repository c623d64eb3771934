import { SubmissionUnknownError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import type { PromptTask, TaskKind, VideoTask } from "../base/task.js";
import { unlisted } from "../generated/offers.js";
import { kinds } from "../kinds/kinds.js";
import { accepted, ended, type Flow, find, keep, refused, runFlow, SHORT, V2_BODY } from "./flow.js";
import { describeExchange, hasEnded, recordOf } from "./read-exchange.js";
import type { Target } from "./target-server.js";

/** The body of a create, and its documented list price if there is one; gateways have none. */
export interface Purchase {
  readonly body: unknown;
  readonly price?: string;
}

/** The task that a flow follows: one that exists, or one that the flow creates. */
export type FlowStart = { kind: TaskKind } & (
  | { taskId: string }
  | { purchase: Purchase; onTask?: ((task: VideoTask) => void) | undefined }
);

/**
 * Follows a task to the bytes of its video, through the client that users have; in API v2 also to its place in the list.
 * Never cancels or deletes a video that was paid for. Cancelling needs a second task, so it is tried only at a free server.
 */
export function taskFlow(target: Target, start: FlowStart): Promise<void> {
  const { version, create, query } = kinds[start.kind];
  return runFlow(target, create.operation, async (flow) => {
    const task = await beginTask(flow, start);
    keep(flow, query.operation, { task_id: task.id });
    flow.step = "wait";
    const result = await ended(target, task, query.operation);
    // A task that has ended stays as it is, which is judged with all traffic.
    if (target.operations[query.operation])
      await accepted(flow, "query again", query.operation, { parameters: { task_id: task.id } });
    // Context-IR ends with a prompt.
    if ("url" in result) {
      if (start.kind === "video" && result.fileId) keep(flow, "retrieveFile", { file_id: result.fileId });
      flow.step = "link";
      await followLink(flow, await result.url());
    }
    if (version === 1) return;
    await findInList(flow, task);
    if (target.free && "purchase" in start && start.kind === "generation") {
      keep(flow, "videoGenerationV2Delete", { task_id: task.id });
      keep(flow, "videoRegenerationV2Create", { source_task_id: task.id });
      await cancelAnother(flow);
    }
  });
}

/** Returns the existing task, or creates one and records what it costs, because it stays paid for however the flow ends. */
async function beginTask(flow: Flow, start: FlowStart): Promise<VideoTask | PromptTask> {
  const { free, signal, client, found } = flow.target;
  const { videos, templates, contextIR } = client();
  if ("taskId" in start) return videos.task(start.taskId, start.kind);
  const { body, price = "at the price of that server" } = start.purchase;
  try {
    const { create } = { template: templates, h3_context_ir: contextIR }[String(start.kind)] ?? videos;
    // The body is legal by the spec from which its type is made.
    const task = await create(body as never, { signal });
    if (!free) found.paid.push(price);
    // Only tasks of videos are bought.
    start.onTask?.(task as VideoTask);
    return task;
  } catch (error) {
    if (!free && (error instanceof SubmissionUnknownError || signal?.aborted))
      found.paid.push(`perhaps, because the reply was lost: ${price}`);
    throw error;
  }
}

/** `ftyp` at the fifth byte marks an MP4. */
const MP4 = /^.{8}66747970/;

/** Follows a link without a key. A server that only knows the spec links to an example, which is left alone. */
async function followLink(flow: Flow, url: string): Promise<void> {
  const { target } = flow;
  flow.step = "download";
  if (target.anyKey) return;
  const whole = await target.follow(url);
  const head = whole.head ?? "";
  if (whole.status !== 200 || !MP4.test(head))
    find(flow, "HTTP 200 with an MP4, without a key", describeExchange(whole));
  flow.step = "download a range";
  const part = await target.follow(url, { range: "bytes=4-103" });
  // In hexadecimal, four bytes are eight digits.
  const isThatPart = part.size === 100 && (part.head ?? "").startsWith(head.slice(8));
  if (part.status === 206 ? !isThatPart : part.status !== 200)
    find(flow, "that part of the file for a Range request", `HTTP ${part.status} with ${part.size} other bytes`);
}

async function findInList(flow: Flow, { id }: { id: string }): Promise<void> {
  const { client, signal } = flow.target;
  flow.step = "list";
  const listed: string[] = [];
  for await (const { task } of client().videos.list({ ids: [id], signal })) listed.push(task.id);
  if (listed.join() !== id) find(flow, `only task ${id}`, listed.join(", ") || "no task");
}

/** Creates another task and cancels it. If it is already running, the service refuses that, as documented. */
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
  if (word.toLowerCase() !== "cancelled") find(flow, "status cancelled", `status ${word}`);
}

const CALLBACK_STATUSES = /^(processing|success|failed|queued|running|succeeded|cancelled|expired)$/;

/**
 * Creates a task that calls a receiver, and waits for the callback about its end. Does nothing without a receiver, and at a gateway
 * whose page does not list callbacks.
 */
export async function callbackFlow(target: Target, kind: "video" | "generation", body: object): Promise<void> {
  const { create, query } = kinds[kind];
  const { receiver } = target;
  if (!receiver || target.anyKey || unlisted[target.server.spec].includes("callback_url")) return;
  await runFlow(target, create.operation, async (flow) => {
    const calling = (callback_url: string) => ({ body: { ...body, callback_url } });
    const nowhere = new URL(receiver.url);
    nowhere.port = "9";
    const step = "create with a callback_url that fails the challenge";
    await refused(flow, step, create.operation, calling(nowhere.href));
    const path = `/${kind}`;
    const reply = await accepted(flow, "create with callback_url", create.operation, calling(receiver.url + path));
    const id = String(reply.inVersion1.task_id);
    const task = target.client().videos.task(id, kind);
    await ended(target, task, query.operation).catch(() => undefined);
    flow.step = "callback";
    const own = () => receiver.received().filter((one) => one.path?.endsWith(path));
    const arrived = () => own().map(({ body }) => recordOf(body) ?? {});
    const told = () => arrived().filter((one) => !("challenge" in one));
    const tasks = () => told().map((one) => recordOf(one.task) ?? one);
    // How long a callback about the end may take after the task has ended.
    for (let left = 3_000; left > 0 && !tasks().some(hasEnded); left -= SHORT) await target.pause(SHORT);
    if (!("challenge" in (arrived()[0] ?? {}))) find(flow, "a callback with a challenge before any other", "none");
    if (!tasks().some(hasEnded)) find(flow, "a callback about the end of the task", `${tasks().length} others`);
    for (const { task_id, id: said = task_id, status } of tasks()) {
      if (String(said) !== id) find(flow, "the task_id of the create", "a callback about another task");
      if (!CALLBACK_STATUSES.test(String(status)))
        find(flow, "a documented status", `a callback with status ${String(status)}`);
    }
    if (kind === "video" && !told().every(({ base_resp }) => isRecord(base_resp)))
      find(flow, "a base_resp", "a callback without base_resp");
    keep(flow, query.operation, { task_id: id });
  });
}
