/** Other programs, run to their end or until Ctrl-C. */
import { type SpawnOptionsWithoutStdio, spawn } from "node:child_process";

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Whatever its exit code. Throws when it cannot be started, and when the signal has ended it: then it has ended. */
export function execute(file: string, args: string[], options: SpawnOptionsWithoutStdio): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, options);
    const ended: Ended = { code: 1, stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => {
        ended[name] += text;
      });
    child.stdin.end();
    let failed: Error | undefined;
    child.on("error", (error) => {
      failed = error;
    });
    // Only now it writes nothing any more, so that what it wrote can be removed.
    child.on("close", (code) => (failed ? reject(failed) : resolve({ ...ended, code: code ?? 1 })));
  });
}
