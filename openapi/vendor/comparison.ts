/** A page compared with one of our roots: what is new, and what SOURCES.md knows already. */
import { callsIn, compareDocuments, urlsOf } from "../compare/compare-documents.js";
import type { CompareOptions, Difference } from "../compare/compare-schemas.js";
import { type Document, type Json, Refusal } from "../documents.js";
import { type Known, knownFor } from "./known.js";
import type { Found } from "./page.js";

export interface Comparison {
  what: string;
  root: string;
  /** Names of the page's operations. */
  operations: string[];
  /** Differences that nobody has decided on. */
  news: Difference[];
  known: (Difference & { heading: string })[];
}

interface ComparisonOptions extends CompareOptions {
  /** Name of our root. Default: the one that has the page's server. */
  root?: string;
}

export function comparePage(
  { what, document }: Found,
  documents: Record<string, Document>,
  known: Known[],
  { root, ...options }: ComparisonOptions = {},
): Comparison {
  const [name, ours] = rootOf(document, documents, root);
  const operations = callsIn(document).map((operation) => operation.name);
  if (operations.length === 0) throw new Refusal(`${what} has no operation`);
  const found: Comparison = { what, root: name, operations, news: [], known: [] };
  for (const difference of compareDocuments(document, ours, options)) {
    const decided = knownFor(name, difference, known);
    if (decided) found.known.push({ ...difference, heading: decided.heading });
    else found.news.push(difference);
  }
  return found;
}

/** The named root, or the one that has one of the page's servers. */
function rootOf(theirs: Json, documents: Record<string, Document>, root?: string): [name: string, document: Document] {
  const urls = urlsOf(theirs);
  const hosts = urls.map(hostOf);
  const found = Object.entries(documents).find(([name, document]) => {
    return root === undefined ? urlsOf(document).some((url) => hosts.includes(hostOf(url))) : name === root;
  });
  if (found) return found;
  const reason = urls.length ? `its server ${urls.join(", ")} is in none of our roots` : "it names no server";
  throw new Refusal(`${reason}; name one to compare with: --root ${Object.keys(documents).join("|")}`);
}

function hostOf(url: string): string {
  const [host = ""] = url.replace(/^https?:\/\//i, "").split("/");
  return host.toLowerCase();
}
