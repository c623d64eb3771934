/** Other programs, run to their end or until Ctrl-C. */
import { spawn } from "node:child_process";

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

interface Call {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  signal: AbortSignal;
}

/** Whatever its exit code. Throws when it cannot be started, and when the signal has ended it. */
export function execute({ file, args, ...options }: Call): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, options);
    const ended: Ended = { code: 1, stdout: "", stderr: "" };
    let failed: Error | undefined;
    child.stdin.end();
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        ended[name] += text;
      });
    }
    child.on("error", (error) => {
      failed = error;
    });
    // Only now it writes nothing any more, so that what it wrote can be removed.
    child.on("close", (code) => (failed ? reject(failed) : resolve({ ...ended, code: code ?? 1 })));
  });
}
