/** `npm run bundle [folder]`: writes each root as one file (default: into dist/openapi), in three forms. The package contains them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, type Io, optionsFrom, runIfMain } from "./command.js";
import { bundledTexts, folder, type Json } from "./documents.js";
import { toOpenApi30 } from "./down-convert.js";

/** The documents to write, by file name. */
export async function bundledFiles(): Promise<Record<string, Json>> {
  const files: Record<string, Json> = {};
  for (const [name, text] of Object.entries(await bundledTexts())) {
    const plain = JSON.parse(text, (key, value) => (key.startsWith("x-") ? undefined : value));
    Object.assign(files, {
      [`${name}.json`]: JSON.parse(text),
      [`${name}.plain.json`]: plain,
      [`${name}.3.0.json`]: toOpenApi30(plain),
    });
  }
  return files;
}

async function bundle(args: string[], io: Io): Promise<number> {
  const [output = join(folder, "../dist/openapi")] = optionsFrom(args, {}).positionals;
  mkdirSync(output, { recursive: true });
  for (const [name, document] of Object.entries(await bundledFiles())) {
    writeFileSync(join(output, name), JSON.stringify(document));
    io.stderr.write(`${join(output, name)}\n`);
  }
  return EXIT.fine;
}

await runIfMain(import.meta.url, bundle);
