/** TypeScript 7 as a judge: another compiler than that of compile.ts, and a quicker one. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { typeErrors } from "./checkout.js";
import { PRELUDE } from "./compile.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Which of these snippets it refuses, compiled as strictly as users may. */
export async function refusedSnippets(snippets: string[]): Promise<boolean[]> {
  const complaints = await complaintsOf(snippets.map((body) => `${PRELUDE}\n${body}`));
  const refused = new Set(complaints.map(({ file }) => file));
  return snippets.map((_, index) => refused.has(index));
}

/** The lines, counted from zero, that the compiler refuses; each is a statement of its own. `take<Type>(value)` takes a literal. */
export async function refusedLines(lines: string[]): Promise<Set<number>> {
  const text = [...lines, "declare function take<Body>(body: Body): void;"].join("\n");
  return new Set((await complaintsOf([text])).map(({ line }) => line));
}

interface Complaint {
  /** Which of the files, and which of its lines, counted from zero. */
  file: number;
  line: number;
}

const OPTIONS = {
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  target: "es2023",
  lib: ["es2023", "dom", "dom.iterable"],
  types: [],
};

/** Compiles files as if they lay in this folder. */
async function complaintsOf(files: string[]): Promise<Complaint[]> {
  const place = mkdtempSync(join(tmpdir(), "minimax-video-compile-"));
  const folder = join(place, "contract-tests");
  try {
    for (const name of ["src", "node_modules"]) symlinkSync(join(root, name), join(place, name), "junction");
    mkdirSync(folder);
    writeFileSync(join(place, "package.json"), '{ "type": "module" }');
    for (const [index, text] of files.entries()) writeFileSync(join(folder, `${index}.ts`), text);
    const said = await typeErrors(folder, OPTIONS, "typescript-7");
    // Each begins at the margin; what explains it further is indented.
    return said
      .split(/\n(?! )/)
      .filter(Boolean)
      .map((one) => {
        const [, file, line] = /^(\d+)\.ts\((\d+),\d+\): error TS\d+: /.exec(one) ?? [];
        if (line === undefined) throw new Error(`the compiler says of no snippet: ${one}`);
        return { file: Number(file), line: Number(line) - 1 };
      });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
