/** A page and ours side by side: what is new, and what SOURCES.md knows already. */
import { compareOperations } from "../compare/compare.js";
import { type CompareOptions, compareLists, type Difference } from "../compare/difference.js";
import { type Operation, operationsOf } from "../compare/operation.js";
import { DocumentError } from "../compare/resolve.js";
import type { Document } from "../documents.js";
import { type Known, knownFor } from "./known.js";
import type { Found } from "./page.js";
import { counterpart, rootOf, serversOf, urlsOf } from "./root.js";

export interface Comparison {
  what: string;
  root: string;
  /** Names of the page's operations. */
  operations: string[];
  /** What nobody has decided on. */
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
  options: ComparisonOptions = {},
): Comparison {
  const root = options.root ?? rootOf(document, documents);
  const theirs = operationsOf(document);
  if (theirs.length === 0) throw new DocumentError(`${what} has no operation`);
  const ours = operationsOf(documents[root]);
  const pairs = theirs.map((their) => ({ their, our: counterpart(their, ours) }));
  const servers = serversOf(document, pairs);
  const differences: Difference[] = [
    ...compareLists("servers", "values", servers, urlsOf(documents[root])).map((one) => ({ operation: "", ...one })),
    ...pairs.flatMap(({ their, our }) => (our ? compareOperations(their, our, options) : [whole(their, "theirs")])),
    // A page of one operation leaves the others to other pages.
    ...(pairs.length > 1 ? ours.filter((one) => !pairs.some(({ our }) => our === one)) : []).map((our) => {
      return whole(our, "ours");
    }),
  ];
  const decided = differences.map((one) => knownFor(root, one, known)?.heading);
  return {
    what,
    root,
    operations: theirs.map(({ name }) => name),
    news: differences.filter((_, at) => decided[at] === undefined),
    known: differences.flatMap((one, at) => {
      const heading = decided[at];
      return heading === undefined ? [] : { ...one, heading };
    }),
  };
}

function whole({ name, operationId }: Operation, side: "theirs" | "ours"): Difference {
  return { operation: name, place: "operation", aspect: "operation", [side]: operationId ?? "documented" };
}
