import { SubmissionUnknownError, WaitTimeoutError } from "../base/errors.js";
import { arrayOf } from "../base/record.js";
import type { TextToVideoV2 } from "../base/request-types.js";
import type { PromptTask, TaskKind, VideoTask } from "../base/task.js";
import { inVersion1, jsonFrom } from "../http/reply-shapes.js";
import { kinds } from "../kinds/kinds.js";
import type { CheckResult, Finding } from "./contract-report.js";
import { hexOf } from "./key-redaction.js";
import { describeExchange, type Exchange, replyKindOf } from "./recorded-exchange.js";
import { type Json, recordOf } from "./reply-facts.js";
import type { KnownIds } from "./request-samples.js";
import { type Asking, type CallbackReceiver, type Parameters, samplePicture, type Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

/** The body of a create, and its documented list price if there is one; gateways have none. */
export interface Purchase {
  readonly body: unknown;
  readonly price?: string;
}

export const PROMPT = "A red paper boat floats on a calm lake.";

/** A create of API v2, for servers that charge nothing. */
export const V2_BODY = {
  model: "MiniMax-H3",
  content: [{ type: "text", text: PROMPT }],
  resolution: "768P",
  duration: 4,
  ratio: "16:9",
} satisfies TextToVideoV2;

/** A flow under way. */
interface Flow {
  readonly target: Target;
  /** The step that is taken now; named in the report if it fails. */
  step: string;
  /** What was sent last, unless the client sent it. */
  last?: Exchange;
  /** What was bought, or may have been: its price in words. */
  paid?: string;
  /** Ids of what the flow made, for checks of the operations that need them. */
  readonly known: Record<string, Record<string, string>>;
  readonly findings: Finding[];
}

export interface FlowResult {
  readonly result: CheckResult;
  readonly known: KnownIds;
  readonly paid?: string;
}

/** Runs a flow until its end, or until a step throws. Rejects only with the reason of the target's signal. */
async function runFlow(target: Target, operationId: string, go: (flow: Flow) => Promise<void>): Promise<FlowResult> {
  const flow: Flow = { target, step: "create", known: {}, findings: [] };
  try {
    await go(flow);
  } catch (error) {
    if (target.signal?.aborted) throw target.signal.reason;
    find(flow, "succeeds", error instanceof Error ? error.message : String(error));
  }
  const { known, paid, findings } = flow;
  const outcome = findings.length > 0 ? "failed" : "passed";
  const result: CheckResult = { operationId, kind: "flow", cases: 1, outcome, findings };
  return { known, result, ...(paid === undefined ? {} : { paid }) };
}

/** Reports a disagreement. A server that only knows the spec remembers no task, and is not blamed for that. */
function find({ target, step, findings, last }: Flow, spec: string, saw: string): void {
  const shown = last ? requestShown(last) : {};
  if (!target.anyKey)
    findings.push({ place: `flow, ${step}`, spec, saw, source: "openapi/flows.arazzo.yaml", ...shown });
}

/** Sends one request as the next step. Ends the flow if it is not accepted. */
async function accepted(flow: Flow, step: string, operationId: string, asking: Asking): Promise<Exchange> {
  flow.step = `${step} (${operationId})`;
  const exchange = await flow.target.ask(operationId, asking);
  flow.last = exchange;
  if (replyKindOf(exchange, flow.target.server) !== "accepted") throw new Error(describeExchange(exchange));
  return exchange;
}

/** The JSON of a success, with ids as strings. */
function jsonOf({ text = "" }: Exchange): Json {
  return recordOf(jsonFrom(text)) ?? {};
}

/** Sends one request as the next step, which should be refused as invalid. */
async function refused(flow: Flow, step: string, operationId: string, asking: Asking): Promise<void> {
  flow.step = `${step} (${operationId})`;
  const exchange = await flow.target.ask(operationId, asking);
  flow.last = exchange;
  if (replyKindOf(exchange, flow.target.server) !== "invalid_request")
    find(flow, "is refused as invalid", describeExchange(exchange));
}

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
  return runFlow(target, create.operation, async (flow) => {
    const task = await beginTask(flow, start);
    flow.known[query.operation] = { task_id: task.id };
    flow.step = "wait";
    const result = await ended(target, task, query.operation);
    // A task that has ended stays as it is, which is judged with all traffic.
    if (target.operations[query.operation])
      await accepted(flow, "query again", query.operation, { parameters: { task_id: task.id } });
    // Context-IR ends with a prompt.
    if ("url" in result) {
      if (start.kind === "video" && result.fileId) flow.known.retrieveFile = { file_id: result.fileId };
      flow.step = "link";
      await followLink(flow, await result.url());
    }
    if (version === 1) return;
    await findInList(flow, task);
    if (target.free && "purchase" in start && start.kind === "generation") {
      flow.known.videoGenerationV2Delete = { task_id: task.id };
      flow.known.videoRegenerationV2Create = { source_task_id: task.id };
      await cancelAnother(flow);
    }
  });
}

/** A task that was bought is paid for from here on, however the flow ends. */
async function beginTask(flow: Flow, start: FlowStart): Promise<VideoTask | PromptTask> {
  const { free, signal, client } = flow.target;
  const { videos, templates, contextIR } = client();
  if ("taskId" in start) return videos.task(start.taskId, start.kind);
  const { body, price = "by the list of that server" } = start.purchase;
  try {
    const { create } = { template: templates, h3_context_ir: contextIR }[String(start.kind)] ?? videos;
    // The body is legal by the spec from which its type is made.
    const task = await create(body as never, { signal });
    if (!free) flow.paid = price;
    // Only tasks of videos are bought.
    start.onTask?.(task as VideoTask);
    return task;
  } catch (error) {
    if (!free && error instanceof SubmissionUnknownError) flow.paid = `perhaps, because the reply was lost: ${price}`;
    throw error;
  }
}

const LONGEST_TASK = 30 * 60_000;
/** The same at servers that charge nothing. */
const LONGEST_FREE_TASK = 5 * 60_000;
/** For servers that charge nothing: tasks of a mock are short. */
const SHORT = 20;

/** A server that only knows the spec answers with the example of another task, so waiting longer would not help. */
function patienceWith({ free, anyKey, signal }: Target) {
  return {
    timeout: anyKey ? SHORT : free ? LONGEST_FREE_TASK : LONGEST_TASK,
    signal,
    ...(free ? { pollInterval: SHORT } : {}),
  };
}

/** How long a free server may answer without telling anything that leads on. */
const SLICE = 5_000;
const FINAL = /"status"\s*:\s*"(success|succeeded|fail|failed|failure|cancelled|expired)"/i;

/**
 * What a task ends with. A free server is given up early if, for seconds, no reply is about the task, or the task has ended and
 * its result is missing.
 */
async function ended<Kind extends PromptTask | VideoTask>(target: Target, task: Kind, operationId: string) {
  const patience = patienceWith(target);
  const until = Date.now() + patience.timeout;
  for (;;) {
    const seen = target.exchanges().length;
    try {
      const timeout = target.free ? Math.min(SLICE, patience.timeout) : patience.timeout;
      // What the task of this kind ends with.
      return (await task.wait({ ...patience, timeout })) as Awaited<ReturnType<Kind["wait"]>>;
    } catch (error) {
      if (!(error instanceof WaitTimeoutError) || Date.now() >= until || target.signal?.aborted) throw error;
      const replies = target
        .exchanges()
        .slice(seen)
        .filter((one) => one.operationId === operationId);
      const own = replies.filter(({ text = "" }) => text.includes(task.id));
      if (own.length === 0) throw new Error(`no reply to ${replies.length} queries is about the task`);
      if (own.some(({ text = "" }) => FINAL.test(text)))
        throw new Error("the task has ended, but its result is missing");
    }
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
  if (whole.status !== 200 || !MP4.test(whole.head ?? ""))
    find(flow, "HTTP 200 with an MP4, without a key", describeExchange(whole));
  flow.step = "download a range";
  const part = await target.follow(url, { range: "bytes=4-103" });
  // In hexadecimal, four bytes are eight digits.
  const isThatPart = part.size === 100 && (part.head ?? "").startsWith((whole.head ?? "").slice(8));
  if (part.status === 206 ? !isThatPart : part.status !== 200)
    find(flow, "that part of the file for a Range request", `HTTP ${part.status}, ${part.size} bytes, or others`);
}

async function findInList(flow: Flow, { id }: { id: string }): Promise<void> {
  const { target } = flow;
  flow.step = "list";
  const listed: string[] = [];
  for await (const { task } of target.client().videos.list({ ids: [id], signal: target.signal })) listed.push(task.id);
  if (listed.join() !== id) find(flow, `only task ${id}`, listed.join(", ") || "no task");
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
  if (word.toLowerCase() !== "cancelled") find(flow, "status cancelled", `status ${word}`);
}

/** Makes tasks that differ, and lists them by each of their facts, page by page. Deletes one that has ended. */
export function listFlow(target: Target): Promise<FlowResult> {
  return runFlow(target, "videoGenerationV2List", async (flow) => {
    const create = async (operationId: string, body: unknown) => {
      const { task_id } = jsonOf(await accepted(flow, "create", operationId, { body }));
      return String(task_id);
    };
    const list = async (step: string, parameters: Parameters) => {
      const json = jsonOf(await accepted(flow, step, "videoGenerationV2List", { parameters }));
      return arrayOf(json.items).map((item) => String(Object(item).id));
    };
    const wants = async (parameters: Parameters, ids: readonly string[]) => {
      const [name = ""] = Object.keys(parameters);
      const found = await list(`query ${name}`, { ...parameters, page_size: "100" });
      const missing = ids.filter((id) => !found.includes(id));
      if (missing.length > 0) find(flow, `every task that matches ${name}`, `${missing.length} of them missing`);
    };
    const { resolution: _, ...promptBody } = V2_BODY;
    const prompt = await create("h3ContextIRV2Create", promptBody);
    const fast = await create("videoGenerationV2Create", { ...V2_BODY, model: "MiniMax-H3-Max", duration: 5 });
    const plain = await create("videoGenerationV2Create", { ...V2_BODY, duration: 5 });
    const mine = [prompt, fast, plain];
    await ended(target, target.client().videos.task(prompt, "h3_context_ir"), "videoGenerationV2Query");
    await wants({ "filter.model": "MiniMax-H3-Max" }, [fast]);
    await wants({ "filter.task_type": "h3_context_ir" }, [prompt]);
    await wants({ "filter.status": "succeeded" }, [prompt]);
    await wants({ "filter.task_ids": [fast, plain] }, [fast, plain]);
    const pages: string[][] = [];
    for (let page = 1; page <= MOST_PAGES && (pages.at(-1)?.length ?? 2) === 2; page++)
      pages.push(await list("query page_num", { page_num: String(page), page_size: "2" }));
    const listed = pages.flat();
    const isShort = pages.length < MOST_PAGES;
    if (new Set(listed).size < listed.length) find(flow, "each task on one page (page_num)", "a task on several pages");
    if (isShort && !mine.every((id) => listed.includes(id))) find(flow, "every task on some page", "a task on none");
    // What is listed of a task is what its query says.
    await accepted(flow, "query", "videoGenerationV2Query", { parameters: { task_id: prompt } });
    const { action } = jsonOf(
      await accepted(flow, "delete a task that has ended", "videoGenerationV2Delete", {
        parameters: { task_id: prompt },
      }),
    );
    if (action !== "deleted") find(flow, "action deleted", `action ${String(action)}`);
    await refused(flow, "query the deleted task", "videoGenerationV2Query", { parameters: { task_id: prompt } });
    const left = await list("list the deleted task", { "filter.task_ids": [prompt] });
    if (left.length > 0) find(flow, "no deleted task", "a deleted task");
  });
}

const MOST_PAGES = 100;

const purpose = "video_generation_input";

/** Uploads a picture, lists and downloads it, uses it in a create; deletes another; is refused a file that is not a picture. */
export function uploadFlow(target: Target): Promise<FlowResult> {
  return runFlow(target, "uploadFile", async (flow) => {
    const sent = samplePicture();
    const expected: Json = { bytes: sent.length, filename: "file.png", purpose };
    const compare = (step: string, file: Json) => {
      flow.step = step;
      for (const [name, value] of Object.entries(expected))
        if (file[name] !== undefined && file[name] !== value)
          find(flow, `${name} ${String(value)}, as uploaded`, `${name} ${String(file[name])}`);
    };
    const upload = async (step: string) => {
      const reply = jsonOf(await accepted(flow, step, "uploadFile", { body: { purpose, file: sent } }));
      const file = recordOf(reply.file) ?? {};
      if (!/^\d+$/.test(String(file.file_id))) throw new Error("the reply has no file_id");
      compare(step, file);
      return String(file.file_id);
    };
    const list = async (step: string) => {
      const { files } = jsonOf(await accepted(flow, step, "listFiles", { parameters: { purpose } }));
      return new Map(arrayOf(files).map((file) => [String(Object(file).file_id), recordOf(file) ?? {}]));
    };
    const file_id = await upload("upload");
    flow.known.listFiles = { purpose };
    flow.known.retrieveFileContent = { file_id };
    flow.known.deleteFile = { file_id, purpose };
    const listed = (await list("listFiles")).get(file_id);
    if (listed) compare("listFiles", listed);
    else find(flow, `a list with file ${file_id}`, "a list without it");
    const { file } = jsonOf(await accepted(flow, "retrieve", "retrieveFile", { parameters: { file_id } }));
    compare("retrieve", recordOf(file) ?? {});
    const content = await accepted(flow, "content", "retrieveFileContent", { parameters: { file_id } });
    const digest = hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", sent)));
    if (content.digest !== digest)
      find(flow, `the ${sent.length} bytes sent, unchanged`, `${content.size} bytes, or others`);
    if (target.operations.videoGenerationV2Create) {
      const frame = { type: "image_url", role: "first_frame", image_url: { url: `mm_file://${file_id}` } };
      const body = { ...V2_BODY, content: [...V2_BODY.content, frame], ratio: "adaptive" };
      await accepted(flow, "use in a create", "videoGenerationV2Create", { body });
    }
    const gone = await upload("upload another");
    await accepted(flow, "delete another", "deleteFile", { body: { file_id: Number(gone), purpose } });
    await refused(flow, "retrieve the deleted file", "retrieveFile", { parameters: { file_id: gone } });
    await refused(flow, "content of the deleted file", "retrieveFileContent", { parameters: { file_id: gone } });
    if ((await list("listFiles after the file is deleted")).has(gone)) find(flow, "no deleted file", "a deleted file");
    const text = new TextEncoder().encode("no picture");
    await refused(flow, "upload a file that is not a picture", "uploadFile", { body: { purpose, file: text } });
  });
}

/** How long a callback about the end may take after the task has ended. */
const CALLBACK_LIMIT = 3_000;

/** Makes a task whose changes are reported to a receiver; waits for the report of its end. */
export function callbackFlow(
  target: Target,
  receiver: CallbackReceiver,
  kind: "video" | "generation",
  body: unknown,
): Promise<FlowResult> {
  const { create, query } = kinds[kind];
  return runFlow(target, create.operation, async (flow) => {
    const nowhere = new URL(receiver.url);
    nowhere.port = "9";
    const dead = { ...Object(body), callback_url: nowhere.href };
    await refused(flow, "create with a callback_url that fails the challenge", create.operation, { body: dead });
    const path = `/${kind}`;
    const url = receiver.url + path;
    const reply = await accepted(flow, "create with callback_url", create.operation, {
      body: { ...Object(body), callback_url: url },
    });
    const id = String(recordOf(inVersion1(jsonOf(reply)))?.task_id);
    const { videos } = target.client();
    await ended(target, videos.task(id, kind), query.operation).catch(() => undefined);
    flow.step = "callback";
    const arrived = () =>
      receiver
        .received()
        .filter((one) => one.path?.endsWith(path))
        .map(({ body }) => recordOf(body) ?? {});
    const tasksIn = () => arrived().flatMap((one) => ("challenge" in one ? [] : [recordOf(one.task) ?? one]));
    const isEnd = ({ status }: Json) => /^(success|succeeded|fail|failed)$/.test(String(status));
    for (let left = CALLBACK_LIMIT; left > 0 && !tasksIn().some(isEnd); left -= SHORT) await target.pause(SHORT);
    if (!("challenge" in (arrived()[0] ?? {}))) find(flow, "a callback with a challenge before any other", "none");
    if (!tasksIn().some(isEnd)) find(flow, "a callback about the end of the task", `${tasksIn().length} others`);
    for (const task of tasksIn()) {
      if (String(task.id ?? task.task_id) !== id)
        find(flow, "the task_id of the create", "a callback about another task");
      if (!CALLBACK_STATUSES.test(String(task.status)))
        find(flow, "a documented status", `a callback with status ${String(task.status)}`);
    }
    if (kind === "video" && arrived().some((one) => !("challenge" in one) && !recordOf(one.base_resp)))
      find(flow, "a base_resp", "a callback without base_resp");
    flow.known[query.operation] = { task_id: id };
  });
}

const CALLBACK_STATUSES = /^(processing|success|failed|queued|running|succeeded|cancelled|expired)$/;
