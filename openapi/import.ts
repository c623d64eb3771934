/** `npm run spec:import -- <file | - | URL>`: what a vendor's page says that our specs do not, and the other way round. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, type Io, optionsFrom, runIfMain } from "./command.js";
import { bundles, type Document, folder, Refusal, roots } from "./documents.js";
import { comparePage } from "./vendor/comparison.js";
import { knownIn } from "./vendor/known.js";
import { documentsIn, pageFrom, sourceName } from "./vendor/page.js";
import { countOf, pagesJson, pagesText } from "./vendor/page-report.js";

const HELP = `Usage: npm run spec:import -- <file | - | URL> [options]

Compares a page of a vendor's documentation with our specs: what they say that we do not, what we say
that they do not, what both say differently. Nothing is written.

  npm run spec:import -- video-agent-create.md
  npm run spec:import -- https://platform.minimax.io/docs/api-reference/video-generation-t2v.md
  curl -s https://… | npm run spec:import -- - --root minimax

Reads OpenAPI 3.0 and 3.1 as YAML, JSON or a block of a Markdown page, as MiniMax publishes it: at most
5 MB, from an address within 20 seconds. No key is sent.

Compares servers, operations, parameters, JSON bodies at every depth (types, required fields, listed
values, defaults, limits, whether other fields are accepted), replies by status, status codes listed in
words, deprecation, and whether the examples of each side obey the schema of the other. If a request has
several modes, only those that the page describes. Not compared: security, callbacks, headers of
replies, tags, if/then, not.

Differences that openapi/SOURCES.md has decided on are listed separately; comments there mark them (see
openapi/vendor/known.ts).

  --root NAME      which of our specs: ${Object.keys(roots).join(", ")}. Default: the one that has the
                   page's server
  --descriptions   also compare descriptions
  --json           one JSON object on stdout: { "source", "new", "pages": [{ "what", "root", "operations",
                   "news": [{ "operation", "place", "aspect", "theirs", "ours" }],
                   "known": [{ …, "heading" }] }] }
  -h, --help       this text

Exit codes
  0    nothing is new
  1    something is new
  2    no verdict: usage, a page that cannot be read or holds no OpenAPI
  130  Ctrl-C
`;

const OPTIONS = {
  root: { type: "string" },
  descriptions: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** The command; `documents` returns our specs, bundled. */
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
  const { root, descriptions = false } = values;
  if (root !== undefined && !Object.hasOwn(roots, root))
    throw new Refusal(`There is no root ${root}; there are ${Object.keys(roots).join(", ")}.`);
  const page = await pageFrom(source, { ...io, signal: AbortSignal.any([io.signal, AbortSignal.timeout(20_000)]) });
  const name = sourceName(source);
  try {
    const found = documentsIn(page);
    const ours = await documents();
    const known = knownIn(readFileSync(join(folder, "SOURCES.md"), "utf8"));
    const options = { descriptions, ...(root !== undefined && { root }) };
    const comparisons = found.map((one) => comparePage(one, ours, known, options));
    io.stdout.write(values.json ? pagesJson(name, comparisons) : pagesText(name, comparisons));
    return countOf(comparisons) ? EXIT.found : EXIT.fine;
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(`${name}: ${error.message}.`) : error;
  }
}

await runIfMain(import.meta.url, importPage);
