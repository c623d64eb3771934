/** A thread of vitest that stays when its tests are over, with all it has loaded: for vitest.stryker.config.ts. */
import { parentPort } from "node:worker_threads";
import { init, runBaseTests, setupEnvironment } from "vitest/worker";

/** Each start brings a listener of its own beside the first, which hears of starts. */
let first;
let latest;

init({
  post: (message) => parentPort.postMessage(message),
  on(listener) {
    if (latest) parentPort.off("message", latest);
    if (first) latest = listener;
    first ??= listener;
    parentPort.on("message", listener);
  },
  off: (listener) => parentPort.off("message", listener),
  runTests: (state, traces) => runBaseTests("run", state, traces),
  collectTests: (state, traces) => runBaseTests("collect", state, traces),
  setup: setupEnvironment,
});
