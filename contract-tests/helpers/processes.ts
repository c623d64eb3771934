import { type ChildProcess, fork } from "node:child_process";
import { afterEach } from "vitest";

/** Returns a function that starts a process of a script, with its argument as JSON. Kills the processes after the test. */
export function processes(script: () => string) {
  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill("SIGKILL");
    running.clear();
  });
  return (order: object): ChildProcess => {
    const child = fork(script(), [JSON.stringify(order)]);
    running.add(child);
    return child;
  };
}
