/** What the README shows: its snippets of TypeScript, and its commands. */
import { readFileSync } from "node:fs";

export const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text = ""]) => ({
  language,
  text,
}));
export const snippets = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
export const commands = blocks
  .filter(({ language }) => language === "sh")
  .flatMap(({ text }) => text.trim().split("\n"));

/** How a command of the package begins: what is not installed is not fetched. */
export const NPX = "npx --no-install";

/** How a test runs a command: packages are installed already, and servers must end. */
export interface How {
  starts: string;
  runs: (command: string) => string;
  expects: RegExp;
}

export const asItIs = (command: string) => command;

/** @throws {Error} when no way begins as the command does, so that each command of the README has one. */
export function howToRun(command: string, ways: readonly How[]): How {
  const way = ways.find(({ starts }) => command.startsWith(starts));
  if (!way) throw new Error(`nobody said how to run "${command}"`);
  return way;
}

/** Starts it on a free port, waits for its address, ends it. */
export function untilItListens(command: string): string {
  const anyPort = command.replace(/--port \d+/, "--port 0");
  // A job of its own: what npm has started ends with it.
  return `set -m; (${anyPort.includes("--port") ? anyPort : `${anyPort} ${command.startsWith("npm") ? "-- " : ""}--port 0`}) > mock.log 2>&1 & for i in $(seq 600); do grep -q 127.0.0.1 mock.log && break; sleep 0.1; done; cat mock.log; kill -- -$!; wait $! ; true`;
}
