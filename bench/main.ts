/** `npm run bench [-- name …] [--json] [--strict]`: measures the library next to a reference in the same run. */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Benchmark, isMet, type Outcome } from "./benchmark.js";
import { call } from "./call.js";
import { checking } from "./check.js";
import { creates } from "./creates.js";
import { importing } from "./import.js";
import { queue } from "./queue.js";
import { saving } from "./save.js";
import { size } from "./size.js";
import { machineLine, tableOf } from "./table.js";
import { upload } from "./upload.js";
import { wait } from "./wait.js";
import { waits } from "./waits.js";
import { webhook } from "./webhook.js";

const benchmarks: Benchmark[] = [call, checking, upload, saving, size, importing, creates, wait, waits, webhook, queue];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, strict: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (values.help || unknown.length) {
  if (unknown.length) console.error(`Unknown benchmark: ${unknown.join(", ")}.`);
  console.error("npm run bench [-- name …] [--json] [--strict: exit code 1 if a target is missed]");
  for (const { name, shows, target } of benchmarks) console.error(`  ${name}: ${shows}; ${target}`);
  process.exit(unknown.length ? 2 : 0);
}

const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? "unknown",
  date: new Date().toISOString(),
};
if (!values.json) console.log(machineLine(machine));
const outcomes: Outcome[] = [];
for (const benchmark of benchmarks) {
  if (positionals.length && !positionals.includes(benchmark.name)) continue;
  const outcome = await outcomeOf(benchmark);
  outcomes.push(outcome);
  if (!values.json) console.log(`\n${tableOf(outcome)}`);
}
if (values.json) console.log(JSON.stringify({ machine, benchmarks: outcomes }, null, 2));
const failed = outcomes.some((outcome) => "error" in outcome || outcome.rows.some((row) => isMet(row) === false));
if (values.strict && failed) process.exitCode = 1;

async function outcomeOf({ name, shows, target, run }: Benchmark): Promise<Outcome> {
  try {
    const rows = await run((message) => console.error(`${name}: ${message}`));
    return { name, shows, target, rows };
  } catch (error) {
    return { name, shows, target, error: error instanceof Error ? error.message : String(error) };
  }
}
