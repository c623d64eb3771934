/** `ROOM=webhooks npm run mutate`: checks that tests fail when a fault is put into the code of one folder of src/. */
const { ROOM = "core" } = process.env;

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.stryker.config.ts" },
  // "core" means the files directly in src/.
  mutate: [`src/${ROOM === "core" ? "" : `${ROOM}/`}*.ts`, "!src/**/*.test.ts"],
  thresholds: { high: 95, low: 90, break: 90 },
  // A mutant in code that runs while a module loads needs every test, which takes too long for what it shows.
  ignoreStatic: true,
  // After a mutant that hangs, a new process loads everything during the next one, which must not count as a time-out.
  timeoutMS: 20_000,
  reporters: ["clear-text", "progress-append-only", "html", "json"],
  clearTextReporter: { logTests: false, reportTests: false },
  htmlReporter: { fileName: "mutation-report/index.html" },
  jsonReporter: { fileName: "mutation-report/mutation.json" },
};
