/** TypeScript 7 as a judge: another compiler than that of compile.ts, and a quicker one. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PRELUDE } from "./compile.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Which of these snippets it refuses, compiled as strictly as users may. */
export function refusedSnippets(snippets: string[]): boolean[] {
  const refused = new Set(complaints(snippets.map((body) => `${PRELUDE}\n${body}`)).map(({ file }) => file));
  return snippets.map((_, index) => refused.has(index));
}

/** The lines, counted from zero, that the compiler refuses; each is a statement of its own. `take<Type>(value)` takes a literal. */
export function refusedLines(lines: string[]): Set<number> {
  const text = [...lines, "declare function take<Body>(body: Body): void;"].join("\n");
  return new Set(complaints([text]).map(({ line }) => line));
}

interface Complaint {
  /** Which of the files, and which of its lines, counted from zero. */
  file: number;
  line: number;
}

const COMPILER_OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  target: "es2023",
  module: "nodenext",
  types: [],
};

/** Compiles files as if they lay in this folder. */
function complaints(files: string[]): Complaint[] {
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-compile-"));
  try {
    for (const name of ["src", "node_modules"]) symlinkSync(join(root, name), join(folder, name), "junction");
    mkdirSync(join(folder, "contract-tests"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["contract-tests"] }),
    );
    for (const [index, text] of files.entries()) writeFileSync(join(folder, `contract-tests/${index}.ts`), text);
    const compiler = join(root, "node_modules/typescript-7/bin/tsc");
    const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, "-p", ".", "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    // Each begins at the margin; what explains it further is indented.
    const said = stdout.split(/\n(?! )/).filter(Boolean);
    if (status === null || status > 2 || stderr) throw new Error(`the compiler ended with ${status}: ${stderr}`);
    return said.map((one) => {
      const [, file, line] = /^contract-tests\/(\d+)\.ts\((\d+),\d+\): error TS\d+: /.exec(one) ?? [];
      if (line === undefined) throw new Error(`the compiler says of no snippet: ${one}`);
      return { file: Number(file), line: Number(line) - 1 };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
