import type { CheckResult, Finding } from "./contract-report.js";
import type { KnownIds } from "./request-samples.js";
import type { Target } from "./target-server.js";

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
  find(finding: Omit<Finding, "source">): void;
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
    find(finding) {
      if (!target.anyKey) findings.push({ ...finding, source: "openapi/flows.arazzo.yaml" });
    },
  };
  try {
    await go(flow);
  } catch (error) {
    target.signal?.throwIfAborted();
    const saw = error instanceof Error ? error.message : String(error);
    flow.find({ place: `flow, ${flow.step}`, spec: "succeeds", saw });
  }
  const { known, paid } = flow;
  const outcome = findings.length > 0 ? "failed" : "passed";
  return {
    known,
    ...(paid === undefined ? {} : { paid }),
    result: { operationId, kind: "flow", cases: 1, outcome, findings },
  };
}
