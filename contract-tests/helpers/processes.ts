import { type ChildProcess, fork } from "node:child_process";
import { afterEach } from "vitest";

/** Starts processes of a script with an argument as JSON, and kills them after the test. */
export function processes(script: () => string) {
  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill("SIGKILL");
    running.clear();
  });
  return {
    running,
    fork(order: object): ChildProcess {
      const child = fork(script(), [JSON.stringify(order)]);
      running.add(child);
      return child;
    },
  };
}
