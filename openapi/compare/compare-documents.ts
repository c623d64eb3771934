/** The comparison below `spec:diff` and `spec:import`: what differs between two documents. The commands only rate and print it. */
import type { Document, Json } from "../documents.js";
import { type Operation, operationsOf } from "../operations.js";
import { compareOperations } from "./compare-operations.js";
import { compareLists, type Difference, difference, type Local } from "./compare-schemas.js";
import { compareValues } from "./compare-values.js";
import { inlineReferences } from "./inline-references.js";

/**
 * What a caller may do, however the two documents are factored. Between `versions` of one document of ours, everything is compared,
 * not only what vendors write alike.
 */
export function compareDocuments(theirs: Document, ours: Document, versions = false): Difference[] {
  const ourCalls = callsIn(ours);
  const pairs = callsIn(theirs).map((their) => ({ their, our: counterpart(their, ourCalls, versions) }));
  const paired = new Set(pairs.map(({ our }) => our));
  // A page about one operation leaves the others to other pages.
  const missing = versions || pairs.length > 1 ? ourCalls.filter((our) => !paired.has(our)) : [];
  const calls = [
    ...pairs.flatMap(({ their, our }) => (our ? compareOperations(their, our, versions) : [whole(their, "theirs")])),
    ...missing.map((our) => whole(our, "ours")),
  ];
  if (versions) return [...calls, ...compareNames(theirs, ours), ...compareValues(theirs, ours)];
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
function counterpart(their: Operation, ours: Operation[], versions: boolean): Operation | undefined {
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

/**
 * What code is generated from or readers see besides schemas: names of servers and schemas, `x-` extensions, examples.
 * The aspect is `name`, `examples` or the name of the extension. A row of a table is a place of its own.
 */
function compareNames(theirs: Document, ours: Document): Difference[] {
  const [was, is] = [theirs, ours].map(({ components }) => components.securitySchemes);
  const local = [
    ...difference("components.securitySchemes", "security", was, is),
    ...walk(byServer(theirs), byServer(ours), []),
  ];
  return local.map((one) => ({ operation: "", ...one }));
}

/** Servers by the name that a client selects, because their order means nothing. */
function byServer(document: Document): Json {
  const servers = document.servers.map((server) => [server["x-server"]?.name ?? server.url, server]);
  return { ...document, servers: Object.fromEntries(servers) };
}

/** Descends only where both have something. */
function walk(theirs: Json, ours: Json, path: string[]): Local[] {
  if (!isObject(theirs) || !isObject(ours)) return [];
  const here = path.join(".");
  const isNamed = here === "components.schemas" || here === "servers";
  return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].flatMap((key): Local[] => {
    const place = here ? `${here}.${key}` : key;
    const [their, our] = [theirs[key], ours[key]];
    if (key.startsWith("x-")) return compareExtension(place, key, their, our);
    if (/^examples?$/.test(key) && path.at(-1) !== "properties") return difference(place, "examples", their, our);
    if (isNamed && our === undefined) return difference(place, "name", their, our);
    return walk(their, our, [...path, key]);
  });
}

/** Row by row if both are tables. */
function compareExtension(place: string, extension: string, theirs: Json, ours: Json): Local[] {
  if (!isTable(theirs) || !isTable(ours)) return difference(place, extension, theirs, ours);
  const [before, after] = [rowsOf(theirs), rowsOf(ours)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((row) => {
    return difference(`${place} ${row}`, extension, before.get(row), after.get(row));
  });
}

/** Whether every row has a name of its own, which is its first column. */
function isTable(value: Json): boolean {
  return Array.isArray(value) && value.every(isObject) && rowsOf(value).size === value.length;
}

function rowsOf(table: Json[]): Map<string, Json> {
  return new Map(table.map((row) => [String(Object.values(row)[0]), row]));
}

function isObject(value: Json): boolean {
  return value !== null && typeof value === "object";
}
