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
 * Test files for the mutants of each folder of src/. They run after the tests of the folder itself and of src/*.test.ts. Only
 * files that run the folder's code in their own process, and quickly, are listed; those that find the most mutants per second
 * come first.
 */
export const TESTS: Record<string, string[]> = {
  core: ["client", "src/tasks/reconcile", "v2"],
  base: ["client", "faults", "src/tasks/create-task", "src/tasks/cost-of-waits", "src/tasks/generate-all"],
  http: [
    "src/tasks/submit",
    "src/tasks/wait-for-task",
    "src/tasks/create-task",
    "evidence",
    "faults",
    "src/download/download-resume",
    "src/files/files-calls",
    "src/tasks/reconcile",
    "src/tasks/generate-all",
    "src/tasks/cost-of-waits",
    "client",
    "replies",
    "broken-replies",
  ],
  kinds: ["src/check/check", "check", "blank-prompts", "openapi/validators", "v2", "content-rules", "openapi/tables"],
  check: ["check", "blank-prompts", "src/account/account", "openapi/validators", "content-rules"],
  tasks: ["src/http/rate-limiter", "evidence", "faults", "reconcile", "wait", "client", "replies", "broken-replies"],
  download: ["download"],
  files: ["files"],
  account: ["account"],
  media: ["src/node/media-files", "media"],
  node: ["journal", "files", "save", "media", "reconcile"],
  webhooks: ["webhooks", "webhooks-bytes", "webhooks-faults"],
  redis: ["redis-journal.redis", "redis-budget.redis"],
  bullmq: ["bullmq.redis"],
  "ai-sdk": ["ai-sdk"],
  mcp: ["mcp", "cli-mcp"],
};

const { ROOM = "core" } = process.env;
const tests = TESTS[ROOM];
if (!tests) throw new Error(`ROOM must be one of ${Object.keys(TESTS).join(", ")}`);

/** The path of a test file from its name in the table. */
export const fileOf = (name: string) => `${name.includes("/") ? "" : "contract-tests/"}${name}.test.ts`;

/** Milliseconds. A test that times out has detected the mutant. */
const LONGEST = 5000;

/**
 * One thread for all mutants, because starting a thread and loading the client for each took most of the time. After a test has
 * timed out, the thread is terminated, to stop whatever that test left running.
 */
class Kept implements PoolWorker {
  readonly name = "kept";
  #thread: Worker;
  #gaveUp = false;

  constructor({ env, execArgv }: PoolOptions) {
    this.#thread = new Worker(new URL("stryker.worker.js", import.meta.url), { env, execArgv });
  }

  async start(): Promise<void> {
    // A message of vitest's own protocol. Its first argument holds test results.
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

/** Tests of one module take milliseconds and detect most mutants, so they run first. */
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
      // Set here, because Stryker sets vitest's own thread pool after it has read this file.
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
    // Enough for most servers to close. One that still waits for a connection ends with the process.
    hookTimeout: 8000,
    globalSetup: [
      "contract-tests/helpers/setup.ts",
      ...(/redis/.test(tests.join()) ? ["contract-tests/helpers/redis-setup.ts"] : []),
    ],
    setupFiles: [...(ROOM === "node" ? ["contract-tests/helpers/disk.ts"] : []), "contract-tests/helpers/mutants.ts"],
    include: ["src/*.test.ts", `src/${ROOM}/*.test.ts`, ...tests.map(fileOf)],
    exclude: ["**/*.long.test.ts"],
    // Skips tests that use large loads or real time: they take seconds and detect nothing more.
    testNamePattern: /^(?!.*(?:\b(?:10,000|thousand)\b|\b\d+ MB|\bhangs\b|in real time))/,
    isolate: false,
    sequence: { sequencer: OwnFirst, setupFiles: "list" },
  },
});
