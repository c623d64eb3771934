import { bodiesFor, cheapest, type Purchase, withoutCallback } from "./bodies.js";
import { checkOperation } from "./checks.js";
import { coverageOf } from "./coverage.js";
import type { Exchange } from "./exchange.js";
import { type Flowed, templateFlow, videoFlow } from "./flow.js";
import { promptFlow, version2Flow } from "./flow2.js";
import { type Judged, judge } from "./judge.js";
import { examplesFor, type Known } from "./plans.js";
import type { CheckKind, CheckResult, Run } from "./report.js";
import { createTarget, type Target, type TargetOptions } from "./target.js";
import { uploadFlow } from "./uploads.js";
import { factsOf } from "./verdicts.js";

export interface RunOptions extends TargetOptions {
  /** Buys the cheapest video, once, if this resolves to true. Told what it will cost, where a list says so. Default: nothing is bought. */
  buy?: ((price: string | undefined) => boolean | Promise<boolean>) | undefined;
  /** The id of a task that exists: its query, its file and its link are then looked at, which costs nothing. */
  taskId?: string | undefined;
  /** Whether it behaves like the service itself, so that facts can be judged. Default true; Prism only knows the specs. */
  facts?: boolean | undefined;
  /** Told of each operation before it is checked. */
  onProgress?: ((operationId: string) => void) | undefined;
}

/** Everything that may be asked of one server, asked once, and what its answers say. */
export async function runSuite(options: RunOptions): Promise<{ run: Run; exchanges: readonly Exchange[] }> {
  const target = createTarget(options);
  const { flows, paid } = await flowsOf(target, options);
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
  const run: Run = {
    target: { name, baseUrl, spec, free, key: hasKey, ...(paid === undefined ? {} : { paid }) },
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

async function flowsOf(target: Target, { buy, taskId }: RunOptions): Promise<{ flows: Flowed[]; paid?: string }> {
  if (taskId !== undefined) return { flows: [await videoFlow(target, { taskId })] };
  const purchase = cheapest(target.server);
  if (!target.free && !(target.hasKey && (await buy?.(purchase.price)))) return { flows: [] };
  if (target.free) return { flows: await allFlows(target, purchase) };
  const flows = target.operations.videoGeneration ? [await videoFlow(target, { purchase })] : [];
  return { flows, paid: purchase.price ?? "by the list of that server" };
}

/** One after the other, each whose operations are there. */
async function allFlows(target: Target, purchase: Purchase): Promise<Flowed[]> {
  const template = bodiesFor(target.server.spec, "videoTemplateGeneration").find(({ obeys }) => obeys);
  const flows: [needs: string[], flow: () => Promise<Flowed>][] = [
    [["videoGeneration"], () => videoFlow(target, { purchase })],
    [["videoTemplateGeneration"], () => templateFlow(target, withoutCallback(template?.value))],
    [["videoGenerationV2Create", "videoGenerationV2Query"], () => version2Flow(target)],
    [["h3ContextIRV2Create", "videoGenerationV2Query"], () => promptFlow(target)],
    [["uploadFile", "listFiles", "retrieveFile", "retrieveFileContent", "deleteFile"], () => uploadFlow(target)],
  ];
  const done: Flowed[] = [];
  for (const [needs, flow] of flows)
    if (needs.every((operationId) => target.operations[operationId])) done.push(await flow());
  return done;
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
