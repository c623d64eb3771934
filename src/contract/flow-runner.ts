import { SubmissionUnknownError } from "../base/errors.js";
import type { TaskKind, Video, VideoTask } from "../base/task.js";
import type { Purchase } from "./cheapest-purchase.js";
import type { CheckResult, Finding } from "./contract-report.js";
import type { Known } from "./subject.js";
import type { Target } from "./target-server.js";

/** What a flow shows, and the ids of what it made, for checks of operations that need some. */
export interface Flowed {
  result: CheckResult;
  known: Known;
  /** What was bought, or may have been: its price in words. */
  paid?: string;
}

/** A flow under way: where it is, what it has made, and what it has found. */
export interface Going {
  /** Names the step that begins. */
  step(name: string): void;
  readonly known: Record<string, Record<string, string>>;
  /** Says what was bought, or may have been. */
  pay(price: string): void;
  /** Something that a server which remembers does otherwise; one that only knows the spec is not blamed. */
  find(finding: Pick<Finding, "place" | "spec" | "saw">): void;
}

const SOURCE = "openapi/flows.arazzo.yaml";

/** Goes through a flow until its end, or until a step fails. Rejects only with the reason of the target's signal. */
export async function flowOf(
  target: Target,
  operationId: string,
  go: (going: Going) => Promise<void>,
): Promise<Flowed> {
  const known: Going["known"] = {};
  const findings: Finding[] = [];
  let at = "create";
  let paid: string | undefined;
  const find = (finding: Omit<Finding, "source">) => {
    // A server that only knows the spec remembers no task, and is not blamed for that.
    if (!target.anyKey) findings.push({ ...finding, source: SOURCE });
  };
  const step = (name: string) => {
    at = name;
  };
  const pay = (price: string) => {
    paid = price;
  };
  try {
    await go({ step, known, pay, find });
  } catch (error) {
    target.signal?.throwIfAborted();
    find({ place: `flow, ${at}`, spec: "goes well", saw: error instanceof Error ? error.message : String(error) });
  }
  const outcome = findings.length > 0 ? "failed" : "passed";
  return {
    known,
    ...(paid === undefined ? {} : { paid }),
    result: { operationId, kind: "flow", cases: 1, outcome, findings },
  };
}

/** A task to go through with: one that exists, or one that is bought first. */
export type Start =
  | { taskId: string; kind: TaskKind }
  | {
      purchase: Purchase;
      /** Told of the task as soon as it is accepted. */
      onTask?: ((task: VideoTask) => void) | undefined;
    };

/** The task that a flow begins with. One that is bought is paid for from here on, whatever becomes of the flow. */
export async function begun(target: Target, going: Going, start: Start): Promise<VideoTask> {
  const { videos } = target.client();
  if ("taskId" in start) return videos.task(start.taskId, start.kind);
  const { body, price = "by the list of that server" } = start.purchase;
  try {
    // Legal by the spec, of which its type is made.
    const task = await videos.create(body as never, { signal: target.signal });
    if (!target.free) going.pay(price);
    start.onTask?.(task);
    return task;
  } catch (error) {
    if (!target.free && error instanceof SubmissionUnknownError) going.pay(`perhaps, for its reply was lost: ${price}`);
    throw error;
  }
}

/** From a create (or a task) over its end to the bytes of its video, through the client as users have it. */
export function videoFlow(target: Target, start: Start): Promise<Flowed> {
  return flowOf(target, "videoGeneration", async (going) => {
    const task = await begun(target, going, start);
    going.known.queryVideoGenerationTask = { task_id: task.id };
    const video = await finished(target, going, task);
    if (video.fileId) going.known.retrieveFile = { file_id: video.fileId };
    await fetched(target, going, video);
  });
}

/** A template's task, made where that costs nothing, or one that exists. */
export function templateFlow(target: Target, start: { body: unknown } | { taskId: string }): Promise<Flowed> {
  return flowOf(target, "videoTemplateGeneration", async (going) => {
    const { templates } = target.client();
    const task = "taskId" in start ? templates.task(start.taskId) : await templates.create(start.body as never);
    going.known.queryVideoTemplateGenerationTask = { task_id: task.id };
    await fetched(target, going, await finished(target, going, task));
  });
}

const LONGEST = 30 * 60_000;
/** A free server is a mock, whose tasks are short. */
const SHORT = 20;

/**
 * How long the end of a task is waited for, and how often it is asked about. A server that only knows the spec answers with the
 * example of another task, which no wait takes for its own.
 */
export function patience({ free, anyKey, signal }: Target) {
  const timeout = anyKey ? SHORT : LONGEST;
  return { timeout, ...(free ? { pollInterval: SHORT } : {}), ...(signal ? { signal } : {}) };
}

/** A task is waited for. */
export function finished(target: Target, { step }: Going, task: VideoTask): Promise<Video> {
  step("wait");
  return task.wait(patience(target));
}

/** The link to a video is asked for and followed. */
export async function fetched(target: Target, going: Going, video: Video): Promise<void> {
  going.step("link");
  const url = await video.url();
  going.step("download");
  await follow(target, going, url);
}

/** `ftyp` at the fifth byte: the mark of an MP4. */
const MP4 = /^.{8}66747970/;

/** The link is followed without a key. One of a server on this machine that leads elsewhere is an example, and is left alone. */
async function follow(target: Target, { find }: Going, url: string): Promise<void> {
  if (target.free && new URL(url).host !== new URL(target.server.baseUrl).host) return;
  const whole = await target.follow(url);
  const part = await target.follow(url, { range: "bytes=0-99" });
  if (whole.status !== 200 || !MP4.test(whole.head ?? ""))
    find({
      place: "download",
      spec: "HTTP 200 with an MP4, without a key",
      saw: `HTTP ${whole.status}, ${whole.type}`,
    });
  if (part.status !== 206 && part.status !== 200)
    find({ place: "download", spec: "a part of the file for a Range request", saw: `HTTP ${part.status}` });
}
