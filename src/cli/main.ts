#!/usr/bin/env node
import { EXIT } from "./exit-codes.js";
import { run } from "./run-command.js";

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143 } as const;
// npm and npx pass the terminal's Ctrl-C on, so that one arrives twice.
const SAME_CTRL_C = 300;

const stop = new AbortController();
let ended: number | undefined;
let since = 0;
for (const [name, code] of Object.entries(SIGNALS)) {
  process.on(name, () => {
    if (ended !== undefined && Date.now() - since > SAME_CTRL_C) process.exit(code);
    if (ended !== undefined) return;
    ended = code;
    since = Date.now();
    stop.abort(new Error(`ended by ${name}`));
  });
}
// Whoever reads us may stop early, as `| head` does.
process.stdout.on("error", () => process.exit());
// And who no longer reads what is said beside the result has not asked to end what is paid for.
process.stderr.on("error", () => {});

const code = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: stop.signal,
  isTTY: process.stderr.isTTY === true,
  columns: () => process.stderr.columns,
});
// After Ctrl-C it may still be open, and would keep the process.
process.stdin.destroy();
process.exitCode = code === EXIT.interrupted ? (ended ?? code) : code;
