/** What the README and the guides show: their TypeScript snippets and their commands. */
import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
const guides = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));
/** By path. */
export const documents = new Map(
  ["README.md", ...guides.map((name) => `docs/${name}`)].map((path) => [
    path,
    readFileSync(new URL(path, root), "utf8"),
  ]),
);

/** The README in Chinese, whose code is that of the README. */
export const chinese = readFileSync(new URL("README.zh-CN.md", root), "utf8");

export function guide(name: string): string {
  return documents.get(`docs/${name}.md`) ?? "";
}

/** The code blocks of a document in a language. */
export function blocksOf(language: string, document: string): string[] {
  return [...document.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, text = ""]) =>
    found === language ? [text] : [],
  );
}

const all = [...documents.values()].flatMap((document) => blocksOf("ts", document));
const needsRedis = (snippet: string) => snippet.includes('from "ioredis"');
export const snippets = all.filter((snippet) => !needsRedis(snippet));
/** Those that run where there is a Redis. */
export const redisSnippets = all.filter(needsRedis);

/** How a command of the package begins in the README: a package that is not installed is not fetched. */
export const NPX = "npx --no-install";
/** Each once; the guides leave out `NPX`. */
export const commands = [
  ...new Set(
    [...documents.values()]
      .flatMap((text) => blocksOf("sh", text).flatMap((block) => block.trim().split("\n")))
      .map((line) => line.replace(/^minimax-video /, `${NPX} minimax-video `)),
  ),
];
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
  return `set -m; : > server.log; (${server}) >> server.log 2>&1 &
    for i in $(seq 600); do grep -qi listening server.log && break; sleep 0.1; done
    cat server.log; kill -- -$!; wait $!; true`;
}
