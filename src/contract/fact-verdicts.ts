import { redact } from "../http/redact.js";
import type { FactResult } from "./contract-report.js";
import { describeExchange, type Exchange } from "./recorded-exchange.js";
import { type Fact, replyFacts } from "./reply-facts.js";
import type { Judged } from "./reply-judge.js";
import { needOf, type Target } from "./target-server.js";
import { taskFacts } from "./task-facts.js";
import { pathsIn } from "./traffic-coverage.js";
import { requestShown } from "./traffic-log.js";

/** Facts about replies that no schema states, or that a schema states on weak evidence. */
export const facts = Object.entries({ ...replyFacts, ...taskFacts }).map(([id, fact]) => ({ id, ...fact }));

/** Judges every fact by the traffic of a run: first those listed here, then each property of each reply. */
export function judgeFacts(exchanges: readonly Exchange[], target: Target, judged: readonly Judged[]): FactResult[] {
  // A reply that was requested with `Prefer` is an example from our own spec.
  const own = exchanges.filter(({ headers }) => headers.prefer === undefined);
  return [...facts.map((fact) => factVerdict(fact, own, target)), ...propertyFacts(own, target, judged)];
}

/** One exchange that contradicts a fact outweighs all that confirm it. */
function factVerdict(fact: Fact & { id: string }, exchanges: readonly Exchange[], target: Target): FactResult {
  const { id, says, source, needs, judge } = fact;
  const judged = exchanges.flatMap((exchange) => {
    const judgement = judge(exchange);
    return judgement ? { ...judgement, exchange } : [];
  });
  const found = judged.find(({ holds }) => !holds) ?? judged[0];
  if (!found) return { id, says, source, ...notAsked(needs, target) };
  const evidence = redact(`${JSON.stringify(found.seen)} in ${describeExchange(found.exchange)}`);
  if (found.holds) return { id, says, source, verdict: "confirmed", evidence };
  return { id, says, source, verdict: "contradicted", evidence, ...requestShown(found.exchange) };
}

/** The option that would test a fact. None at a server that charges nothing, because it was sent everything. */
function notAsked(needs: string | undefined, { free, hasKey }: Target): Pick<FactResult, "verdict" | "reason"> {
  return { verdict: "not asked", ...(needs !== undefined && !free ? { reason: hasKey ? needs : "needs a key" } : {}) };
}

function propertyFacts(exchanges: readonly Exchange[], target: Target, judged: readonly Judged[]): FactResult[] {
  return Object.entries(target.operations).flatMap(([operationId, row]) => {
    const faults = judged.filter((one) => one.operationId === operationId).map(({ finding }) => finding);
    return Object.entries(row.replies).flatMap(([status, { properties }]) => {
      const replies = exchanges.filter((one) => one.operationId === operationId && String(one.status) === status);
      const needs = status === "200" ? needOf(operationId, row.method) : undefined;
      const met = new Set(replies.flatMap(({ json }) => pathsIn(json)));
      return Object.entries(properties).map(([path, [says, file]]): FactResult => {
        const fault = faults.find(({ place }) => place === `response ${status} ${path}`);
        const about = { id: `${operationId} ${status} ${path}`, says, source: `openapi/${file}` };
        if (fault) return { ...about, verdict: "contradicted", expected: fault.spec, evidence: fault.saw };
        return met.has(path) ? { ...about, verdict: "confirmed" } : { ...about, ...notAsked(needs, target) };
      });
    });
  });
}
