/** What code is generated from or readers see besides schemas: names of servers and schemas, `x-` extensions, examples, words. */
import type { Document, Json } from "../documents.js";
import { type Difference, difference, type Local } from "./compare-schemas.js";

/** The aspect is `name`, `examples`, `words` or the name of the extension. A row of a table is a place of its own. */
export function compareNames(theirs: Document, ours: Document): Difference[] {
  const [was, is] = [theirs, ours].map(({ components }) => components.securitySchemes);
  const local = [
    ...difference("components.securitySchemes", "security", was, is),
    ...walk(byServer(theirs), byServer(ours), []),
    ...compareWords(theirs, ours),
  ];
  return local.map((one) => ({ operation: "", ...one }));
}

/** One difference for each path or named part whose sentences changed, in whatever order they stand. */
function compareWords(theirs: Document, ours: Document): Local[] {
  const [before, after] = [new Map(partsOf(theirs)), new Map(partsOf(ours))];
  return [...before].flatMap(([place, part]) => {
    const other = after.get(place);
    return other === undefined ? [] : difference(place, "words", wordsIn(part).toSorted(), wordsIn(other).toSorted());
  });
}

function partsOf({ paths, components, ...top }: Document): [place: string, part: Json][] {
  const named = Object.entries<Json>(components).flatMap(([kind, parts]) => {
    return Object.entries<Json>(parts).map(([name, part]): [string, Json] => [`components.${kind}.${name}`, part]);
  });
  return [...Object.entries(top), ...Object.entries(paths), ...named];
}

function wordsIn(node: Json): string[] {
  if (!isObject(node)) return [];
  return Object.entries<Json>(node).flatMap(([key, value]) => {
    if (/^(description|summary|title)$/.test(key) && typeof value === "string") return [value];
    return /^(x-|examples?$)/.test(key) ? [] : wordsIn(value);
  });
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
