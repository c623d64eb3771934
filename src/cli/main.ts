#!/usr/bin/env node
import { EXIT } from "./process.js";
import { run } from "./run-command.js";

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;
// npm and npx pass on the terminal's Ctrl-C, so one key press arrives twice.
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
// A reader that stops early, as `| head` does, must not end a run that is paid for. A full disk does not end it either.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") return;
  process.exitCode ||= EXIT.unexpected;
  process.stderr.write(`stdout cannot be written: ${message}\n`);
});
process.stderr.on("error", () => {});

const code = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: stop.signal,
  isTTY: process.stderr.isTTY === true && process.env.TERM !== "dumb",
  columns: () => process.stderr.columns ?? process.stdout.columns,
});
// After Ctrl-C, stdin may still be open and would keep the process alive.
process.stdin.destroy();
process.exitCode = code === EXIT.interrupted ? (ended ?? code) : code || process.exitCode;
