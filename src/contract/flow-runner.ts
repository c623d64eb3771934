import type { CheckResult, Finding } from "./contract-report.js";
import { describeExchange, type Exchange, replyKindOf } from "./recorded-exchange.js";
import type { KnownIds } from "./request-samples.js";
import type { Asking, Target } from "./target-server.js";

/** A flow under way. */
export interface Flow {
  readonly target: Target;
  /** The step that is taken now; named in the report if it fails. */
  step: string;
  /** What was bought, or may have been: its price in words. */
  paid?: string;
  /** Ids of what the flow made, for checks of the operations that need them. */
  readonly known: Record<string, Record<string, string>>;
  /** Reports a disagreement. A server that only knows the spec remembers no task, and is not blamed for that. */
  find(spec: string, saw: string): void;
  /** Sends one request as the next step. Ends the flow if it is not accepted. */
  accepted(step: string, operationId: string, asking: Asking): Promise<Exchange>;
  /** Sends one request as the next step, which should be refused as invalid. */
  refused(step: string, operationId: string, asking: Asking): Promise<void>;
}

export interface FlowResult {
  readonly result: CheckResult;
  readonly known: KnownIds;
  readonly paid?: string;
}

/** Runs a flow until its end, or until a step throws. Rejects only with the reason of the target's signal. */
export async function runFlow(
  target: Target,
  operationId: string,
  go: (flow: Flow) => Promise<void>,
): Promise<FlowResult> {
  const findings: Finding[] = [];
  const flow: Flow = {
    target,
    step: "create",
    known: {},
    find(spec, saw) {
      if (target.anyKey) return;
      findings.push({ place: `flow, ${flow.step}`, spec, saw, source: "openapi/flows.arazzo.yaml" });
    },
    async accepted(step, operation, asking) {
      flow.step = step;
      const exchange = await target.ask(operation, asking);
      if (replyKindOf(exchange, target.server) !== "accepted") throw new Error(describeExchange(exchange));
      return exchange;
    },
    async refused(step, operation, asking) {
      flow.step = step;
      const exchange = await target.ask(operation, asking);
      if (replyKindOf(exchange, target.server) !== "invalid_request")
        flow.find("is refused as invalid", describeExchange(exchange));
    },
  };
  try {
    await go(flow);
  } catch (error) {
    if (target.signal?.aborted) throw target.signal.reason;
    flow.find("succeeds", error instanceof Error ? error.message : String(error));
  }
  const { known, paid } = flow;
  const outcome = findings.length > 0 ? "failed" : "passed";
  const result: CheckResult = { operationId, kind: "flow", cases: 1, outcome, findings };
  return { known, result, ...(paid === undefined ? {} : { paid }) };
}
