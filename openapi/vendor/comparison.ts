/** A page and ours side by side: what is new, and what SOURCES.md knows already. */
import { compareOperations } from "../compare/compare.js";
import { type CompareOptions, compareLists, type Difference } from "../compare/difference.js";
import { type Operation, operationsOf } from "../compare/operation.js";
import { DocumentError } from "../compare/resolve.js";
import type { Document } from "../documents.js";
import { type Known, knownFor, markerFor } from "./known.js";
import type { Found } from "./page.js";
import { counterpart, rootOf, serversOf, urlsOf } from "./root.js";

export interface Comparison {
  what: string;
  /** Only what they say was compared. */
  partial: boolean;
  root: string;
  /** Names of the page's operations. */
  operations: string[];
  /** What nobody has decided on, each with the line that would make it known. */
  news: (Difference & { marker: string })[];
  known: (Difference & { heading: string })[];
}

interface ComparisonOptions extends CompareOptions {
  /** Name of our root. Default: the one that has the page's server. */
  root?: string;
}

export function comparePage(
  { what, document, partial }: Found,
  documents: Record<string, Document>,
  known: Known[],
  options: ComparisonOptions = {},
): Comparison {
  const root = rootOf(document, documents, options.root);
  const theirs = operationsOf(document);
  if (theirs.length === 0) throw new DocumentError(`${what} has no operation`);
  const ours = operationsOf(documents[root]);
  const pairs = theirs.map((their): [Operation, Operation | undefined] => [their, counterpart(their, ours)]);
  const servers = urlsOf(document).length ? serversOf(document, pairs) : undefined;
  const differences: Difference[] = [
    ...compareLists("servers", "values", servers, urlsOf(documents[root])).map((one) => ({ operation: "", ...one })),
    ...pairs.flatMap(([their, our]) => (our ? compareOperations(their, our, options) : [whole(their, "theirs")])),
    ...left(ours, pairs).map((our) => whole(our, "ours")),
  ];
  const told = differences.filter(({ theirs }) => !partial || theirs !== undefined);
  const judged = told.map((one) => ({ one, decided: knownFor(root, one, known) }));
  return {
    what,
    partial,
    root,
    operations: theirs.map(({ name }) => name),
    news: judged.flatMap(({ one, decided }) => (decided ? [] : { ...one, marker: markerFor(root, one) })),
    known: judged.flatMap(({ one, decided }) => (decided ? { ...one, heading: decided.heading } : [])),
  };
}

/** Ours that are not there. A page of one operation leaves the others to other pages. */
function left(ours: Operation[], pairs: [Operation, Operation | undefined][]): Operation[] {
  return pairs.length > 1 ? ours.filter((our) => !pairs.some(([, found]) => found === our)) : [];
}

function whole({ name, operationId }: Operation, side: "theirs" | "ours"): Difference {
  return { operation: name, place: "operation", aspect: "operation", [side]: operationId ?? "documented" };
}
