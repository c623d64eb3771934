/** Compiles snippets that use this library: with TypeScript 5 for its messages, with TypeScript 7 for its verdict. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { typeErrors } from "./checkout.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "contract-tests");

/** The beginning of each snippet. */
const PRELUDE = `
import { createClient, type VideoGenerationReq, type TextToVideo, type ImageToVideo } from "../src/index.js";
import * as sdk from "../src/index.js";
import type * as v2 from "../src/generated/minimax.js";
const { videos, templates, api } = createClient();
const prompt = "a fox" as string;
const image = "https://example.com/frame.jpeg" as string;
const text: v2.TextItem = { type: "text", text: prompt };
const frame: v2.FrameItem = { type: "image_url", image_url: { url: image }, role: "first_frame" };
declare function take(body: v2.VideoGenerationV2Req): void;
const reference: v2.ReferenceImageItem = { type: "image_url", image_url: { url: image }, role: "reference_image" };
`;

/** The strictest options that users may have. */
export const STRICT: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};

/** The errors of TypeScript 5 for each snippet, with strict options. */
export function compile(snippets: string[]): string[] {
  const files = new Map(snippets.map((body, index) => [join(folder, `snippet-${index}.ts`), `${PRELUDE}\n${body}`]));
  const host = ts.createCompilerHost(STRICT);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
    const known = parsed.get(name) ?? getSourceFile(name, ...rest);
    parsed.set(name, known);
    return known;
  };
  const program = ts.createProgram([...files.keys()], STRICT, host);
  return [...files.keys()].map((name) => {
    const found = program.getSemanticDiagnostics(program.getSourceFile(name));
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n");
  });
}

/** Files on disk, parsed once for all programs, because their options are the same. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Whether TypeScript 7 refuses each of these snippets, with strict options. */
export async function refusedSnippets(snippets: string[]): Promise<boolean[]> {
  const errors = await errorsIn(snippets.map((body) => `${PRELUDE}\n${body}`));
  const refused = new Set(errors.map(({ file }) => file));
  return snippets.map((_, index) => refused.has(index));
}

/** The lines, counted from zero, that TypeScript 7 refuses. Each is a statement; `take<Type>(value)` takes a literal. */
export async function refusedLines(lines: string[]): Promise<Set<number>> {
  const text = [...lines, "declare function take<Body>(body: Body): void;"].join("\n");
  return new Set((await errorsIn([text])).map(({ line }) => line));
}

const OPTIONS = {
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  target: "es2023",
  lib: ["es2023", "dom", "dom.iterable"],
  types: [],
};

/** The errors in files that are compiled as if they were in contract-tests/: the index of the file, and the line, from zero. */
async function errorsIn(files: string[]): Promise<{ file: number; line: number }[]> {
  const place = mkdtempSync(join(tmpdir(), "minimax-video-compile-"));
  try {
    for (const name of ["src", "node_modules"]) symlinkSync(join(root, name), join(place, name), "junction");
    const folder = join(place, "contract-tests");
    mkdirSync(folder);
    writeFileSync(join(place, "package.json"), '{ "type": "module" }');
    for (const [index, text] of files.entries()) writeFileSync(join(folder, `${index}.ts`), text);
    const said = await typeErrors(folder, OPTIONS, "typescript-7");
    // Each error begins at the margin, and its further explanation is indented.
    const errors = said.split(/\n(?! )/).filter(Boolean);
    return errors.map((error) => {
      const [, file, line] = /^(\d+)\.ts\((\d+),\d+\): error TS\d+: /.exec(error) ?? [];
      if (line === undefined) throw new Error(`an error outside of the snippets: ${error}`);
      return { file: Number(file), line: Number(line) - 1 };
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
