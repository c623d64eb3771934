import { WaitTimeoutError } from "../base/errors.js";
import type { TextToVideoV2 } from "../base/request-types.js";
import type { PromptTask, VideoTask } from "../base/task.js";
import { jsonFrom } from "../http/reply-shapes.js";
import type { Finding } from "./contract-report.js";
import { describeExchange, type Exchange, replyKindOf } from "./recorded-exchange.js";
import { type Json, recordOf } from "./reply-facts.js";
import type { Asking, Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

export const PROMPT = "A red paper boat floats on a calm lake.";

/** A create of API v2, for servers that charge nothing. */
export const V2_BODY = {
  model: "MiniMax-H3",
  content: [{ type: "text", text: PROMPT }],
  resolution: "768P",
  duration: 4,
  ratio: "16:9",
} satisfies TextToVideoV2;

/** A running flow. */
export interface Flow {
  readonly target: Target;
  /** The current step, which the report names if it fails. */
  step: string;
  /** The last exchange, unless the client made it. */
  last?: Exchange;
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
  const { findings } = flow;
  const outcome = findings.length > 0 ? "failed" : "passed";
  target.found.flows.push({ operationId, kind: "flow", cases: 1, outcome, findings });
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

/** Sends one request as the next step. Ends the flow if it is not accepted. */
export async function accepted(flow: Flow, step: string, operationId: string, asking: Asking): Promise<Exchange> {
  flow.step = `${step} (${operationId})`;
  const exchange = await flow.target.ask(operationId, asking);
  flow.last = exchange;
  if (replyKindOf(exchange, flow.target.server) !== "accepted") throw new Error(describeExchange(exchange));
  return exchange;
}

/** The JSON of a success, with ids as strings. */
export function jsonOf({ text = "" }: Exchange): Json {
  return recordOf(jsonFrom(text)) ?? {};
}

/** Sends one request as the next step, which should be refused as invalid. */
export async function refused(flow: Flow, step: string, operationId: string, asking: Asking): Promise<void> {
  flow.step = `${step} (${operationId})`;
  const exchange = await flow.target.ask(operationId, asking);
  flow.last = exchange;
  if (replyKindOf(exchange, flow.target.server) !== "invalid_request")
    find(flow, "is refused as invalid", describeExchange(exchange));
}

const LONGEST_TASK = 30 * 60_000;
/** The same for servers that charge nothing. */
const LONGEST_FREE_TASK = 5 * 60_000;
/** Milliseconds between queries at servers that charge nothing, because the tasks of a mock are short. */
export const SHORT = 20;

/** How long a free server may answer without any progress. */
const SLICE = 5_000;
const FINAL = /"status"\s*:\s*"(success|succeeded|fail|failed|failure|cancelled|expired)"/i;

/**
 * Waits for a task and returns its result. Gives up early at a free server if for some seconds no reply is about the task, or if
 * the task has ended without its result.
 */
export async function ended<Kind extends PromptTask | VideoTask>(target: Target, task: Kind, operationId: string) {
  const { free, anyKey, signal } = target;
  // A server that only knows the spec answers with the example of another task, so waiting longer would not help.
  const patience = anyKey ? SHORT : free ? LONGEST_FREE_TASK : LONGEST_TASK;
  const until = Date.now() + patience;
  const pace = free ? { timeout: Math.min(SLICE, patience), pollInterval: SHORT } : { timeout: patience };
  for (;;) {
    const seen = target.exchanges().length;
    try {
      // The result of a task of this kind.
      return (await task.wait({ signal, ...pace })) as Awaited<ReturnType<Kind["wait"]>>;
    } catch (error) {
      if (!(error instanceof WaitTimeoutError) || Date.now() >= until || signal?.aborted) throw error;
      const replies = target.exchanges().filter((one, at) => at >= seen && one.operationId === operationId);
      const own = replies.filter(({ text = "" }) => text.includes(task.id));
      if (own.length === 0) throw new Error(`no reply to ${replies.length} queries is about the task`);
      if (own.some(({ text = "" }) => FINAL.test(text)))
        throw new Error("the task has ended, but its result is missing");
    }
  }
}
