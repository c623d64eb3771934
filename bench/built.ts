/** Runs what users run: the code that `npm run build` writes, in plain Node processes without a TypeScript loader. */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { on, once } from "node:events";
import { cpSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import type { Listening } from "./serve.js";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** A folder laid out like the installed package (package.json, dist/), in the project's node_modules, which git ignores. */
export const home = join(root, "node_modules/.cache/minimax-video-bench");

let library: string | undefined;

/** Builds the library once per run, without declarations, because nothing here reads them. Returns the URL of its index.js. */
export function builtLibrary(): string {
  if (library) return library;
  mkdirSync(home, { recursive: true });
  cpSync(join(root, "package.json"), join(home, "package.json"));
  const dist = join(home, "dist");
  execFileSync(process.execPath, [join(root, "esbuild.config.js"), dist], { cwd: root, stdio: "pipe" });
  library = pathToFileURL(join(dist, "index.js")).href;
  return library;
}

/** Compiles a script of this folder to JavaScript without bundling packages. Returns its path. */
export function plainScript(file: string): string {
  const outfile = join(home, `${basename(file, ".ts")}.mjs`);
  const options = { bundle: true, packages: "external", platform: "node", format: "esm", target: "node20" } as const;
  buildSync({ entryPoints: [join(root, "bench", file)], outfile, ...options, logLevel: "silent" });
  return outfile;
}

/** Keeps the benchmark's own environment (a loader, a key) out of the processes that it measures. */
export const cleanEnv: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: process.env.HOME };

/** Starts a script of this folder in a separate process. */
export function start(file: string, ...args: string[]): ChildProcess {
  return fork(plainScript(file), args, { execArgv: [], env: cleanEnv, stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

/** Starts a server of this folder (serve.ts), and resolves once it listens. */
export async function startServer(file: string, ...args: string[]): Promise<Listening & { kill(): void }> {
  const server = start(file, ...args);
  const { value } = await messagesOf<Listening>(server).next();
  if (value) return { ...value, kill: () => void server.kill() };
  throw new Error(`${file} ended before it listened`);
}

/** Runs a script of this folder until it sends what it has measured. */
export async function measuredBy<Figure>(file: string, ...args: string[]): Promise<Figure> {
  for await (const figure of messagesOf<Figure>(start(file, ...args))) return figure;
  throw new Error(`${file} sent no figure`);
}

/**
 * Yields the messages of one of our scripts until it exits. The caller names their type.
 * @throws {Error} if the script exits with a failure.
 */
export async function* messagesOf<T>(child: ChildProcess): AsyncGenerator<T, void> {
  const exit = once(child, "exit");
  for await (const [message] of on(child, "message", { close: ["disconnect"] })) yield message;
  const [code, signal] = await exit;
  if (code !== 0) throw new Error(`${basename(child.spawnargs[1] ?? "a script")} exited with ${signal ?? code}`);
}
