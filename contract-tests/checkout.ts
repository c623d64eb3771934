/** A copy of this repository as git would check it out, built apart, so that tests can run its commands without disturbing it. */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface Checkout {
  folder: string;
  remove(): void;
}

/** Everything that is tracked or would be, with the installed packages of this checkout behind a link. */
export function checkout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const file of listed.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a shell command to its end, whatever its exit code. */
export async function run(command: string, cwd: string, env: Record<string, string> = {}): Promise<Ran> {
  // npm hands its own settings down to what it starts; a user's shell has none of them.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_registry)|MINIMAX_|VITEST|NODE_ENV)/.test(name)),
  );
  try {
    const options = { cwd, env: { ...clean, ...env }, maxBuffer: 1 << 26 };
    return { code: 0, ...(await promisify(execFile)("bash", ["-c", command], options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as Ran;
    return { code: typeof code === "number" ? code : 1, stdout, stderr };
  }
}

/** What the compiler says of the TypeScript in a folder, in a strict project; nothing when it compiles. */
export async function typeErrors(folder: string, options: object): Promise<string> {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: "nodenext",
    target: "es2022",
    lib: ["es2022", "dom"],
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  return (await run(`node ${join(root, "node_modules/typescript/bin/tsc")} -p .`, folder)).stdout;
}
