import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Options of every test, in mutation runs too. */
export const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  unstubEnvs: true,
  env: { MINIMAX_API_KEY: "", MINIMAX_SERVER: "" },
};
/** Options for child processes. Mutation runs use a thread, which cannot have them. */
const forked = {
  ...common,
  // Most objects in a test are short-lived: a larger young generation saves 4 % of the total time.
  execArgv: ["--max-semi-space-size=64"],
};
/** Loading the compiler, Prism and ajv again for each file took a third of the total time. */
const together = { isolate: false };
/** These tests often wait for servers, so more workers than cores pay off. */
const crowd = { maxWorkers: Math.ceil(1.5 * availableParallelism()) };
/** Mocks `node:fs`, so it must not share its modules with other files. */
const apart = ["contract-tests/journal.test.ts"];
/**
 * Tests that use the package as users do, in separate processes and browsers, or that are exhaustive: half of the total time.
 * `npm run test:long` runs them, and so does CI for each change. `npm test` is for work in progress.
 */
const long = ["{src,openapi,contract-tests,docs,release}/**/*.long.test.ts"];
/** Tests that need Redis: `npm run test:redis`. */
const redis = ["contract-tests/*.redis.test.ts"];

/** Tests that ask Prism. `tests` asks its engine in the same process; the project `prism` repeats them with its command line. */
const prismFacing = ["prism", "witnesses", "matrix", "content-rules", "blank-prompts", "replies", "client"];

/** Tests with third-party tools that depend on hundreds of packages: `npm run test:foreign` installs the tools and runs the tests. */
const foreign = "contract-tests/foreign/**";

/** Tests that need PostgreSQL: `npm run test:postgres`. */
const postgres = ["contract-tests/*.postgres.test.ts"];

/** The slowest test files, slowest first. If they started last, the others would be done and cores would be idle. */
const longest = [
  ...[
    "seeded-reply-faults",
    "seeded-request-faults",
    "repository",
    "suite",
    "crash",
    "readme",
    "package",
    "playground-code",
    "playground",
    "report-page",
    "random",
    "every-fault",
    "ai-sdk",
  ].map((name) => `${name}.long`),
  ...["bullmq-chaos", "bullmq", "redis-budget"].map((name) => `${name}.redis`),
  ...["cli-resume", "cli-exit-codes", "mock"],
];

/** Vitest starts with the files that were slow last time, which a clean checkout does not know. It requires a class. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const known = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return known < 0 ? longest.length : known;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    globalSetup: "contract-tests/helpers/setup.ts",
    // Concurrent tests of one file. Other files run at the same time, so more would starve each other.
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...forked, ...crowd, name: "apart", include: apart, setupFiles: "contract-tests/helpers/disk.ts" } },
      {
        test: {
          ...forked,
          ...crowd,
          ...together,
          name: "tests",
          include: ["{src,openapi,contract-tests,docs,release}/**/*.test.ts"],
          exclude: [...apart, ...long, ...redis, ...postgres, foreign],
        },
      },
      {
        test: {
          ...forked,
          name: "redis",
          include: redis,
          // Half of the time these tests wait: for kills, for locks of dead workers, and for minutes of a budget.
          maxWorkers: "100%",
          globalSetup: "contract-tests/helpers/redis-setup.ts",
          sequence: { groupOrder: 2 },
        },
      },
      { test: { ...forked, name: "postgres", include: postgres, sequence: { groupOrder: 3 } } },
      {
        test: {
          ...forked,
          ...together,
          name: "long",
          include: long,
          // Kills must come at the intended moment. By default, vitest would leave a core free.
          maxWorkers: "100%",
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...forked, name: "foreign", include: ["contract-tests/foreign/*.test.ts"] } },
      {
        test: {
          ...forked,
          ...together,
          name: "prism",
          include: prismFacing.map((name) => `contract-tests/${name}.test.ts`),
          globalSetup: "contract-tests/helpers/prism-process.ts",
          maxWorkers: "100%",
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
