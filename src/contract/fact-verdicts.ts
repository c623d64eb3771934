import { isRecord } from "../base/record.js";
import { redact } from "../http/redact.js";
import type { CoverageRow, FactResult, Share } from "./contract-report.js";
import { facts } from "./documented-facts.js";
import { describeExchange, type Reading } from "./read-exchange.js";
import type { Judged } from "./reply-judge.js";
import { needOf, type Target } from "./target-server.js";
import { requestShown } from "./traffic-log.js";

/** Judges every fact by the traffic of a run: the documented facts, then each property of each reply. */
export function judgeFacts(all: readonly Reading[], target: Target, judged: readonly Judged[]): FactResult[] {
  // A reply that was requested with `Prefer` is an example from our own spec.
  const own = all.filter(({ headers }) => headers.prefer === undefined);
  return [...facts.map((fact) => factVerdict(fact, own, target)), ...propertyFacts(own, target, judged)];
}

/** One exchange that contradicts a fact outweighs all that confirm it. */
function factVerdict(fact: (typeof facts)[0], all: readonly Reading[], target: Target): FactResult {
  const { id, of, says, source, needs, judge } = fact;
  const shown = all.flatMap((one) => {
    const isMeant = of === "any" || (of === one.operationId && (one.isCall || of === "download"));
    const judgement = isMeant ? judge(one) : undefined;
    return judgement ? { ...judgement, one } : [];
  });
  const found = shown.find(({ holds }) => !holds) ?? shown[0];
  if (!found) return { id, says, source, ...notAsked(needs ?? needOf(of), target) };
  const evidence = redact(`${JSON.stringify(found.seen)} in ${describeExchange(found.one)}`);
  if (found.holds) return { id, says, source, verdict: "confirmed", evidence };
  return { id, says, source, verdict: "contradicted", evidence, ...requestShown(found.one) };
}

/** The option that would test a fact. None at a server that charges nothing, because it was sent everything. */
function notAsked(needs: string | undefined, { free, hasKey }: Target): Pick<FactResult, "verdict" | "reason"> {
  return { verdict: "not asked", ...(needs !== undefined && !free ? { reason: hasKey ? needs : "needs a key" } : {}) };
}

function propertyFacts(all: readonly Reading[], target: Target, judged: readonly Judged[]): FactResult[] {
  return Object.entries(target.operations).flatMap(([operationId, row]) => {
    const faults = judged.filter((one) => one.operationId === operationId).map(({ finding }) => finding);
    return Object.entries(row.replies).flatMap(([status, { properties }]) => {
      const replies = all.filter((one) => one.operationId === operationId && String(one.status) === status);
      const needs = status === "200" ? needOf(operationId) : undefined;
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

/** How much of each operation the traffic covered: parameters, properties of requests and replies, statuses. */
export function coverageOf({ operations }: Target, all: readonly Reading[]): CoverageRow[] {
  return Object.entries(operations).map(([operationId, { path, parameters, body, replies }]) => {
    const own = all.filter((one) => one.operationId === operationId);
    const names = parameters.map(({ name }) => name);
    const declared = Object.entries(replies).flatMap(([status, { properties }]) =>
      Object.keys(properties).map((path) => `${status} ${path}`),
    );
    const sent = new Set(own.flatMap((one) => pathsIn(one.sent)));
    const statuses = new Set(own.map(({ status }) => String(status)));
    const came = new Set(own.flatMap(({ status, json }) => pathsIn(json).map((path) => `${status} ${path}`)));
    return {
      operationId,
      // Parameters of the path are always there.
      parameters: share(names, (name) => path.includes(`{${name}}`) || own.some(({ query }) => query.has(name))),
      requestProperties: share(body?.properties ?? [], (path) => sent.has(path)),
      responses: share(Object.keys(replies), (status) => statuses.has(status)),
      responseProperties: share(declared, (path) => came.has(path)),
    };
  });
}

function share(names: string[], isMet: (name: string) => boolean): Share {
  const missing = names.filter((name) => !isMet(name));
  return { met: names.length - missing.length, of: names.length, missing };
}

/** The path of every property in a value: `file`, `file.bytes`, `items[].id`. */
function pathsIn(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, `${path}[]`));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path ? `${path}.${name}` : name;
    return [at, ...pathsIn(inner, at)];
  });
}
