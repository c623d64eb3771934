/** The two files of witnesses. To find them takes longer than all the rest of generating: what was found is kept while it holds. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Document } from "../documents.js";
import { mutantsIn } from "./mutants.js";
import { compilerFile, witnessTable } from "./print.js";
import { identityOf, type Witness, witnessesOf } from "./search.js";

/** Code by file, relative to `root`; as it stands there, where it was made from the same documents by the same search. */
export function witnessFiles(documents: Record<string, Document>, root: string): Record<string, string> {
  const seal = `// Found for ${hashOf([JSON.stringify(documents), ...searchers()])}`;
  const kept = Object.fromEntries(FILES.map((file) => [file, keptAt(join(root, file), seal)]));
  if (Object.values(kept).every((code) => code !== undefined)) return kept as Record<string, string>;
  const all = search(documents);
  const codes = [witnessTable(all), compilerFile(documents, all)];
  return Object.fromEntries(
    FILES.map((file, index) => [file, `${seal}, ${hashOf([codes[index] ?? ""])}\n${codes[index]}`]),
  );
}

const FILES = ["src/generated/witnesses.ts", "contract-tests/generated/compiler.ts"];

/** What of documents is the same in an earlier one has its witnesses there. */
function search(documents: Record<string, Document>): Record<string, Witness[]> {
  const known = new Set<string>();
  return Object.fromEntries(
    Object.entries(documents).map(([name, document]) => {
      const { witnesses } = witnessesOf(document, known);
      for (const { home, original } of mutantsIn(document)) known.add(identityOf(home, original));
      return [name, witnesses];
    }),
  );
}

/** A file below its banner, if it carries the seal and nobody has touched what stands below it. */
function keptAt(path: string, seal: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const [, line = "", ...rest] = readFileSync(path, "utf8").split("\n");
  const code = rest.join("\n");
  return line === `${seal}, ${hashOf([code])}` ? `${line}\n${code}` : undefined;
}

function searchers(): string[] {
  const folder = dirname(fileURLToPath(import.meta.url));
  return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
}

function hashOf(parts: string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}
