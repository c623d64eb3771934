import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What every test runs with, also where it judges mutants. */
export const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  unstubEnvs: true,
  env: { MINIMAX_API_KEY: "", MINIMAX_SERVER: "" },
};
/** What a thread, in which mutants are judged, cannot have. */
const forked = {
  ...common,
  // Most of what a test makes is soon thrown away: with more room for the young, 4 % of all the time.
  execArgv: ["--max-semi-space-size=64"],
};
/** Loading compiler, Prism and ajv anew for each file was a third of all the time. */
const together = { isolate: false };
/** Much of their time they wait for servers. */
const crowd = { maxWorkers: Math.ceil(1.5 * availableParallelism()) };
/** Whose modules are replaced by others for its time, and which therefore shares them with nobody. */
const apart = ["contract-tests/journal.test.ts"];
/**
 * What drives the package as others do, in processes and browsers of their own, or tries all there is: half of all the time.
 * `npm run test:long` runs it, as CI does with each change; `npm test` is for the minutes in between.
 */
const long = ["{src,contract-tests,release}/**/*.long.test.ts"];
/** What needs a Redis: `npm run test:redis`. */
const redis = ["contract-tests/*.redis.test.ts"];

/** What asks Prism. The tests ask its engine in this process; the project `prism` asks its command line, by the same tests. */
const prismFacing = ["prism", "witnesses", "matrix", "content-rules", "blank-prompts", "replies", "client"];

/** Tools of others, which bring hundreds of packages of their own: `npm run test:foreign` installs and runs them. */
const foreign = "contract-tests/foreign/**";

/** What needs a PostgreSQL: `npm run test:postgres`. */
const postgres = ["contract-tests/*.postgres.test.ts"];

/** What takes longest from its start to its end, longest first: begun last, it would end alone. */
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
    "report",
    "random",
    "every-fault",
    "ai-sdk",
  ].map((name) => `${name}.long`),
  ...["bullmq-chaos", "bullmq", "redis-budget"].map((name) => `${name}.redis`),
  ...["cli-resume", "cli-exit-codes", "mock"],
];

/** Vitest begins with what was slow the last time, but a clean checkout remembers none. A class, because vitest wants one. */
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
    // Of one file, beside those of the other: more would starve each other.
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
          // Half of its time it waits: for kills, for locks of dead workers, and for minutes of a budget.
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
          // Kills have to come in the moment that they are meant for; vitest would leave a core free.
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
