import { checkOperation } from "./checks.js";
import { type FlowOptions, flowsOf } from "./choose-flows.js";
import type { CheckKind, CheckResult, Run } from "./contract-report.js";
import { factsOf } from "./fact-verdicts.js";
import type { Exchange } from "./recorded-exchange.js";
import { type Judged, judge } from "./reply-judge.js";
import { bodiesFor } from "./request-samples.js";
import { examplesFor, type Known } from "./subject.js";
import { createTarget, type Target, type TargetOptions } from "./target-server.js";
import { coverageOf } from "./traffic-coverage.js";

export interface RunOptions extends TargetOptions, FlowOptions {
  /** Whether it behaves like the service itself, so that facts can be judged. Default true; Prism only knows the specs. */
  facts?: boolean | undefined;
  /** Told of each operation before it is checked. */
  onProgress?: ((operationId: string) => void) | undefined;
}

/** Everything that may be asked of one server, asked once, and what its answers say. */
export async function runSuite(options: RunOptions): Promise<{ run: Run; exchanges: readonly Exchange[] }> {
  const target = createTarget(options);
  const flows = await flowsOf(target, options);
  const known: Known = Object.assign({}, ...flows.map((flow) => flow.known));
  const checks: CheckResult[] = [];
  for (const operationId of inOrder(target)) {
    options.onProgress?.(operationId);
    checks.push(...(await checkOperation(target, operationId, known)));
    if (target.prefers) await documentedReplies(target, operationId);
  }
  const exchanges = await target.exchanges();
  const judged = exchanges.flatMap((exchange) => judge(exchange, target));
  const { server, free, hasKey } = target;
  const { name = server.name } = options;
  const { baseUrl, spec } = server;
  const paid = flows.flatMap((flow) => flow.paid ?? []).join("; and ");
  const run: Run = {
    target: { name, baseUrl, spec, free, key: hasKey, ...(paid ? { paid } : {}) },
    checks: [...checks, ...flows.map(({ result }) => result), ...trafficChecks(target, exchanges, judged)],
    facts: options.facts === false ? [] : factsOf(exchanges, target, judged),
    coverage: coverageOf(target.operations, exchanges),
    exchanges: exchanges.length,
  };
  return { run, exchanges };
}

/** What removes things comes last: until then they are there to be looked at. */
function inOrder({ operations }: Target): string[] {
  return Object.keys(operations).toSorted((one, other) => Number(isRemoval(one)) - Number(isRemoval(other)));
}

function isRemoval(operationId: string): boolean {
  return /delete/i.test(operationId);
}

/** Each documented reply, where a server gives them on request. What comes is judged with all other traffic. */
async function documentedReplies(target: Target, operationId: string): Promise<void> {
  const row = target.operations[operationId];
  if (!row) return;
  const parameters = examplesFor(row);
  const body = row.body ? { body: bodiesFor(target.server.spec, operationId).find(({ obeys }) => obeys)?.value } : {};
  for (const [status, { examples }] of Object.entries(row.replies))
    for (const name of examples) {
      const prefer = status === "200" ? `example=${name}` : `code=${status}, example=${name}`;
      await target.ask(operationId, { parameters, ...body, headers: { accept: "application/json", prefer } });
    }
}

/** What all answers of an operation are held to, whatever was asked. */
function trafficChecks(target: Target, exchanges: readonly Exchange[], judged: readonly Judged[]): CheckResult[] {
  const kinds: CheckKind[] = ["declared status", "reply schema", "server error"];
  return Object.keys(target.operations).flatMap((operationId) => {
    const cases = exchanges.filter((exchange) => exchange.operationId === operationId && exchange.status > 0).length;
    return kinds.map((kind): CheckResult => {
      const findings = judged
        .filter((one) => one.operationId === operationId && one.kind === kind)
        .map(({ finding }) => finding);
      const distinct = [...new Map(findings.map((finding) => [`${finding.place} ${finding.saw}`, finding])).values()];
      const outcome = cases === 0 ? "skipped" : distinct.length > 0 ? "failed" : "passed";
      return {
        operationId,
        kind,
        outcome,
        cases,
        findings: distinct,
        ...(cases === 0 ? { reason: "nothing was answered" } : {}),
      };
    });
  });
}
