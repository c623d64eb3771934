/** Calls to a `callback_url`: a challenge during the create, then one call at each change of status. */
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { isRecord } from "../base/record.js";
import type { JsonObject } from "./mock-request.js";
import type { MockCall, MockTask, Stage } from "./mock-state.js";
import { isPlayed, pickFault } from "./play-scenarios.js";
import { viewOf } from "./query-tasks.js";

/** Posts for at most three seconds of real time, MiniMax's documented limit for the echo, at any speed of the mock. */
function post({ mock }: MockCall, url: string, body: JsonObject, type = "application/json"): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": type },
    body: JSON.stringify(body),
    signal: AbortSignal.any([mock.closing.signal, AbortSignal.timeout(3_000)]),
  });
}

/** Whether a receiver answers a new challenge with HTTP 200 and the same JSON within three seconds. */
export async function passesChallenge(call: MockCall, url: string): Promise<boolean> {
  const isNumeric = isPlayed(call, "numeric_challenge");
  const bytes = randomBytes(8);
  const challenge = isNumeric ? bytes.readUInt32BE() : bytes.toString("hex");
  try {
    const answer = await post(call, url, { challenge }, isNumeric ? "text/plain" : undefined);
    const echo: unknown = await answer.json();
    return answer.status === 200 && isRecord(echo) && echo.challenge === challenge;
  } catch {
    return false;
  }
}

/** Plans a call for each stage of a task, in V1 only for the last two, in milliseconds of real time, and plays the scenarios about calls. */
export function planCallbacks(call: MockCall, task: MockTask, url: string): void {
  const stages = call.isV2 ? task.life : task.life.slice(-2);
  const calls = stages.map((stage) => ({ stage, at: stage.from - task.createdAt }));
  const [running, end] = calls.slice(-2);
  const late = pickFault(call, "late_callbacks");
  const delay = late ? (late.number ?? 5_000) : 0;
  if (running && end && isPlayed(call, "disordered_callbacks")) running.at = end.at + 100;
  if (isPlayed(call, "double_callbacks")) calls.push(...calls);
  if (isPlayed(call, "no_callbacks")) calls.length = 0;
  task.notify = notifier(call, task, url);
  for (const { stage, at } of calls) task.notify(stage, at + delay);
}

/** Calls in order: each waits for the reply to the one before. They do not keep the process alive, and failures are ignored. */
function notifier(call: MockCall, task: MockTask, url: string): NonNullable<MockTask["notify"]> {
  let before = Promise.resolve();
  return (stage, delay) => {
    const send = async () => {
      // A task that was cancelled has lost its other stages. MiniMax documents no retries.
      if (task.life.includes(stage)) await (await post(call, url, callbackBody(call, task, stage))).body?.cancel();
    };
    const enqueue = () => {
      before = before.then(send).catch(() => undefined);
    };
    setTimeout(delay, undefined, { ref: false, signal: call.mock.closing.signal }).then(enqueue, () => undefined);
  };
}

/** The body of a call. In V1 its status words differ from those of queries, and for templates again, as in the spec. */
function callbackBody(call: MockCall, task: MockTask, stage: Stage): JsonObject {
  const view = viewOf(call, task, stage);
  if (call.isV2) return { task: view };
  const success = task.kind === "template" ? "Success" : "success";
  const words: Record<string, string> = { processing: "processing", success };
  const { file_id = "", base_resp } = view;
  return { task_id: task.taskId, status: words[stage.state] ?? "failed", file_id, base_resp };
}
