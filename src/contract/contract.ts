import type { Exchange } from "./exchange.js";
import { takenBy } from "./exchange.js";
import { matrixOf } from "./matrix.js";
import type { Report } from "./report.js";
import { type RunOptions, runSuite } from "./run.js";
import { createTarget } from "./target.js";

export interface ContractOptions extends RunOptions {
  /** What runs it, such as `minimax-video 0.1.0`; stands in the report. */
  suite?: string | undefined;
}

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
  return { report, exchanges };
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
