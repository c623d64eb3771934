/** The comparison below `spec:diff` and `spec:import`: what differs between two documents. The commands only rate and print it. */
import type { Document, Json } from "../documents.js";
import { type Operation, operationsOf } from "../operations.js";
import { compareOperations } from "./compare-operations.js";
import { type CompareOptions, compareLists, type Difference } from "./difference.js";
import { compareNames } from "./names.js";
import { resolve } from "./resolve.js";
import { compareValues } from "./values.js";

/**
 * What to compare. `calls`: what a caller may do, however the two documents are factored; theirs may be a vendor's.
 * `names` and `values` are for two versions of our own: what code is generated from, and values that only one version takes.
 */
export type Subject = "calls" | "names" | "values";

interface DocumentOptions extends CompareOptions {
  subjects: Subject[];
}

export function compareDocuments(theirs: Document, ours: Document, { subjects, ...options }: DocumentOptions) {
  const compare: Record<Subject, () => Difference[]> = {
    calls: () => compareCalls(theirs, ours, options),
    names: () => compareNames(theirs, ours),
    values: () => compareValues(theirs, ours),
  };
  return subjects.flatMap((subject) => compare[subject]());
}

function compareCalls(theirs: Document, ours: Document, options: CompareOptions): Difference[] {
  const [theirOperations, ourOperations] = [theirs, ours].map(callsIn) as [Operation[], Operation[]];
  const pairs = theirOperations.map((their) => ({ their, our: counterpart(their, ourOperations) }));
  const paired = new Set(pairs.map(({ our }) => our));
  // A page about one operation leaves the others to other pages.
  const missing = pairs.length > 1 ? ourOperations.filter((our) => !paired.has(our)) : [];
  const [prefix = ""] = pairs.flatMap(({ their, our }) => (our ? prefixOf(their, our) : []));
  const urls = urlsOf(theirs).map((url) => url + prefix);
  const servers = compareLists("servers", "values", urls.length ? urls : undefined, urlsOf(ours));
  return [
    ...servers.map((local) => ({ operation: "", ...local })),
    ...pairs.flatMap(({ their, our }) => (our ? compareOperations(their, our, options) : [whole(their, "theirs")])),
    ...missing.map((our) => whole(our, "ours")),
  ];
}

/** The operations of a document, without references. */
export function callsIn(document: Document): Operation[] {
  return operationsOf({ ...document, paths: resolve(document, document.paths ?? {}) });
}

/** Our operation whose path theirs ends with: what precedes it belongs to the server. */
function counterpart(their: Operation, ours: Operation[]): Operation | undefined {
  const path = anonymous(their.path);
  return ours.find((our) => our.method === their.method && path.endsWith(anonymous(our.path)));
}

function prefixOf(their: Operation, our: Operation): string {
  return their.path.slice(0, anonymous(their.path).length - anonymous(our.path).length);
}

/** `/v1/files/{id}` and `/v1/files/{file_id}` are the same path. */
function anonymous(path: string): string {
  return path.replace(/\{[^}]*\}/g, "{}");
}

/** The servers of a document, without slashes at the end. */
export function urlsOf({ servers }: { servers?: Json }): string[] {
  const named: Json[] = Array.isArray(servers) ? servers.filter((server) => typeof server?.url === "string") : [];
  return named.map(({ url }) => url.replace(/\/+$/, ""));
}

function whole({ name, operationId }: Operation, side: "theirs" | "ours"): Difference {
  return { operation: name, place: "operation", aspect: "operation", [side]: operationId ?? "documented" };
}
