import { SubmissionUnknownError } from "../base/errors.js";
import type { TextToVideoV2 } from "../base/request-types.js";
import type { PromptTask, TaskKind, VideoTask } from "../base/task.js";
import { kinds } from "../kinds/kinds.js";
import type { CheckResult, Finding } from "./contract-report.js";
import { describeExchange, type Exchange, replyKindOf } from "./recorded-exchange.js";
import type { KnownIds } from "./request-samples.js";
import { type Asking, samplePicture, type Target } from "./target-server.js";

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
function find({ target, step, findings }: Flow, spec: string, saw: string): void {
  if (!target.anyKey) findings.push({ place: `flow, ${step}`, spec, saw, source: "openapi/flows.arazzo.yaml" });
}

/** Sends one request as the next step. Ends the flow if it is not accepted. */
async function accepted(flow: Flow, step: string, operationId: string, asking: Asking): Promise<Exchange> {
  flow.step = step;
  const exchange = await flow.target.ask(operationId, asking);
  if (replyKindOf(exchange, flow.target.server) !== "accepted") throw new Error(describeExchange(exchange));
  return exchange;
}

/** Sends one request as the next step, which should be refused as invalid. */
async function refused(flow: Flow, step: string, operationId: string, asking: Asking): Promise<void> {
  flow.step = step;
  const exchange = await flow.target.ask(operationId, asking);
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
    const result = await task.wait(patienceWith(target));
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
      await cancelAnother(flow);
    }
    await refused(flow, "query an unknown task", query.operation, { parameters: { task_id: UNUSED_ID } });
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
    find(flow, "HTTP 200 with an MP4, without a key", `HTTP ${whole.status}, ${whole.type}`);
  const part = await target.follow(url, { range: "bytes=0-99" });
  if (part.status !== 206 && part.status !== 200)
    find(flow, "part of the file for a Range request", `HTTP ${part.status}`);
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

/** A well-formed id that no task has. */
const UNUSED_ID = "100000000000000";

const purpose = "video_generation_input";

/** Uploads a picture, lists and downloads it, uses it in a create; deletes another; is refused a file that is not a picture. */
export function uploadFlow(target: Target): Promise<FlowResult> {
  return runFlow(target, "uploadFile", async (flow) => {
    const upload = async (step: string) => {
      const { text = "" } = await accepted(flow, step, "uploadFile", { body: { purpose, file: samplePicture() } });
      // Read from the text, so that no digit is lost.
      const [, id] = /"file_id"\s*:\s*"?(\d+)/.exec(text) ?? [];
      if (id === undefined) throw new Error("the reply has no file_id");
      return id;
    };
    const file_id = await upload("upload");
    flow.known.listFiles = { purpose };
    flow.known.retrieveFileContent = { file_id };
    flow.known.deleteFile = { file_id, purpose };
    const { text = "" } = await accepted(flow, "list", "listFiles", { parameters: { purpose } });
    if (!new RegExp(`"file_id"\\s*:\\s*${file_id}\\b`).test(text))
      find(flow, `a list with file ${file_id}`, "a list without it");
    await accepted(flow, "retrieve", "retrieveFile", { parameters: { file_id } });
    const { size } = await accepted(flow, "content", "retrieveFileContent", { parameters: { file_id } });
    const sent = samplePicture().length;
    if (size !== sent) find(flow, `the ${sent} bytes sent`, `${size} bytes`);
    if (target.operations.videoGenerationV2Create) {
      const frame = { type: "image_url", role: "first_frame", image_url: { url: `mm_file://${file_id}` } };
      const body = { ...V2_BODY, content: [...V2_BODY.content, frame], ratio: "adaptive" };
      await accepted(flow, "use in a create", "videoGenerationV2Create", { body });
    }
    const another = await upload("upload another");
    await accepted(flow, "delete another", "deleteFile", { body: { file_id: Number(another), purpose } });
    await refused(flow, "retrieve the deleted file", "retrieveFile", { parameters: { file_id: another } });
    const file = new TextEncoder().encode("no picture");
    await refused(flow, "upload a file that is not a picture", "uploadFile", { body: { purpose, file } });
  });
}
