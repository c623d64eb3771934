/** What the README shows: its TypeScript snippets and its commands. */
import { readFileSync } from "node:fs";

export const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

const guide = readFileSync(new URL("../../docs/scale-out.md", import.meta.url), "utf8");

const textsOf = (language: string, document = readme) =>
  [...document.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, text = ""]) =>
    found === language ? [text] : [],
  );
const needsRedis = (snippet: string) => snippet.includes('from "ioredis"');
export const snippets = textsOf("ts").filter((snippet) => !needsRedis(snippet));
/** Those that run where there is a Redis, and those of the guide. */
export const redisSnippets = textsOf("ts").filter(needsRedis).concat(textsOf("ts", guide));
export const commands = textsOf("sh").flatMap((text) => text.trim().split("\n"));

/** How a command of the package begins: a package that is not installed is not fetched. */
export const NPX = "npx --no-install";

/** What a command prints, and how a test runs it, if not as it is: packages are installed already, and servers must end. */
export type Way = [prints: RegExp, runs?: (command: string) => string];

/** The first way whose name the command begins with. @throws {Error} if none does, so that each command of the README has one */
export function wayOf(command: string, ways: Record<string, Way>): Way {
  const way = Object.entries(ways).find(([start]) => command.startsWith(start));
  if (!way) throw new Error(`no test knows how to run "${command}"`);
  return way[1];
}

/** Starts a server on a free port, waits until it says that it is listening, and ends it. */
export function untilItListens(command: string): string {
  const port = command.includes("--port") ? "" : `${command.startsWith("npm") ? " --" : ""} --port 0`;
  const server = command.replace(/--port \d+/, "--port 0") + port;
  // A job of its own: what npm has started ends with it.
  return `set -m; (${server}) > server.log 2>&1 &
    for i in $(seq 600); do grep -qi listening server.log && break; sleep 0.1; done
    cat server.log; kill -- -$!; wait $!; true`;
}
