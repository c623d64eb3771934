/** A copy of this repository as git would check it out, built separately, so that tests can run its commands without side effects here. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { inject } from "vitest";
import { execute } from "../../openapi/documents.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A checkout in which `npm pack` has built and packed the package. It is removed after the run. */
export interface Packed {
  folder: string;
  tarball: string;
  /** The paths in the tarball. */
  files: string[];
}

/** Builds the package for the first test file that asks. Each gets a copy with the same file times, so that nothing is rebuilt. */
export async function packed(): Promise<Packed> {
  const original = join(inject("shared"), "checkout");
  const result = join(inject("shared"), "packed.json");
  if (mkdirSync(original, { recursive: true }) !== undefined) {
    fill(original);
    writeFileSync(`${result}.part`, JSON.stringify(await run("npm pack --json", original)));
    renameSync(`${result}.part`, result);
  }
  while (!existsSync(result)) await pause(50);
  const { code, stdout, stderr } = JSON.parse(readFileSync(result, "utf8")) as Ended;
  if (code !== 0) throw new Error(`npm pack exited with ${code}: ${stderr}${stdout}`);
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[\n")));
  // The copy must be as deep as the original, because the compiler's build info has relative paths to the packages.
  const folder = mkdtempSync(join(inject("shared"), "copy-"));
  cpSync(original, folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return { folder, tarball: join(folder, filename), files: files.map(({ path }: { path: string }) => path) };
}

/** Installs the package with its command line into a user's folder, and links packages of this repository. */
export async function installPackage(user: string, ...packages: string[]): Promise<void> {
  const { folder } = await packed();
  const [modules, program] = [join(user, "node_modules"), join(folder, "dist/cli/main.js")];
  mkdirSync(join(modules, ".bin"), { recursive: true });
  symlinkSync(folder, join(modules, "minimax-video"), "dir");
  for (const name of packages) symlinkSync(join(root, "node_modules", name), join(modules, name), "dir");
  chmodSync(program, 0o755);
  symlinkSync(program, join(modules, ".bin/minimax-video"));
  if (!existsSync(join(user, "package.json"))) writeFileSync(join(user, "package.json"), '{ "type": "module" }');
}

/** Strips types for Node 20, because a loader takes longer to start than a snippet to run. */
export const withoutTypes = (code: string) => transformSync(code, { loader: "ts", target: "node20" }).code;

/** Copies every file that git does not ignore, and links the installed packages of this checkout. */
function fill(folder: string): void {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" });
  for (const file of listed.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
}

/** How a command ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a shell command. Resolves with its output and exit code, even if it fails. */
export async function run(command: string, cwd: string, env: Record<string, string> = {}): Promise<Ended> {
  // npm passes its own settings to child processes. A user's shell has none of them.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_registry)|MINIMAX_|VITEST|NODE_ENV)/.test(name)),
  );
  const ended = execute("bash", ["-c", command], { cwd, env: { ...clean, ...env }, maxBuffer: 2 ** 30 });
  ended.child.stdin?.end();
  const { code, stdout, stderr } = await ended.then(
    (output) => ({ code: 0, ...output }),
    (error) => error,
  );
  return { code: code ?? 1, stdout, stderr };
}

/** The errors that a compiler reports for the TypeScript in a folder, in a strict project. Empty if it compiles. */
export async function typeErrors(
  folder: string,
  options: object,
  compiler: "typescript" | "typescript-7",
): Promise<string> {
  const base = { strict: true, noEmit: true, module: "nodenext", target: "es2022", lib: ["es2022", "dom"] };
  const compilerOptions = { ...base, ...options };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  const { code, stdout, stderr } = await run(`node ${join(root, "node_modules", compiler, "bin/tsc")} -p .`, folder);
  if (code !== 0 && !stdout) throw new Error(`${compiler} exited with ${code}: ${stderr}`);
  return stdout;
}
