/** The command `spec:import`, from its arguments to its exit code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, type Io, optionsFrom, Refusal } from "../command.js";
import { DocumentError } from "../compare/resolve.js";
import { bundles, folder, roots } from "../documents.js";
import { comparePage } from "./comparison.js";
import { knownIn } from "./known.js";
import { documentsIn } from "./page.js";
import { countOf, jsonOf, textOf } from "./report.js";
import { nameOf, pageFrom } from "./source.js";

const HELP = `Usage: npm run spec:import -- <file | - | URL> [options]

Compares a page of a vendor's documentation with our specs: what they say that we do not, what we say
that they do not, what both say differently. Nothing is written.

  npm run spec:import -- video-agent-create.md
  npm run spec:import -- https://platform.minimax.io/docs/api-reference/video-generation-t2v.md
  curl -s https://… | npm run spec:import -- - --root minimax

Read are OpenAPI 3.0 and 3.1, as YAML, JSON or a block of a Markdown page, as MiniMax's pages have it. At
most 5 MB, from an address within 20 seconds; no key is sent.

Compared are servers, operations, parameters, bodies at every depth (types, what is required, listed
values, defaults, limits, whether anything else may stand there), replies by status, status codes listed
in words, what is deprecated, and whether the examples of each side pass the schema of the other. Of a
request that has several modes, those that the page is about. Not compared: security, callbacks, headers
of replies, tags, if/then, not.

What openapi/SOURCES.md has decided on is listed apart; comments there mark it (see
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
  1    something is
  2    it cannot be told: usage, a page that cannot be read or holds no OpenAPI
  130  Ctrl-C
`;

const OPTIONS = {
  root: { type: "string" },
  descriptions: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** The command; `documents` gives our specs, bundled. */
export async function importPage(args: string[], io: Io, documents = bundles): Promise<number> {
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
  const name = nameOf(source);
  try {
    const found = documentsIn(page);
    const ours = documents();
    const known = knownIn(readFileSync(join(folder, "SOURCES.md"), "utf8"));
    const options = { descriptions, ...(root !== undefined && { root }) };
    const comparisons = found.map((one) => comparePage(one, ours, known, options));
    io.stdout.write(values.json ? jsonOf(name, comparisons) : textOf(name, comparisons));
    return countOf(comparisons) ? EXIT.found : EXIT.fine;
  } catch (error) {
    throw error instanceof DocumentError ? new Refusal(`${name}: ${error.message}.`) : error;
  }
}
