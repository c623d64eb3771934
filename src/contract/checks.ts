import type { CheckResult, Finding } from "./contract-report.js";
import { type Plan, plansFor } from "./operation-checks.js";
import { type Exchange, type Taken, takenBy, wordsOf } from "./recorded-exchange.js";
import type { Known } from "./subject.js";
import type { Asking, Target } from "./target-server.js";

/** All kinds of checks of one operation but those that all its traffic is judged by. */
export async function checkOperation(target: Target, operationId: string, known: Known): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const plan of plansFor(target, operationId, known)) results.push(await carriedOut(target, operationId, plan));
  return results;
}

async function carriedOut(target: Target, operationId: string, { kind, cases, skipped }: Plan): Promise<CheckResult> {
  const about = { operationId, kind };
  if (skipped) return { ...about, outcome: "skipped", cases: 0, reason: skipped, findings: [] };
  const findings: Finding[] = [];
  let hindered = "";
  for (const { place, asking, spec, holds, source } of cases) {
    const exchange = await asked(target, operationId, asking);
    const taken = takenBy(exchange, target.server);
    if (holds(taken)) continue;
    // Who has no money left, or asks too often, learns nothing of what was asked.
    if (HINDRANCES.has(taken) && !target.free) hindered = wordsOf(exchange);
    else findings.push({ place, spec, saw: wordsOf(exchange), source });
  }
  if (findings.length > 0) return { ...about, outcome: "failed", cases: cases.length, findings };
  if (hindered) return { ...about, outcome: "skipped", cases: 0, reason: `the server said: ${hindered}`, findings };
  return { ...about, outcome: "passed", cases: cases.length, findings };
}

const HINDRANCES = new Set<Taken>(["rate_limited", "insufficient_balance", "plan_limit", "service", "none"]);
const TRIES = 3;
const SLOWER = 5_000;

/** Asked again where the server only asks for a slower pace. */
async function asked(target: Target, operationId: string, asking: Asking): Promise<Exchange> {
  for (let attempt = 1; ; attempt++) {
    const exchange = await target.ask(operationId, asking);
    if (attempt === TRIES || takenBy(exchange, target.server) !== "rate_limited") return exchange;
    await target.pause(attempt * SLOWER);
  }
}
