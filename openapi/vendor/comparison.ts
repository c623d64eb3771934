/**
 * A page compared with one of our roots: what is new, and what SOURCES.md has decided on. A comment there marks such differences,
 * below the heading that explains them:
 *
 *     <!-- known
 *     minimax POST /v1/video_generation request.callback_url pattern
 *     * header.content-type field theirs="string, required"
 *     -->
 *
 * A line is the root, the operation, the place and the aspect; `*` stands for anything. After `theirs=` comes what they say,
 * as JSON without spaces. A line without it is about something that they do not mention: as soon as they do, it is new again.
 */
import { callsIn, compareDocuments, pathToFold, urlsOf } from "../compare/compare-documents.js";
import type { Difference } from "../compare/outlines.js";
import { type Document, type Json, Refusal } from "../documents.js";
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

/** `root` is the name of ours. Default: the one that has the page's server. */
export function comparePage(
  { what, document }: Found,
  documents: Record<string, Document>,
  known: Known[],
  root?: string,
): Comparison {
  const [name, ours] = rootOf(document, documents, root);
  const operations = callsIn(document, pathToFold(document, ours)).map((operation) => operation.name);
  if (operations.length === 0) throw new Refusal(`${what} has no operation`);
  const found: Comparison = { what, root: name, operations, news: [], known: [] };
  for (const difference of compareDocuments(document, ours)) {
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

export interface Known {
  heading: string;
  /** The line, with `*`. */
  marker: string;
}

/** Every marker in the text of SOURCES.md. */
export function knownIn(sources: string): Known[] {
  return sources.split(/^(?=#+ )/m).flatMap((section) => {
    const heading = /^#+ (.*)/.exec(section)?.[1] ?? "";
    const comments = [...section.matchAll(/<!--\s*known:?\s([\s\S]*?)-->/g)];
    const lines = comments.flatMap(([, text = ""]) => text.split("\n").map((line) => line.trim()));
    return lines.filter(Boolean).map((marker) => ({ heading, marker }));
  });
}

/** The line that makes a difference known. */
export function markerFor(root: string, { operation, place, aspect, theirs }: Difference): string {
  const value = theirs !== undefined && `theirs=${JSON.stringify(theirs)}`;
  return [root, operation, place, aspect, value].filter(Boolean).join(" ");
}

/** The marker that covers a difference, if there is one. */
export function knownFor(root: string, difference: Difference, known: Known[]): Known | undefined {
  const [about = "", theirs] = markerFor(root, difference).split(VALUE);
  return known.find(({ marker }) => {
    const [wanted = "", value] = marker.split(VALUE);
    const pattern = wanted.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".*")}$`).test(about) && value === theirs;
  });
}

const VALUE = / theirs=(.*)/;
