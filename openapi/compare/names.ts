/** What code is generated from or documents show besides schemas: names of servers and schemas, `x-` extensions, examples. */
import type { Document, Json } from "../documents.js";
import { type Difference, difference, type Local } from "./difference.js";

/** The aspect is `name`, `examples` or the name of the extension. A row of a table is a place of its own. */
export function compareNames(theirs: Document, ours: Document): Difference[] {
  return walk(byServer(theirs), byServer(ours), []).map((local) => ({ operation: "", ...local }));
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
