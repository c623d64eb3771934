/** A vitest thread that keeps running, with its modules loaded, after its tests are done. For vitest.stryker.config.ts. */
import { parentPort } from "node:worker_threads";
import { init, runBaseTests, setupEnvironment } from "vitest/worker";

/** The first listener receives starts. Each start adds another listener, which replaces that of the start before. */
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
