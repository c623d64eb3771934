/**
 * Compares a page with one of our roots: which differences are new, and which are already decided in SOURCES.md. A comment there
 * marks decided differences, below the heading that explains them:
 *
 *     <!-- known
 *     minimax POST /v1/video_generation request.callback_url pattern
 *     * header.content-type field theirs="string, required"
 *     -->
 *
 * A line has the root, the operation, the place and the aspect. `*` matches anything. `theirs=` is followed by their value as JSON
 * without spaces. A line without it covers a fact that they do not mention. As soon as they do, the difference is new again.
 */
import { callsIn } from "../compare/compare-operations.js";
import type { Difference } from "../compare/outlines.js";
import { type Document, type Json, Refusal } from "../documents.js";
import { compareVendor, pathToFold, urlsOf } from "./compare-vendor.js";
import type { Found } from "./page.js";

export interface Comparison {
  what: string;
  root: string;
  /** Names of the page's operations. */
  operations: string[];
  /** Differences that are not decided yet. */
  news: Difference[];
  known: (Difference & { heading: string })[];
}

/** `root` is the name of our root. Default: the one that has the page's server. */
export function comparePage(
  { what, document }: Found,
  documents: Record<string, Document>,
  known: Known[],
  root?: string,
): Comparison {
  const [name, ours] = rootOf(document, documents, root);
  const operations = callsIn(document, pathToFold(document, ours)).map((operation) => operation.name);
  if (operations.length === 0) throw new Refusal(`${what} has no operations`);
  const found: Comparison = { what, root: name, operations, news: [], known: [] };
  for (const difference of compareVendor(document, ours)) {
    const decided = knownFor(name, difference, known);
    if (decided) found.known.push({ ...difference, heading: decided.heading });
    else found.news.push(difference);
  }
  return found;
}

/** Finds the named root, or the one that has one of the page's servers. */
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

export interface Known {
  heading: string;
  /** The line, with `*`. */
  marker: string;
}

/** Finds every marker in the text of SOURCES.md. */
export function knownIn(sources: string): Known[] {
  return sources.split(/^(?=#+ )/m).flatMap((section) => {
    const heading = /^#+ (.*)/.exec(section)?.[1] ?? "";
    const comments = [...section.matchAll(/<!--\s*known:?\s([\s\S]*?)-->/g)];
    const lines = comments.flatMap(([, text = ""]) => text.split("\n").map((line) => line.trim()));
    return lines.filter(Boolean).map((marker) => ({ heading, marker }));
  });
}

/** The line that marks a difference as known. */
export function markerFor(root: string, { operation, place, aspect, theirs }: Difference): string {
  const value = theirs !== undefined && `theirs=${JSON.stringify(theirs)}`;
  return [root, operation, place, aspect, value].filter(Boolean).join(" ");
}

/** Finds the marker that covers a difference, if there is one. */
export function knownFor(root: string, difference: Difference, known: Known[]): Known | undefined {
  const [about = "", theirs] = markerFor(root, difference).split(VALUE);
  return known.find(({ marker }) => {
    const [wanted = "", value] = marker.split(VALUE);
    const pattern = wanted.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".*")}$`).test(about) && value === theirs;
  });
}

const VALUE = / theirs=(.*)/;
