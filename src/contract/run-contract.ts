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
import type { Report } from "./contract-report.js";
import { type Redactor, redactorOf } from "./key-redaction.js";
import type { Exchange } from "./recorded-exchange.js";
import { takenBy } from "./recorded-exchange.js";
import { matrixOf } from "./request-matrix.js";
import { type RunOptions, runSuite } from "./run.js";
import { createTarget } from "./target-server.js";

export interface ContractOptions extends RunOptions {
  /** What runs it, such as `minimax-video 0.1.0`; stands in the report. */
  suite?: string | undefined;
}

const CONTRACT_OPTIONS: Rules<ContractOptions> = {
  suite: aText,
  name: aText,
  // The client judges it.
  server: () => undefined,
  apiKey: mustBe("a string", (value) => typeof value === "string"),
  // Above all this: a text such as "false" would send hundreds of creates to a server that charges.
  free: aBoolean,
  prefers: aBoolean,
  anyKey: aBoolean,
  facts: aBoolean,
  only: mustBe("a list of operationIds", Array.isArray),
  fetch: aFunction,
  requestsPerMinute: aPositiveNumber,
  signal: aSignal,
  buy: aFunction,
  buyV2: aFunction,
  tasks: mustBe("an object of ids by their kinds", isRecord),
  onTask: aFunction,
  onProgress: aFunction,
};

export interface ContractResult {
  readonly report: Report;
  /** All that was sent and came, without keys. */
  readonly exchanges: readonly Exchange[];
}

/**
 * Holds a server to the specs: everything that may be asked of it, asked once. Sends nothing that costs money unless the server
 * is `free` or `buy` says so. Rejects only with the reason of `signal`; whatever the server does stands in the report.
 * @throws {ValidationError} for a server that is none.
 */
export async function runContract(options: ContractOptions): Promise<ContractResult> {
  assertOptions("runContract", options, CONTRACT_OPTIONS);
  const startedAt = new Date();
  const { run, exchanges } = await runSuite(options);
  const { spec } = run.target;
  const matrix = await matrixOf(spec, options.free && takesCreates(options) ? [judgeOf(options)] : []);
  const report: Report = {
    version: 1,
    suite: options.suite ?? "minimax-video",
    startedAt: startedAt.toISOString(),
    milliseconds: Date.now() - startedAt.getTime(),
    runs: [run],
    matrix,
  };
  return { report: withoutKey(report, redactorOf(options.apiKey)), exchanges };
}

/**
 * A report without the key. The exchanges that it tells of hold none; but the client was told what the server really said, and
 * the address may hold the key as well.
 */
function withoutKey(report: Report, { text, url }: Redactor): Report {
  const runs = report.runs.map(({ target, checks, facts, ...run }) => ({
    ...run,
    target: { ...target, name: url(target.name), baseUrl: url(target.baseUrl) },
    checks: checks.map(({ findings, ...check }) => ({
      ...check,
      ...(check.reason === undefined ? {} : { reason: text(check.reason) }),
      findings: findings.map((one) => ({ ...one, place: text(one.place), saw: text(one.saw) })),
    })),
    facts: facts.map(({ evidence, ...fact }) => ({
      ...fact,
      ...(evidence === undefined ? {} : { evidence: text(evidence) }),
    })),
  }));
  return { ...report, runs, matrix: report.matrix.map((cell) => ({ ...cell, dissent: cell.dissent.map(url) })) };
}

function takesCreates({ only }: ContractOptions): boolean {
  return only?.includes("videoGeneration") ?? true;
}

/** The server as a judge of the matrix; only one that charges nothing. */
function judgeOf(options: ContractOptions) {
  const target = createTarget(options);
  return {
    name: target.server.name,
    takes: async (body: unknown) =>
      takenBy(await target.ask("videoGeneration", { body }), target.server) === "accepted",
  };
}
