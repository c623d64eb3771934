/** Compares two documents, for `spec:diff` and `spec:import`. The commands only rate and print the differences. */
import { type Document, isObject, type Json, pointed, Refusal } from "../documents.js";
import { type Operation, operationsOf } from "../operations.js";
import { compareOperations } from "./compare-operations.js";
import { compareValues } from "./compare-values.js";
import { type Difference, difference, itemsLacking, type Local, unordered } from "./outlines.js";

/**
 * Compares what a caller may do, however the two documents are factored. With `versions`, both are ours, and everything is compared;
 * a vendor's document is compared only in what vendors write in a comparable way.
 */
export function compareDocuments(theirs: Document, ours: Document, versions = false): Difference[] {
  const ourCalls = callsIn(ours);
  const folded = versions ? "" : pathToFold(theirs, ours);
  const pairs = callsIn(theirs, folded).map((their) => ({ their, our: counterpart(their, ourCalls, versions) }));
  const paired = pairs.flatMap(({ our }) => our ?? []);
  // Other pages describe the other operations: a page with one operation lacks none, and a page about V2 lacks nothing of V1.
  const told = paired.map(versionOf);
  const isTold = (our: Operation) => versions || (pairs.length > 1 && told.includes(versionOf(our)));
  const missing = ourCalls.filter((our) => !paired.includes(our) && isTold(our));
  const calls = [
    ...pairs.flatMap(({ their, our }) => compareOperations(their, our, versions)),
    ...missing.flatMap((our) => compareOperations(undefined, our, versions)),
  ];
  if (versions) return [...calls, ...compareNames(theirs, ours), ...compareValues(theirs, ours)];
  const [prefix = ""] = pairs.flatMap(({ their, our }) =>
    our ? their.path.slice(0, anonymous(their.path).length - anonymous(our.path).length) : [],
  );
  const urls = urlsOf(theirs).flatMap((url) => url.slice(0, url.length - folded.length) + prefix || []);
  const servers = difference("servers", "values", urls.length ? urls : undefined, urlsOf(ours));
  return [...servers.map((local) => ({ operation: "", ...local })), ...calls];
}

/** The operations of a document, with references inlined, and with the path of the server before their own. */
export function callsIn(document: Document, folded = ""): Operation[] {
  const paths = Object.entries<Json>(inlineReferences(document, document.paths ?? {}));
  return operationsOf({ ...document, paths: Object.fromEntries(paths.map(([path, item]) => [folded + path, item])) });
}

/** How a part is read: as a node of the document, a map of names, named examples, or a value that is not changed. */
type Kind = "node" | "names" | "examples" | "value";

const NAMES = new Set(["properties", "patternProperties", "dependentSchemas", "$defs"]);
const VALUES = new Set(["default", "enum", "const", "example"]);
/** Ten times the size of our largest root. Stops documents in which nested references multiply. */
const MOST_NODES = 100_000;

/** Inlines every local reference in `node`. A recursive reference becomes a schema that accepts anything. */
export function inlineReferences(document: Json, node: Json): Json {
  let nodes = 0;
  return visit(node, "node", []);

  function visit(node: Json, kind: Kind, within: string[]): Json {
    if (++nodes > MOST_NODES) throw new Refusal("the document is too large once its references are resolved");
    if (kind === "value" || !isObject(node)) return node;
    if (Array.isArray(node)) return node.filter((item) => item !== null).map((item) => visit(item, "node", within));
    if (kind !== "names" && typeof node.$ref === "string") {
      if (within.includes(node.$ref)) return {};
      const { $ref, ...siblings } = node;
      return { ...visit(pointed(document, $ref), kind, [...within, $ref]), ...visit(siblings, kind, within) };
    }
    // YAML reads a keyword without a value as null.
    const said = Object.entries<Json>(kind === "node" ? modern(node) : node).filter(([key, value]) => {
      return value !== null || kind === "names" || kindOf(key, value, kind) === "value";
    });
    return Object.fromEntries(said.map(([key, value]) => [key, visit(value, kindOf(key, value, kind), within)]));
  }
}

function kindOf(key: string, value: Json, within: Kind): Kind {
  if (within === "names") return "node";
  if (within === "examples") return key === "value" ? "value" : "examples";
  if (NAMES.has(key)) return "names";
  if (key === "examples") return Array.isArray(value) ? "value" : "examples";
  return VALUES.has(key) || key.startsWith("x-") ? "value" : "node";
}

/** Converts OpenAPI 3.0 flags for null and exclusive bounds to the 3.1 keywords. */
function modern({ nullable, ...node }: Json): Json {
  if (nullable === true && typeof node.type === "string") node.type = [node.type, "null"];
  for (const bound of ["minimum", "maximum"]) {
    const flag = `exclusive${bound[0]?.toUpperCase()}${bound.slice(1)}`;
    if (node[flag] === true) {
      node[flag] = node[bound];
      delete node[bound];
    } else if (node[flag] === false) delete node[flag];
  }
  return node;
}

/** The path that all of their servers share (`/v1` for `https://a.example/v1`). Empty if one of their servers is also ours. */
export function pathToFold(theirs: Document, ours: Document): string {
  const urls = urlsOf(theirs);
  const [path = "", ...others] = new Set(urls.map((url) => url.replace(/^[a-z]+:\/\/[^/]*/i, "")));
  return others.length || urls.some((url) => urlsOf(ours).includes(url)) ? "" : path;
}

/** Finds our operation with the path that theirs ends with: the beginning may belong to the server. With `versions`, both must be equal. */
function counterpart(their: Operation, ours: Operation[], versions: boolean): Operation | undefined {
  const path = anonymous(their.path);
  const isSame = (our: string) => (versions ? path === our : path.endsWith(our));
  return ours.find((our) => our.method === their.method && isSame(anonymous(our.path)));
}

/** `v2` of `/v2/video_generation`. */
function versionOf({ path }: Operation): string | undefined {
  return path.split("/")[1];
}

/** `/v1/files/{id}` and `/v1/files/{file_id}` are the same path. */
function anonymous(path: string): string {
  return path.replace(/\{[^}]*\}/g, "{}");
}

/** The URLs of a document's servers, without trailing slashes. */
export function urlsOf({ servers }: { servers?: Json }): string[] {
  const named: Json[] = Array.isArray(servers) ? servers.filter((server) => typeof server?.url === "string") : [];
  return named.map(({ url }) => url.replace(/\/+$/, ""));
}

/**
 * Compares what is generated or shown besides schemas: names of servers and schemas, `x-` extensions, examples.
 * The aspect is `name`, `examples` or the name of the extension. Each row of a table is a separate place.
 */
function compareNames(theirs: Document, ours: Document): Difference[] {
  const local = [...compareSchemes(theirs, ours), ...walk(byServer(theirs), byServer(ours), [])];
  return local.map((one) => ({ operation: "", ...one }));
}

/** Compares the security schemes that both have. The others show in the operations that require them. */
function compareSchemes(theirs: Document, ours: Document): Local[] {
  const [was, is] = [theirs, ours].map(({ components }) => components.securitySchemes ?? {});
  const facts = ({ description: _, bearerFormat: __, ...scheme }: Json) => scheme;
  const both = Object.keys(was).filter((name) => is[name]);
  return both.flatMap((name) => {
    return difference(`components.securitySchemes.${name}`, "scheme", facts(was[name]), facts(is[name]));
  });
}

/** Indexes servers by the name that a client selects, because their order does not matter. */
function byServer(document: Document): Json {
  const servers = document.servers.map((server) => [server["x-server"]?.name ?? server.url, server]);
  return { ...document, servers: Object.fromEntries(servers) };
}

/** Descends only into parts that both sides have. */
function walk(theirs: Json, ours: Json, path: string[]): Local[] {
  if (!isObject(theirs) || !isObject(ours)) return [];
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    const left = itemsLacking(ours, theirs);
    return itemsLacking(theirs, ours).flatMap((item) => {
      const [nearest] = left.toSorted((one, other) => likeness(item, other) - likeness(item, one));
      left.splice(left.indexOf(nearest), 1);
      return walk(item, nearest, [...path, String(theirs.indexOf(item))]);
    });
  }
  const here = path.join(".");
  const isNamed = here === "components.schemas" || here === "servers";
  return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].flatMap((key): Local[] => {
    const place = here ? `${here}.${key}` : key;
    const [their, our] = [theirs[key], ours[key]];
    if (key.startsWith("x-")) return compareExtension(place, key, their, our);
    if (/^examples?$/.test(key) && path.at(-1) !== "properties") {
      const [was, is] = [their, our].map((examples) => unordered({ examples }).examples);
      return difference(place, "examples", was, is);
    }
    if (isNamed && our === undefined) return difference(place, "name", their, our);
    return walk(their, our, [...path, key]);
  });
}

/** Counts the facts that the two share. */
function likeness(one: Json, other: Json): number {
  if (!isObject(one) || !isObject(other)) return one === other ? 1 : 0;
  return Object.keys(one).reduce((sum, key) => sum + likeness(one[key], other[key]), 0);
}

/** Compares row by row if both are tables. */
function compareExtension(place: string, extension: string, theirs: Json, ours: Json): Local[] {
  const [before, after] = [rowsOf(theirs), rowsOf(ours)];
  if (!before || !after) return difference(place, extension, theirs, ours);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((row) => {
    return difference(`${place} ${row}`, extension, before.get(row), after.get(row));
  });
}

/** The rows of a table by their first column. Undefined unless its values are unique. */
function rowsOf(table: Json): Map<string, Json> | undefined {
  if (!Array.isArray(table) || !table.every(isObject)) return undefined;
  const rows = new Map(table.map((row) => [String(Object.values(row)[0]), row]));
  return rows.size === table.length ? rows : undefined;
}
