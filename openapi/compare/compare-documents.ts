/** The comparison below `spec:diff` and `spec:import`: what differs between two documents. The commands only rate and print it. */
import type { Document, Json } from "../documents.js";
import { type Operation, operationsOf } from "../operations.js";
import { compareNames } from "./compare-names.js";
import { compareOperations } from "./compare-operations.js";
import { type CompareOptions, compareLists, type Difference } from "./compare-schemas.js";
import { compareValues } from "./compare-values.js";
import { inlineReferences } from "./inline-references.js";

/** What a caller may do, however the two documents are factored; between `versions` of our own, everything. */
export function compareDocuments(theirs: Document, ours: Document, options: CompareOptions = {}): Difference[] {
  const ourCalls = callsIn(ours);
  const pairs = callsIn(theirs).map((their) => ({ their, our: counterpart(their, ourCalls, options) }));
  const paired = new Set(pairs.map(({ our }) => our));
  // A page about one operation leaves the others to other pages.
  const missing = options.versions || pairs.length > 1 ? ourCalls.filter((our) => !paired.has(our)) : [];
  const calls = [
    ...pairs.flatMap(({ their, our }) => (our ? compareOperations(their, our, options) : [whole(their, "theirs")])),
    ...missing.map((our) => whole(our, "ours")),
  ];
  if (options.versions) {
    const changed = new Set(calls.map(({ operation }) => operation));
    const explained = new Set(pairs.flatMap(({ our }) => (our && changed.has(our.name) ? our.operationId : [])));
    const values = compareValues(theirs, ours).filter(({ aspect, place }) => {
      return aspect !== "wording" || !explained.has(place.split(" ")[0]);
    });
    return [...calls, ...compareNames(theirs, ours), ...values];
  }
  const [prefix = ""] = pairs.flatMap(({ their, our }) => (our ? prefixOf(their, our) : []));
  const urls = urlsOf(theirs).map((url) => url + prefix);
  const servers = compareLists("servers", "values", urls.length ? urls : undefined, urlsOf(ours));
  return [...servers.map((local) => ({ operation: "", ...local })), ...calls];
}

/** The operations of a document, without references. */
export function callsIn(document: Document): Operation[] {
  return operationsOf({ ...document, paths: inlineReferences(document, document.paths ?? {}) });
}

/** Our operation whose path theirs ends with: what precedes it belongs to the server. Versions have the same path. */
function counterpart(their: Operation, ours: Operation[], { versions }: CompareOptions): Operation | undefined {
  const path = anonymous(their.path);
  const isSame = (our: string) => (versions ? path === our : path.endsWith(our));
  return ours.find((our) => our.method === their.method && isSame(anonymous(our.path)));
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
