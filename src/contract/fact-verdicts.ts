import type { FactResult } from "./contract-report.js";
import { evidenceOf, type Fact } from "./fact-reading.js";
import { facts } from "./file-facts.js";
import type { Exchange } from "./recorded-exchange.js";
import type { Judged } from "./reply-judge.js";
import { needOf } from "./requirements.js";
import type { Target } from "./target-server.js";
import { pathsIn } from "./traffic-coverage.js";

/** What the traffic of a run says of every fact: first those that are written down one by one, then each property of each reply. */
export function factsOf(exchanges: readonly Exchange[], target: Target, judged: readonly Judged[]): FactResult[] {
  // What was served on request is our own word.
  const own = exchanges.filter(({ headers }) => headers.prefer === undefined);
  return [...facts.map((fact) => verdictOn(fact, own, target)), ...propertyFacts(own, target, judged)];
}

/** One exchange that contradicts outweighs all that confirm. */
function verdictOn(fact: Fact, exchanges: readonly Exchange[], target: Target): FactResult {
  const { id, says, source } = fact;
  const said = exchanges.map((exchange) => ({ exchange, holds: fact.judge(exchange) }));
  const found = said.find(({ holds }) => holds === false) ?? said.find(({ holds }) => holds === true);
  if (!found) return { id, says, source, ...unasked(fact.needs, target) };
  return {
    id,
    says,
    source,
    verdict: found.holds ? "confirmed" : "contradicted",
    evidence: evidenceOf(fact, found.exchange),
  };
}

/** A server that charges nothing was asked for everything; there is no option that would bring more. */
function unasked(needs: string | undefined, { free, hasKey }: Target): Pick<FactResult, "verdict" | "reason"> {
  return { verdict: "not asked", ...(needs !== undefined && !free ? { reason: hasKey ? needs : "needs a key" } : {}) };
}

function propertyFacts(exchanges: readonly Exchange[], target: Target, judged: readonly Judged[]): FactResult[] {
  return Object.entries(target.operations).flatMap(([operationId, row]) =>
    Object.entries(row.replies).flatMap(([status, { properties }]) => {
      const answers = exchanges.filter((one) => one.operationId === operationId && String(one.status) === status);
      const needs = status === "200" ? needOf(operationId, row.method) : undefined;
      const met = new Set(answers.flatMap(({ json }) => pathsIn(json)));
      return Object.entries(properties).map(([path, [says, file]]): FactResult => {
        const place = `response ${status} ${path}`;
        const fault = judged.find(
          ({ finding, operationId: at }) => at === operationId && finding.place === place,
        )?.finding;
        const about = { id: `${operationId} ${status} ${path}`, says, source: `openapi/${file}` };
        if (fault) return { ...about, verdict: "contradicted", evidence: fault.saw };
        return met.has(path) ? { ...about, verdict: "confirmed" } : { ...about, ...unasked(needs, target) };
      });
    }),
  );
}
