import { defineConfig } from "vitest/config";
import { common } from "./vitest.config.js";

/**
 * What judges the mutants of a room of src/, beside the tests in the room and in the core: those of contract-tests/ that run the
 * room's code in their own process, and are soon over.
 */
export const TESTS: Record<string, string[]> = {
  core: ["client", "reconcile", "v2"],
  check: ["check", "items-v2", "rules-v2", "tables-v2", "words-v2"],
  create: ["all", "client", "create", "faults", "reconcile", "words-v2"],
  download: ["download"],
  engine: ["all", "client", "create", "faults", "gate", "reconcile", "wait"],
  files: ["files"],
  media: ["media"],
  node: ["files", "save"],
  webhooks: ["webhooks", "webhooks-bytes"],
};

const { ROOM = "core" } = process.env;
const tests = TESTS[ROOM];
if (!tests) throw new Error(`ROOM is one of ${Object.keys(TESTS).join(", ")}`);

export default defineConfig({
  test: {
    ...common,
    // A mutant that makes a test wait for ever has been noticed.
    testTimeout: 20_000,
    globalSetup: "contract-tests/setup.ts",
    include: ["src/*.test.ts", `src/${ROOM}/*.test.ts`, ...tests.map((name) => `contract-tests/${name}.test.ts`)],
    // Loads take seconds, and a thousandth event notices no more than the first.
    testNamePattern: /^(?!.*(?:\b(?:10,000|thousand)\b|\b\d+ MB|hang))/,
    isolate: false,
  },
});
