import { inspect } from "node:util";
import { Worker } from "node:worker_threads";
import { defineConfig } from "vitest/config";
import {
  BaseSequencer,
  type PoolOptions,
  type PoolWorker,
  type TestSpecification,
  type WorkerRequest,
} from "vitest/node";
import { common } from "./vitest.config.js";

/**
 * What judges the mutants of a room of src/, beside the tests in the room and in the core, and after them: those of
 * contract-tests/ and of other rooms that run the room's code in their own process, and are soon over; those first that notice
 * most in a second.
 */
export const TESTS: Record<string, string[]> = {
  core: ["client", "reconcile", "v2"],
  base: ["client", "faults", "src/tasks/create-task", "wait", "src/tasks/generate-all"],
  http: [
    "src/tasks/submit",
    "src/tasks/wait-for-task",
    "src/tasks/create-task",
    "evidence",
    "faults",
    "src/download/download-resume",
    "src/files/files-calls",
    "reconcile",
    "src/tasks/generate-all",
    "wait",
    "client",
    "replies",
    "broken-replies",
  ],
  kinds: ["src/check/check", "check", "blank-prompts", "openapi/validators", "v2", "content-rules", "openapi/tables"],
  check: ["check", "blank-prompts", "account", "openapi/validators", "content-rules"],
  tasks: [
    "list-tasks",
    "src/http/rate-limiter",
    "evidence",
    "faults",
    "reconcile",
    "wait",
    "client",
    "replies",
    "broken-replies",
  ],
  download: ["download"],
  files: ["files"],
  account: ["account"],
  media: ["media"],
  node: ["journal", "files", "save", "media", "reconcile"],
  webhooks: ["webhooks", "webhooks-bytes", "webhooks-faults"],
  redis: ["redis-journal.redis", "redis-budget.redis"],
  bullmq: ["bullmq.redis"],
  "ai-sdk": ["ai-sdk"],
  mcp: ["mcp", "cli-mcp"],
};

const { ROOM = "core" } = process.env;
const tests = TESTS[ROOM];
if (!tests) throw new Error(`ROOM is one of ${Object.keys(TESTS).join(", ")}`);

/** The path of a test file by its name in the table. */
export const fileOf = (name: string) => `${name.includes("/") ? "" : "contract-tests/"}${name}.test.ts`;

/** Milliseconds. A mutant that makes a test wait for ever has been noticed. */
const LONGEST = 5000;

/**
 * One thread for all mutants: starting one and loading the client for each took most of the time. After a test that was given
 * up, the thread ends, and with it what that test has left going.
 */
class Kept implements PoolWorker {
  readonly name = "kept";
  #thread: Worker;
  #gaveUp = false;

  constructor({ env, execArgv }: PoolOptions) {
    this.#thread = new Worker(new URL("stryker.worker.js", import.meta.url), { env, execArgv });
  }

  async start(): Promise<void> {
    // A call of vitest's own protocol; its first argument has the results of tests.
    this.#thread.on("message", ({ m: name, a: [results] = [] }: { m?: string; a?: unknown[] }) => {
      this.#gaveUp ||= name === "onTaskUpdate" && inspect(results, { depth: 5 }).includes(" timed out in ");
    });
  }

  async stop(): Promise<void> {
    if (this.#gaveUp) {
      kept = undefined;
      await this.#thread.terminate();
    }
    for (const event of ["message", "error", "exit"]) this.#thread.removeAllListeners(event);
  }

  on(event: string, callback: (argument: unknown) => void): void {
    this.#thread.on(event, callback);
  }

  off(event: string, callback: (argument: unknown) => void): void {
    this.#thread.off(event, callback);
  }

  send(message: WorkerRequest): void {
    this.#thread.postMessage(message);
  }

  deserialize(data: unknown): unknown {
    return data;
  }
}
let kept: Kept | undefined;

/** Tests of one module take milliseconds and notice most: the others are asked about what is left. */
class OwnFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      tests?.findIndex((name) => moduleId.endsWith(`/${fileOf(name)}`)) ?? 0;
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  plugins: [
    {
      name: "kept",
      // Stryker asks for vitest's own threads after it has read this file.
      configureVitest({ project }) {
        project.config.pool = "kept";
        project.config.poolRunner = {
          name: "kept",
          createPoolWorker(options) {
            kept ??= new Kept(options);
            return kept;
          },
        };
      },
    },
  ],
  test: {
    ...common,
    testTimeout: LONGEST,
    // A server that waits for its last connection to end is closed with the process.
    hookTimeout: 8000,
    globalSetup: [
      "contract-tests/helpers/setup.ts",
      ...(/redis/.test(tests.join()) ? ["contract-tests/helpers/redis-setup.ts"] : []),
    ],
    setupFiles: [...(ROOM === "node" ? ["contract-tests/helpers/disk.ts"] : []), "contract-tests/helpers/mutants.ts"],
    include: ["src/*.test.ts", `src/${ROOM}/*.test.ts`, ...tests.map(fileOf)],
    exclude: ["**/*.long.test.ts"],
    // Loads and real time take seconds, and a thousandth event notices no more than the first.
    testNamePattern: /^(?!.*(?:\b(?:10,000|thousand)\b|\b\d+ MB|\bhangs\b|in real time))/,
    isolate: false,
    sequence: { sequencer: OwnFirst, setupFiles: "list" },
  },
});
