/** `ROOM=engine npm run mutate`: whether the tests notice when somebody slips in the code of one room of src/. */
const { ROOM = "core" } = process.env;

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.stryker.config.ts" },
  // The core are the files that lie in no room.
  mutate: [`src/${ROOM === "core" ? "" : `${ROOM}/`}*.ts`, "!src/**/*.test.ts"],
  thresholds: { high: 95, low: 90, break: 90 },
  // A slip in what a module does while it is loaded needs every test again: too long for what it tells.
  ignoreStatic: true,
  // A process begun anew, after a mutant that hangs, loads everything with the next one: that must not seem to hang as well.
  timeoutMS: 20_000,
  reporters: ["clear-text", "progress-append-only", "html", "json"],
  clearTextReporter: { logTests: false, reportTests: false },
  htmlReporter: { fileName: "mutation-report/index.html" },
  jsonReporter: { fileName: "mutation-report/mutation.json" },
};
