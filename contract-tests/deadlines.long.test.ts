/** Deadlines and signals work whatever the garbage collector, the wall clock and the runtime do. */
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { createClient } from "../src/index.js";
import { built } from "./helpers/build.js";
import type { Ended } from "./helpers/deadlines-probe.js";
import { manners, stallingServer } from "./helpers/deadlines-server.js";
import { failureOf } from "./helpers/failure-of.js";
import { commandOf, install, isAvailable } from "./helpers/runtimes.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = folderForAll();
const library = join(folder, "dist");
const NODES = (["Node 20", "Node 22", "Node 24"] as const).filter(isAvailable);
type NodeName = (typeof NODES)[number];

beforeAll(async () => {
  execFileSync(process.execPath, ["esbuild.config.js", library], { cwd: root });
  writeFileSync(join(library, "package.json"), '{ "type": "module" }');
  await install();
}, 300_000);

interface Run {
  ended: Ended[];
  isDone: boolean;
  /** Milliseconds from the last line of output to the end of the process. */
  lingered: number;
  code: number | null;
}

/** Runs the probe. Kills it after 200 seconds, or five seconds after it prints "done". */
function probed(node: NodeName, script: string, order: object): Promise<Run> {
  const [program, ...options] = commandOf(node);
  // Single-threaded, because on a busy machine everything would wait for the collector's helper threads.
  const flags = ["--expose-gc", "--single-threaded-gc", ...options];
  const child = spawn(program, [...flags, script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 200_000,
    killSignal: "SIGKILL",
  });
  let printed = "";
  let last = performance.now();
  let killing: NodeJS.Timeout | undefined;
  child.stdout.setEncoding("utf8").on("data", (text) => {
    printed += text;
    last = performance.now();
    if (printed.endsWith("done\n")) killing = setTimeout(() => child.kill("SIGKILL"), 5000);
  });
  return new Promise((resolve) => {
    child.once("close", (code) => {
      clearTimeout(killing);
      const lines = printed.trim().split("\n");
      const ended = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
      resolve({ ended, isDone: lines.at(-1) === "done", lingered: performance.now() - last, code });
    });
  });
}

describe("while garbage is collected all the time", () => {
  const runs = new Map<NodeName, Run>();
  beforeAll(async () => {
    const server = await stallingServer();
    const script = built("contract-tests/helpers/deadlines-probe.ts", folder);
    const order = { library, server: server.url, folder: join(folder, "saved") };
    await Promise.all(NODES.map(async (node) => runs.set(node, await probed(node, script, order))));
    server.close();
  }, 300_000);

  describe.each(NODES)("on %s", (node) => {
    test.each(manners)("every call ends with the right error within a second of its limit (I3): %s", (manner) => {
      const all = runs.get(node)?.ended.filter((one) => one.manner === manner) ?? [];
      expect(all.length).toBeGreaterThan(80);
      // A download gives up after six idle connections.
      const isLate = ({ limit, late }: Ended) => late > (limit === "idleTimeout" ? 3000 : 1000);
      expect(all.filter((one) => one.fault || isLate(one))).toEqual([]);
    });

    test("the process then ends by itself", () => {
      expect(runs.get(node)).toMatchObject({ code: 0, isDone: true });
      expect(runs.get(node)?.lingered).toBeLessThan(1500);
    });
  });
});

test("a wait with the default clock ends in time, even if the wall clock jumps (I8)", async () => {
  let looks = 0;
  const { now } = Date;
  vi.spyOn(Date, "now").mockImplementation(() => now() + 3_600_000 * ((looks++ % 3) - 1));
  const fetch = async () => Response.json({ status: "Processing", base_resp: { status_code: 0 } });
  const task = createClient({ apiKey: "k", fetch }).videos.task("7");
  const began = performance.now();
  const error = await failureOf(task.wait({ timeout: 500, pollInterval: 50 }));
  vi.restoreAllMocks();
  expect(error.name).toBe("WaitTimeoutError");
  expect(performance.now() - began).toBeGreaterThan(450);
  expect(performance.now() - began).toBeLessThan(1500);
});
