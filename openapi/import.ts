/** `npm run spec:import -- <file | - | URL>`: compares a vendor's page with our specs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, type Io, optionsFrom, runIfMain } from "./command.js";
import { bundles, type Document, folder, Refusal, roots } from "./documents.js";
import { comparePage } from "./vendor/compare-page.js";
import { knownIn } from "./vendor/known-differences.js";
import { documentsIn, pageFrom, sourceName } from "./vendor/page.js";
import { countOf, pagesJson, pagesText } from "./vendor/page-report.js";

const HELP = readFileSync(join(folder, "spec-import.txt"), "utf8");

const OPTIONS = {
  root: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Runs the command. `documents` returns our bundled specs. */
export async function importPage(
  args: string[],
  io: Io,
  documents: () => Promise<Record<string, Document>> | Record<string, Document> = bundles,
): Promise<number> {
  const { values, positionals } = optionsFrom(args, OPTIONS);
  if (values.help) {
    io.stdout.write(HELP);
    return EXIT.fine;
  }
  const [source, ...others] = positionals;
  if (source === undefined || others.length) throw new Refusal(`Name one page: a file, - or a URL.\n\n${HELP}`);
  const { root } = values;
  if (root !== undefined && !Object.hasOwn(roots, root))
    throw new Refusal(`Unknown root ${root}. The roots are ${Object.keys(roots).join(", ")}.`);
  const page = await pageFrom(source, io);
  const name = sourceName(source);
  try {
    const found = documentsIn(page);
    const ours = await documents();
    const known = knownIn(readFileSync(join(folder, "SOURCES.md"), "utf8"));
    const comparisons = found.map((one) => comparePage(one, ours, known, root));
    io.stdout.write(values.json ? pagesJson(name, comparisons) : pagesText(name, comparisons));
    return countOf(comparisons) ? EXIT.found : EXIT.fine;
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(`${name}: ${error.message}.`) : error;
  }
}

await runIfMain(import.meta.url, importPage);
