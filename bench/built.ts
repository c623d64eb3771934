/** What users run: the code as `npm run build` writes it, and processes of plain Node without a TypeScript loader. */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { on, once } from "node:events";
import { cpSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Laid out like the installed package (package.json, dist/), ignored by git, below the project's own node_modules. */
export const home = join(root, "node_modules/.cache/minimax-video-bench");

let library: string | undefined;

/** Builds the library once a run, without its declarations: nothing here reads them. Returns the URL of its index.js. */
export function builtLibrary(): string {
  if (library) return library;
  mkdirSync(home, { recursive: true });
  cpSync(join(root, "package.json"), join(home, "package.json"));
  const dist = join(home, "dist");
  execFileSync(process.execPath, [join(root, "esbuild.config.js"), dist], { cwd: root, stdio: "pipe" });
  library = pathToFileURL(join(dist, "index.js")).href;
  return library;
}

/** A script of this folder as plain JavaScript; packages stay where they are. Returns its path. */
export function plainScript(file: string): string {
  const outfile = join(home, `${basename(file, ".ts")}.mjs`);
  const options = { bundle: true, packages: "external", platform: "node", format: "esm", target: "node20" } as const;
  buildSync({ entryPoints: [join(root, "bench", file)], outfile, ...options, logLevel: "silent" });
  return outfile;
}

/** Environment and flags of the benchmark itself (a loader, a key) are not those of what it measures. */
export const cleanEnv: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: process.env.HOME };

/** Starts a script of this folder in a process of its own. */
export function start(file: string, ...args: string[]): ChildProcess {
  return fork(plainScript(file), args, { execArgv: [], env: cleanEnv, stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

/**
 * What one of our scripts sends, in the type that it is known to send, until it ends.
 * @throws {Error} when it ends with a failure.
 */
export async function* messagesOf<T>(child: ChildProcess): AsyncGenerator<T, void> {
  const exit = once(child, "exit");
  for await (const [message] of on(child, "message", { close: ["disconnect"] })) yield message;
  const [code, signal] = await exit;
  if (code !== 0) throw new Error(`${basename(child.spawnargs[1] ?? "a script")} ended with ${signal ?? code}`);
}
