import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark, Row } from "./benchmark.js";
import { builtLibrary, cleanEnv, home, plainScript } from "./built.js";
import type { Touched } from "./import-probe.js";
import { paired, pairRow } from "./pair.js";

const ROUNDS = 20;

/** Globals whose first read costs 15 ms and 12 MB. */
const HEAVY = ["fetch", "Headers", "Request"];

export const importing: Benchmark = {
  name: "import",
  shows: "time of a process that only imports the built library, against one that imports nothing",
  target: "at most 1.10 × an empty process, without reading fetch, Headers or Request",
  async run(progress) {
    const core = `import ${JSON.stringify(builtLibrary())};\n`;
    const empty = script("import-empty.mjs", SAY_CPU);
    const ours = script("import-core.mjs", core + SAY_CPU);
    const rows: Row[] = [];
    for (const [what, cost] of Object.entries({ "CPU time": cpuTime, "wall time": wallTime })) {
      progress(`${what}, ${ROUNDS} rounds of four processes`);
      const pair = await paired(
        () => cost(empty),
        () => cost(ours),
        { rounds: ROUNDS },
      );
      rows.push(pairRow(`import, ${what}`, "ms", "empty process", pair, 1.1));
    }
    return [...rows, touchedBy(script("import-only.mjs", core))];
  },
};

/** Both scripts of a pair print their CPU time on exit. They differ only in the import. */
const SAY_CPU =
  "process.once('exit', () => { const { user, system } = process.cpuUsage(); console.log(user + system); });";

function script(name: string, code: string): string {
  const path = join(home, name);
  writeFileSync(path, `${code}\n`);
  return path;
}

function output(...args: string[]): string {
  return execFileSync(process.execPath, args, { env: cleanEnv, encoding: "utf8" });
}

/** User and system time in milliseconds. */
function cpuTime(path: string): number {
  return Number(output(path)) / 1000;
}

/** Milliseconds from spawn to exit. */
function wallTime(path: string): number {
  const begun = performance.now();
  output(path);
  return performance.now() - begun;
}

function touchedBy(path: string): Row {
  const touched: Touched = JSON.parse(output("--import", plainScript("import-probe.ts"), path));
  const heavy = touched.filter((name) => HEAVY.includes(name));
  return {
    what: `${HEAVY.join(", ")} read while importing`,
    ours: heavy.length,
    unit: "globals",
    atMost: 0,
    ...(touched.length ? { notes: [`read: ${touched.join(", ")}`] } : {}),
  };
}
