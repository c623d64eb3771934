import {
  aBoolean,
  aFunction,
  aPositiveNumber,
  aSignal,
  assertOptions,
  aText,
  mustBe,
  type Rules,
} from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { OperationRow } from "../generated/operations.js";
import { type FlowOptions, runFlows } from "./choose-flows.js";
import type { CheckKind, CheckResult, Report, Run } from "./contract-report.js";
import { judgeFacts } from "./fact-verdicts.js";
import { keyRedactor } from "./key-redaction.js";
import { checkOperation } from "./operation-checks.js";
import type { Exchange } from "./recorded-exchange.js";
import { type Judged, judgeReply } from "./reply-judge.js";
import { matrixOf } from "./request-matrix.js";
import { examplesFor, type KnownIds, legalBodyFor } from "./request-samples.js";
import { createTarget, type Target, type TargetOptions } from "./target-server.js";
import { CONSISTENCY, judgeTraffic } from "./traffic-consistency.js";
import { coverageOf } from "./traffic-coverage.js";

export interface ContractOptions extends TargetOptions, FlowOptions {
  /** Name and version of the program that runs the suite, such as `minimax-video 0.1.0`; stands in the report. */
  suite?: string | undefined;
  /** Called with each operation before it is checked. */
  onProgress?: ((operationId: string) => void) | undefined;
}

const CONTRACT_OPTIONS: Rules<ContractOptions> = {
  suite: aText,
  name: aText,
  // Checked by `createClient`.
  server: () => undefined,
  apiKey: mustBe("a string", (value) => typeof value === "string"),
  // The most important one: a text such as "false" would send hundreds of creates to a server that charges.
  free: aBoolean,
  prefers: aBoolean,
  anyKey: aBoolean,
  only: mustBe("a list of operationIds", Array.isArray),
  fetch: aFunction,
  requestsPerMinute: aPositiveNumber,
  signal: aSignal,
  receiver: mustBe("an object with url and received", isRecord),
  buy: aFunction,
  buyV2: aFunction,
  tasks: mustBe("an object of ids by their kinds", isRecord),
  onTask: aFunction,
  onProgress: aFunction,
};

export interface ContractResult {
  readonly report: Report;
  /** Everything that was sent and received, without keys. */
  readonly exchanges: readonly Exchange[];
}

/**
 * Tests whether a server keeps to the specs. Sends nothing that costs money unless the server is `free` or `buy` allows it.
 * Rejects only with the reason of `signal`; whatever the server does stands in the report.
 * @throws {ValidationError} if an option is invalid.
 */
export async function runContract(options: ContractOptions): Promise<ContractResult> {
  assertOptions("runContract", options, CONTRACT_OPTIONS);
  const startedAt = new Date();
  const target = createTarget(options);
  const flows = await runFlows(target, options);
  const known: KnownIds = Object.assign({}, ...flows.map((flow) => flow.known));
  const checks: CheckResult[] = [];
  const isDeletion = ([operationId]: [string, OperationRow]) => Number(/delete/i.test(operationId));
  const rows = Object.entries(target.operations).toSorted((one, other) => isDeletion(one) - isDeletion(other));
  for (const [operationId, row] of rows) {
    options.onProgress?.(operationId);
    checks.push(...(await checkOperation(target, operationId, row, known)));
    if (options.prefers) await requestDocumentedReplies(target, operationId, row);
  }
  const matrix = await matrixOf(target);
  const exchanges = await target.exchanges();
  const judged = [
    ...exchanges.flatMap((exchange) => judgeReply(exchange, target)),
    ...judgeTraffic(exchanges, target),
  ];
  const { server, free, hasKey: key } = target;
  const { name, baseUrl, spec } = server;
  const paid = flows.flatMap((flow) => flow.paid ?? []).join("; and ");
  const run: Run = {
    target: { name: options.name ?? name, baseUrl, spec, free, key, ...(paid ? { paid } : {}) },
    checks: [...checks, ...flows.map(({ result }) => result), ...trafficChecks(target, exchanges, judged)],
    facts: target.anyKey ? [] : judgeFacts(exchanges, target, judged),
    coverage: coverageOf(target.operations, exchanges),
    exchanges: exchanges.length,
  };
  const { suite = "minimax-video" } = options;
  const milliseconds = Date.now() - startedAt.getTime();
  const about = { version: 1, suite, startedAt: startedAt.toISOString(), milliseconds } as const;
  return { report: withoutKey({ ...about, runs: [run], matrix }, options.apiKey), exchanges };
}

/** Recorded exchanges hold no key, but the client saw the original replies, and the address may hold the key too. */
function withoutKey(report: Report, apiKey: string | undefined): Report {
  const redact = keyRedactor(apiKey);
  return JSON.parse(JSON.stringify(report), (_, value) => (typeof value === "string" ? redact(value) : value));
}

/** Requests each documented reply; they are judged with all other traffic. */
async function requestDocumentedReplies(target: Target, operationId: string, row: OperationRow): Promise<void> {
  const parameters = examplesFor(row);
  const body = row.body ? { body: legalBodyFor(target.server.spec, operationId) } : {};
  for (const [status, { examples }] of Object.entries(row.replies))
    for (const name of examples) {
      const prefer = status === "200" ? `example=${name}` : `code=${status}, example=${name}`;
      await target.ask(operationId, { parameters, ...body, headers: { accept: "application/json", prefer } });
    }
}

/** The checks that all replies of an operation must pass, whatever was sent. */
function trafficChecks(target: Target, exchanges: readonly Exchange[], judged: readonly Judged[]): CheckResult[] {
  const asked: CheckKind[] = ["declared status", "reply schema", "server error"];
  return Object.keys(target.operations).flatMap((operationId) => {
    const others = Object.entries(CONSISTENCY).filter(([, concerned]) => concerned.test(operationId));
    // The keys of the table are kinds.
    const kinds = [...asked, ...others.map(([kind]) => kind as CheckKind)];
    const cases = exchanges.filter((exchange) => exchange.operationId === operationId && exchange.status > 0).length;
    return kinds.map((kind): CheckResult => {
      const own = judged.filter((one) => one.operationId === operationId && one.kind === kind);
      const findings = [...new Map(own.map(({ finding }) => [`${finding.place} ${finding.saw}`, finding])).values()];
      if (cases === 0)
        return { operationId, kind, outcome: "skipped", cases, findings, reason: "the server did not reply" };
      return { operationId, kind, outcome: findings.length > 0 ? "failed" : "passed", cases, findings };
    });
  });
}
