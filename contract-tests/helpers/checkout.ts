/** A copy of this repository as git would check it out, built apart, so that tests can run its commands without disturbing it. */
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
  /** Paths of what the tarball holds. */
  files: string[];
}

/**
 * The first test file that asks builds; all get copies, whose times say that nothing has changed.
 * @throws {Error} in each of them if the package cannot be built
 */
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
  if (code !== 0) throw new Error(`npm pack ended with ${code}: ${stderr}${stdout}`);
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[\n")));
  // As deep as the original: what the compiler noted of its inputs are paths from there to the packages.
  const folder = mkdtempSync(join(inject("shared"), "copy-"));
  cpSync(original, folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return { folder, tarball: join(folder, filename), files: files.map(({ path }: { path: string }) => path) };
}

/** Installs the package in a user's folder, with its command line, beside packages of this repository. */
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

/** TypeScript as Node 20 can run it: a loader would take longer to start than a snippet to run. */
export const withoutTypes = (code: string) => transformSync(code, { loader: "ts", target: "node20" }).code;

/** Everything that is tracked or would be, with the installed packages of this checkout behind a link. */
function fill(folder: string): void {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" });
  for (const file of listed.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a shell command to its end, whatever its exit code. */
export async function run(command: string, cwd: string, env: Record<string, string> = {}): Promise<Ended> {
  // npm hands its own settings down to what it starts; a user's shell has none of them.
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

/** What a compiler says about the TypeScript in a folder, in a strict project; nothing if it compiles. */
export async function typeErrors(
  folder: string,
  options: object,
  compiler: "typescript" | "typescript-7",
): Promise<string> {
  const base = { strict: true, noEmit: true, module: "nodenext", target: "es2022", lib: ["es2022", "dom"] };
  const compilerOptions = { ...base, ...options };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  const { code, stdout, stderr } = await run(`node ${join(root, "node_modules", compiler, "bin/tsc")} -p .`, folder);
  if (code !== 0 && !stdout) throw new Error(`${compiler} ended with ${code}: ${stderr}`);
  return stdout;
}
