/** Finds what an editor shows in a snippet that uses this library, with the compiler's language service. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { STRICT } from "./compile.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const file = join(root, "contract-tests", "edited.ts");
const PRELUDE = `
import { createClient } from "../src/index.js";
import { imageFile, saveVideo } from "../src/node/index.js";
const minimax = createClient();
export {};
`;

let text = "";
let version = 0;
const service = ts.createLanguageService({
  getCompilationSettings: () => STRICT,
  getScriptFileNames: () => [file],
  getScriptVersion: (name) => (name === file ? String(version) : "1"),
  getScriptSnapshot(name) {
    const content = name === file ? text : ts.sys.readFile(name);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: ts.sys.readFile,
  directoryExists: ts.sys.directoryExists,
});

/** Writes a snippet into the file, without its "§". Returns the position of "§". */
function write(snippet: string): number {
  text = PRELUDE + snippet.replace("§", "");
  version += 1;
  return PRELUDE.length + snippet.indexOf("§");
}

/** The errors in a snippet. */
export function errorsOf(snippet: string): string {
  write(snippet);
  const found = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n");
}

/** The documentation of the symbol at "§". */
export function hoverAt(snippet: string): string {
  const at = write(snippet);
  return ts.displayPartsToString(service.getQuickInfoAtPosition(file, at)?.documentation);
}

/** The completions at "§", with type and documentation. */
export function completionsAt(snippet: string): Record<string, { type: string; documentation: string }> {
  const at = write(snippet);
  const entries = service.getCompletionsAtPosition(file, at, {})?.entries ?? [];
  return Object.fromEntries(
    entries.map(({ name }) => {
      const details = service.getCompletionEntryDetails(file, at, name, {}, undefined, {}, undefined);
      const type = ts.displayPartsToString(details?.displayParts);
      return [name, { type, documentation: ts.displayPartsToString(details?.documentation) }];
    }),
  );
}
