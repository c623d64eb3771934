import { WaitTimeoutError } from "../base/errors.js";
import type { TextToVideoV2 } from "../base/request-types.js";
import type { PromptTask, VideoTask } from "../base/task.js";
import { checkResult, type Finding } from "./contract-report.js";
import { describeExchange, hasEnded, type Reading, readingOf } from "./read-exchange.js";
import type { Asking, Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

/** A create of API v2, for servers that charge nothing. */
export const V2_BODY = {
  model: "MiniMax-H3",
  content: [{ type: "text", text: "A red paper boat floats on a calm lake." }],
  resolution: "768P",
  duration: 4,
  ratio: "16:9",
} satisfies TextToVideoV2;

const { resolution: _, ...promptBody } = V2_BODY;
/** A create of an expanded prompt. */
export const PROMPT_BODY = promptBody;

export interface Flow {
  readonly target: Target;
  /** The current step, which the report names if it fails. */
  step: string;
  /** The last exchange, unless the client made it. */
  last?: Reading;
  readonly findings: Finding[];
}

/** Runs a flow until its end, or until a step throws. Rejects only with the reason of the target's signal. */
export async function runFlow(target: Target, operationId: string, go: (flow: Flow) => Promise<void>): Promise<void> {
  const flow: Flow = { target, step: "create", findings: [] };
  try {
    await go(flow);
  } catch (error) {
    if (target.signal?.aborted) throw target.signal.reason;
    find(flow, "succeeds", error instanceof Error ? error.message : String(error));
  }
  target.found.flows.push(checkResult({ operationId, kind: "flow", cases: 1, findings: flow.findings }));
}

/** Keeps ids that the flow has made, for checks of an operation that needs them. */
export function keep({ target: { found } }: Flow, operationId: string, ids: Record<string, string>): void {
  found.ids[operationId] = { ...found.ids[operationId], ...ids };
}

/** Reports a disagreement, but not of a server that only knows the spec, because it cannot remember tasks. */
export function find({ target, step, findings, last }: Flow, spec: string, saw: string): void {
  const shown = last ? requestShown(last) : {};
  if (!target.anyKey)
    findings.push({ place: `flow, ${step}`, spec, saw, source: "openapi/flows.arazzo.yaml", ...shown });
}

async function ask(flow: Flow, step: string, operationId: string, asking: Asking): Promise<Reading> {
  flow.step = `${step} (${operationId})`;
  flow.last = await flow.target.ask(operationId, asking);
  return flow.last;
}

/** Sends one request as the next step. Ends the flow if it is not accepted. */
export async function accepted(flow: Flow, step: string, operationId: string, asking: Asking): Promise<Reading> {
  const reading = await ask(flow, step, operationId, asking);
  if (reading.kind !== "accepted") throw new Error(describeExchange(reading));
  return reading;
}

/** Sends one request as the next step, which should be refused as invalid. */
export async function refused(flow: Flow, step: string, operationId: string, asking: Asking): Promise<void> {
  const reading = await ask(flow, step, operationId, asking);
  if (reading.kind !== "invalid_request") find(flow, "is refused as invalid", describeExchange(reading));
}

/** Milliseconds between queries at servers that charge nothing, because the tasks of a mock are short. */
export const SHORT = 20;
const MINUTE = 60_000;

/**
 * Waits for a task and returns its result. Gives up early at a free server if for some seconds no reply is about the task, or if
 * the task has ended without its result.
 */
export async function ended<Kind extends PromptTask | VideoTask>(target: Target, task: Kind, operationId: string) {
  const { server, free, anyKey, signal } = target;
  // A server that only knows the spec answers with the example of another task, so waiting longer would not help.
  const until = Date.now() + (anyKey ? 0 : 5 * MINUTE);
  const pace = free ? { timeout: anyKey ? SHORT : 5_000, pollInterval: SHORT } : { timeout: 30 * MINUTE };
  for (;;) {
    const seen = target.exchanges().length;
    try {
      // The result of a task of this kind.
      return (await task.wait({ signal, ...pace })) as Awaited<ReturnType<Kind["wait"]>>;
    } catch (error) {
      if (!(error instanceof WaitTimeoutError) || !free || Date.now() >= until || signal?.aborted) throw error;
      const replies = target.exchanges().filter((one, at) => at >= seen && one.operationId === operationId);
      const own = replies.map((one) => readingOf(one, server)).filter(({ text = "" }) => text.includes(task.id));
      if (own.length === 0) throw new Error(`no reply to ${replies.length} queries is about the task`);
      if (own.some(({ inVersion1 }) => hasEnded(inVersion1)))
        throw new Error("the task has ended, but its result is missing");
    }
  }
}
