/** TypeScript 5 as a judge of snippets that use this library, in the words that its users read. */
import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** What the compiler says to each snippet, compiled as strictly as users may. */
export function compile(snippets: string[]): string[] {
  const files = new Map(snippets.map((body, index) => [`${folder}snippet-${index}.ts`, `${PRELUDE}\n${body}`]));
  const program = programOf(files);
  return [...files.keys()].map((name) => {
    const found = program.getSemanticDiagnostics(program.getSourceFile(name));
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n");
  });
}

function programOf(files: Map<string, string>): ts.Program {
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  };
  const host = ts.createCompilerHost(options);
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
  return ts.createProgram([...files.keys()], options, host);
}

/** What is on the disk, parsed once for all programs: their options are the same. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What each snippet begins with. */
export const PRELUDE = `
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
