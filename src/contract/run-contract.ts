import { invalid } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
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
import { defined, isRecord } from "../base/record.js";
import { type OperationRow, operations } from "../generated/operations.js";
import { MODES } from "../kinds/mode.js";
import { type FlowOptions, runFlows } from "./choose-flows.js";
import { CHECK_ORDER, type CheckResult, type Report, type Run } from "./contract-report.js";
import { coverageOf, judgeFacts } from "./fact-verdicts.js";
import { keyRedactor } from "./key-redaction.js";
import { checkOperation } from "./operation-checks.js";
import { readingOf } from "./read-exchange.js";
import type { Exchange } from "./recorded-exchange.js";
import { examplesFor, legalBodyFor, matrixOf } from "./request-samples.js";
import { createTarget, type Target, type TargetOptions } from "./target-server.js";
import { judgeTraffic, trafficChecks } from "./traffic-checks.js";

/** Options of `runContract`. Only `server` and `free` are required. */
export interface ContractOptions extends TargetOptions, FlowOptions {
  /** Name and version of the program that runs the suite, such as `minimax-video 0.1.0`, for the report. */
  suite?: string | undefined;
  /** Milliseconds after which the run ends, with a report of what was tested until then. Default: none. */
  maxTime?: number | undefined;
  /** Called before each part of a run, mostly an operation. `soFar` makes a report of what has been found so far. */
  onProgress?: ((part: string, soFar: () => ContractResult) => void) | undefined;
}

const CONTRACT_OPTIONS: Rules<ContractOptions> = {
  suite: aText,
  name: aText,
  // Checked by `createClient`.
  server: () => undefined,
  apiKey: mustBe("a string", (value) => typeof value === "string"),
  // The most important check: a text such as "false" would send hundreds of creates to a server that charges.
  free: aBoolean,
  prefers: aBoolean,
  anyKey: aBoolean,
  only: mustBe("a list of operationIds and checks", Array.isArray),
  skip: mustBe("a list of operationIds and checks", Array.isArray),
  maxTime: aPositiveNumber,
  maxResponseTime: aPositiveNumber,
  seed: aPositiveNumber,
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

/** The findings of a run, and the traffic that shows them. */
export interface ContractResult {
  /** The findings. `pageOf`, `junitOf` and `summaryOf` format them. */
  readonly report: Report;
  /** Everything that was sent and received, without keys. */
  readonly exchanges: readonly Exchange[];
}

/**
 * Tests whether a server keeps to the specs. Sends nothing that costs money unless the server is `free` or `buy` allows it.
 * Reports whatever the server does. Apart from the errors below, rejects only with the reason of `signal`.
 * @throws {ValidationError} if an option is invalid.
 * @throws {ConnectionError} if the first connections to the server all fail.
 */
export async function runContract(options: ContractOptions): Promise<ContractResult> {
  assertOptions("runContract", options, CONTRACT_OPTIONS);
  const { signal, maxTime, onProgress } = options;
  const limit = maxTime === undefined ? undefined : AbortSignal.timeout(maxTime);
  const either = AbortSignal.any([signal, limit].filter((one) => one !== undefined));
  const target = createTarget({ ...options, signal: either });
  assertKnown(options, target);
  const startedAt = new Date();
  const result = (warning?: string) => contractResult(target, options, startedAt, warning);
  try {
    await makeChecks(target, options, (operationId) => {
      onProgress?.(operationId, () => result("the run has not ended: what is missing here was not tested"));
    });
  } catch (error) {
    if (signal?.aborted || !limit?.aborted) throw error;
    return result(`the run reached its limit of ${Number(maxTime) / 1000} s: what is missing here was not tested`);
  }
  await target.settled();
  return result();
}

async function makeChecks(target: Target, options: ContractOptions, tell: (part: string) => void): Promise<void> {
  tell("flows");
  await runFlows(target, options);
  const isDeletion = ([operationId]: [string, OperationRow]) => Number(/delete/i.test(operationId));
  const rows = Object.entries(target.operations).toSorted((one, other) => isDeletion(one) - isDeletion(other));
  for (const [operationId, row] of rows) {
    tell(operationId);
    await checkOperation(target, operationId, row);
    if (options.prefers) await requestDocumentedReplies(target, operationId, row);
  }
  tell("the request matrix");
  await judgeMatrix(target);
}

/** @throws {ValidationError} if `only` or `skip` name what does not exist, or nothing is left to test. */
function assertKnown({ only = [], skip = [] }: ContractOptions, { server, operations: rows }: Target): void {
  const names = [...Object.keys(operations[server.spec]), ...CHECK_ORDER, "request matrix"];
  const parts = [...only, ...skip].flatMap((one) => String(one).split(":"));
  const strange = parts.find((one) => !names.includes(one));
  if (strange !== undefined) {
    const option = only.join().includes(strange) ? "only" : "skip";
    const close = nearest(strange, names);
    const what = `${strange} is neither an operation of ${server.name} nor a check`;
    throw invalid("Nothing was tested", option, close ? `${what}; did you mean ${close}?` : what);
  }
  if (Object.keys(rows).length === 0) throw invalid("Nothing was tested", "only", "leaves no operation to test");
}

function contractResult(target: Target, options: ContractOptions, startedAt: Date, ended?: string): ContractResult {
  const { server, free, hasKey: key, found, isWanted } = target;
  const { name, baseUrl, spec } = server;
  const exchanges = target.exchanges();
  const all = exchanges.map((exchange) => readingOf(exchange, server));
  const judged = judgeTraffic(all, target);
  const made = [...found.checks, ...found.flows, ...trafficChecks(all, judged, target)];
  const checks = made.filter(({ operationId, kind }) => isWanted(operationId, kind));
  const paid = found.paid.join("; and ");
  const run: Run = {
    target: { name: target.name ?? name, baseUrl, spec, free, key, ...(paid ? { paid } : {}) },
    checks,
    facts: target.anyKey ? [] : judgeFacts(all, target, judged),
    coverage: coverageOf(target, all),
    exchanges: exchanges.length,
    warnings: [...(ended ? [ended] : []), ...warningsAbout(checks, target)],
    accepted: [],
  };
  const { suite = "minimax-video" } = options;
  const milliseconds = Date.now() - startedAt.getTime();
  const about = { version: 1, suite, startedAt: startedAt.toISOString(), milliseconds } as const;
  return { report: reportWithoutKey({ ...about, runs: [run], matrix: found.matrix }, options.apiKey), exchanges };
}

/** Why a report may say less than it seems to. */
function warningsAbout(checks: readonly CheckResult[], { hasKey, anyKey, free, seed }: Target): string[] {
  const sampled = !free && checks.some(({ kind, outcome }) => kind === "illegal data" && outcome !== "skipped");
  const legal = checks.filter(({ kind }) => kind === "legal data");
  const refused = legal.filter(({ findings, cases }) => cases > 0 && findings.length >= cases);
  const untested = legal.filter(({ outcome, reason }) => outcome === "skipped" && !/no such case/.test(reason ?? ""));
  const names = (some: readonly CheckResult[]) => some.map(({ operationId }) => operationId).join(", ");
  return [
    !hasKey && !anyKey && "there was no key: only refusals were tested",
    refused.length > 0 && `every legal request was refused, so other refusals prove nothing: ${names(refused)}`,
    sampled &&
      `only a sample of illegal bodies was sent, with a key that no account has; --seed ${seed} sends it again`,
    untested.length > 0 && `no legal request was sent: ${names(untested)}`,
  ].filter((one) => one !== false);
}

/** Removes the key, which is not in recorded exchanges, but may be in the address and in replies that the client read. */
function reportWithoutKey(report: Report, apiKey: string | undefined): Report {
  const redact = keyRedactor(apiKey);
  return JSON.parse(JSON.stringify(report), (_, value) => (typeof value === "string" ? redact(value) : value));
}

/** Requests each documented reply; they are judged with all other traffic. */
async function requestDocumentedReplies(target: Target, operationId: string, row: OperationRow): Promise<void> {
  const parameters = examplesFor(row);
  const body = row.body && legalBodyFor(target.server.spec, operationId);
  for (const [status, { examples }] of Object.entries(row.replies))
    for (const name of examples) {
      const prefer = status === "200" ? `example=${name}` : `code=${status}, example=${name}`;
      await target.ask(operationId, { parameters, body, headers: { accept: "application/json", prefer } });
    }
}

/** Asks the validators and a free server about every cell of the request matrix. */
async function judgeMatrix({ server, free, operations, ask, isWanted, found }: Target): Promise<void> {
  const isAsked = free && operations.videoGeneration && isWanted("videoGeneration", "request matrix");
  for (const { mode, body, legal } of matrixOf(server.spec)) {
    const isAgreed = !isAsked || ((await ask("videoGeneration", { body })).kind === "accepted") === legal;
    const { model, duration, resolution } = body;
    const about = { spec: server.spec, mode: MODES[mode], model, ...defined({ duration, resolution }) };
    found.matrix.push({ ...about, legal, dissent: isAgreed ? [] : [server.name] });
  }
}
