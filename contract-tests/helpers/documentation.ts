/** The TypeScript snippets and the commands in the README and the guides. */
import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
const guides = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));
/** The documents by path. */
export const documents = new Map(
  ["README.md", ...guides.map((name) => `docs/${name}`)].map((path) => [
    path,
    readFileSync(new URL(path, root), "utf8"),
  ]),
);

/** The Chinese README, which has the same code as the README. */
export const chinese = readFileSync(new URL("README.zh-CN.md", root), "utf8");

export function guide(name: string): string {
  return documents.get(`docs/${name}.md`) ?? "";
}

/** The code blocks of a language in a document. */
export function blocksOf(language: string, document: string): string[] {
  return [...document.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, text = ""]) =>
    found === language ? [text] : [],
  );
}

const all = [...documents.values()].flatMap((document) => blocksOf("ts", document));
const needsRedis = (snippet: string) => snippet.includes('from "ioredis"');
export const snippets = all.filter((snippet) => !needsRedis(snippet));
/** Snippets that need Redis. */
export const redisSnippets = all.filter(needsRedis);

/** The prefix of the package's commands in the README. It does not download a missing package. */
export const NPX = "npx --no-install";
/** All commands, without duplicates. The guides omit `NPX`. */
export const commands = [
  ...new Set(
    [...documents.values()]
      .flatMap((text) => blocksOf("sh", text).flatMap((block) => block.trim().split("\n")))
      .map((line) => line.replace(/^minimax-video /, `${NPX} minimax-video `)),
  ),
];
/** The expected output of a command, and the command that a test runs instead: packages are installed already, and servers must end. */
export type Way = [prints: RegExp, runs?: (command: string) => string];

/** Finds the first way whose name the command begins with. @throws {Error} if there is none, so that every command is tested */
export function wayOf(command: string, ways: Record<string, Way>): Way {
  const way = Object.entries(ways).find(([start]) => command.startsWith(start));
  if (!way) throw new Error(`no test knows how to run "${command}"`);
  return way[1];
}

/** Starts a server on a free port, waits until it says that it is listening, and ends it. */
export function untilItListens(command: string): string {
  const port = command.includes("--port") ? "" : `${command.startsWith("npm") ? " --" : ""} --port 0`;
  const server = command.replace(/--port \d+/, "--port 0") + port;
  // Runs as a job, so that the processes that npm starts end with it.
  return `set -m; : > server.log; (${server}) >> server.log 2>&1 &
    for i in $(seq 600); do grep -qi listening server.log && break; sleep 0.1; done
    cat server.log; kill -- -$!; wait $!; true`;
}
