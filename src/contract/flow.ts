import type { VideoTask } from "../task.js";
import type { Purchase } from "./bodies.js";
import type { Known } from "./plans.js";
import type { CheckResult, Finding } from "./report.js";
import type { Target } from "./target.js";

/** What a flow shows, and the ids of what it made, for checks of operations that need some. */
export interface Flowed {
  result: CheckResult;
  known: Known;
}

/** A task to go through with: one that exists, or one that is bought first. */
export type Start = { taskId: string } | { purchase: Purchase };

const SOURCE = "openapi/flows.arazzo.yaml";

/** From a create (or a task) over its end to the bytes of its video, through the client as users have it. */
export async function videoFlow(target: Target, start: Start): Promise<Flowed> {
  const { videos } = target.client();
  const known: Record<string, Record<string, string>> = {};
  const findings: Finding[] = [];
  let step = "create";
  try {
    const task: VideoTask =
      "taskId" in start ? videos.task(start.taskId) : await videos.create(start.purchase.body as never);
    known.queryVideoGenerationTask = { task_id: task.id };
    step = "wait";
    const video = await task.wait({
      timeout: LONGEST,
      ...(target.free ? { pollInterval: 20 } : {}),
      ...(target.signal ? { signal: target.signal } : {}),
    });
    if (video.fileId) known.retrieveFile = { file_id: video.fileId };
    step = "retrieve";
    const url = await video.url();
    step = "download";
    findings.push(...(await followed(target, url)));
  } catch (error) {
    target.signal?.throwIfAborted();
    findings.push({
      place: `flow, ${step}`,
      spec: "goes well",
      saw: error instanceof Error ? error.message : String(error),
      source: SOURCE,
    });
  }
  const result = { operationId: "videoGeneration", kind: "flow", cases: 1, findings } as const;
  return { known, result: { ...result, outcome: findings.length > 0 ? "failed" : "passed" } };
}

const LONGEST = 30 * 60_000;
/** `ftyp` at the fifth byte: the mark of an MP4. */
const MP4 = /^.{8}66747970/;

/** The link is followed without a key. One of a server on this machine that leads elsewhere is an example, and is left alone. */
async function followed(target: Target, url: string): Promise<Finding[]> {
  if (target.free && new URL(url).host !== new URL(target.server.baseUrl).host) return [];
  const whole = await target.follow(url);
  const part = await target.follow(url, { range: "bytes=0-99" });
  const findings: Finding[] = [];
  if (whole.status !== 200 || !MP4.test(whole.head ?? ""))
    findings.push({
      place: "download",
      spec: "HTTP 200 with an MP4, without a key",
      saw: `HTTP ${whole.status}, ${whole.type}`,
      source: SOURCE,
    });
  if (part.status !== 206 && part.status !== 200)
    findings.push({
      place: "download",
      spec: "a part of the file for a Range request",
      saw: `HTTP ${part.status}`,
      source: SOURCE,
    });
  return findings;
}

/** A template's task, where that costs nothing. */
export async function templateFlow(target: Target, body: unknown): Promise<Flowed> {
  const findings: Finding[] = [];
  const known: Record<string, Record<string, string>> = {};
  let step = "create";
  try {
    const task = await target.client().templates.create(body as never);
    known.queryVideoTemplateGenerationTask = { task_id: task.id };
    step = "wait";
    const video = await task.wait({ timeout: LONGEST, pollInterval: 20 });
    step = "link";
    findings.push(...(await followed(target, await video.url())));
  } catch (error) {
    findings.push({
      place: `flow, ${step}`,
      spec: "goes well",
      saw: error instanceof Error ? error.message : String(error),
      source: SOURCE,
    });
  }
  const result = { operationId: "videoTemplateGeneration", kind: "flow", cases: 1, findings } as const;
  return { known, result: { ...result, outcome: findings.length > 0 ? "failed" : "passed" } };
}
