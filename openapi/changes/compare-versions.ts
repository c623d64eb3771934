/** Compares two versions of one of our documents in everything that code is generated from. */
import { isDeepStrictEqual } from "node:util";
import { anonymous, callsIn, compareOperations } from "../compare/compare-operations.js";
import { type Difference, difference, keysOf, unordered } from "../compare/outlines.js";
import { ANNOTATION, type Document, dereference, isObject, type Json, lenientAjv } from "../documents.js";
import { homeOf, type Place, placesOf } from "../operations.js";
import { candidatesFor, shortestFirst } from "../witnesses/candidates.js";

export function compareVersions(base: Document, revision: Document): Difference[] {
  const byCall = (document: Document) => {
    return new Map(callsIn(document).map((one) => [`${one.method} ${anonymous(one.path)}`, one]));
  };
  const [was, is] = [byCall(base), byCall(revision)];
  const operations = [...new Set([...was.keys(), ...is.keys()])];
  return [
    ...operations.flatMap((key) => compareOperations(was.get(key), is.get(key))),
    ...compareNames(byServer(base), byServer(revision)),
    ...compareValues(base, revision),
    // Rows of tables are compared by name.
  ].filter(({ aspect }) => aspect !== "status codes");
}

/** A document with its servers by the name that a client selects, because their order does not matter. */
function byServer(document: Document): Json {
  const servers = document.servers.map((server) => [server["x-server"]?.name ?? server.url, server]);
  return { ...document, servers: Object.fromEntries(servers) };
}

/** Compares what else is generated or shown, in parts that both sides have: names, `x-` extensions, examples, security schemes. */
function compareNames(theirs: Json, ours: Json, path: string[] = []): Difference[] {
  if (!isObject(theirs) || !isObject(ours)) return [];
  if (Array.isArray(theirs) && Array.isArray(ours))
    return theirs.flatMap((their, index) => {
      const our = ours.find((one) => constraintsOf(one) === constraintsOf(their));
      return compareNames(their, our, [...path, String(index)]);
    });
  const here = path.join(".");
  return keysOf(theirs, ours).flatMap((key): Difference[] => {
    const place = here ? `${here}.${key}` : key;
    const [their, our] = [theirs[key], ours[key]];
    if (key.startsWith("x-")) return compareExtension(place, key, their, our);
    if (/^examples?$/.test(key) && path.at(-1) !== "properties") {
      const [was, is] = [their, our].map((examples) => unordered({ examples }).examples);
      return difference(place, "examples", was, is);
    }
    if (/^(components\.schemas|servers)$/.test(here) && our === undefined) return difference(place, "name", their, our);
    if (here === "components.securitySchemes" && their && our) {
      const words = { description: "", bearerFormat: "" };
      return difference(place, "scheme", { ...their, ...words }, { ...our, ...words });
    }
    return compareNames(their, our, [...path, key]);
  });
}

/** The constraints of a list item, by which it is found in the other list. */
function constraintsOf(item: Json): string {
  return JSON.stringify(unordered(item), (key, value) => (ANNOTATION.test(key) ? undefined : value));
}

/** Compares row by row if both are tables. */
function compareExtension(place: string, extension: string, theirs: Json, ours: Json): Difference[] {
  const [before, after] = [rowsOf(theirs), rowsOf(ours)];
  if (!before || !after) return difference(place, extension, theirs, ours);
  return keysOf(before, after).flatMap((row) => difference(`${place} ${row}`, extension, before[row], after[row]));
}

/** The rows of a table by their first column. Undefined unless its values are unique. */
function rowsOf(table: Json): Record<string, Json> | undefined {
  if (!Array.isArray(table) || !table.every(isObject)) return undefined;
  const rows = Object.fromEntries(table.map((row) => [Object.values(row)[0], row]));
  return Object.keys(rows).length === table.length ? rows : undefined;
}

/** Finds a value that only theirs accepts, and one that only ours accepts, for every place where the schemas differ. */
function compareValues(theirs: Document, ours: Document): Difference[] {
  const places = new Map(placesOf(ours).map((place) => [homeOf(place), place]));
  return placesOf(theirs).flatMap((their) => {
    const our = places.get(homeOf(their));
    const [one, other] = [dereference(theirs, their.schema), our && dereference(ours, our.schema)];
    if (!our || isDeepStrictEqual(unordered(one), unordered(other))) return [];
    const values = shortestFirst([...valuesFor(theirs, their), ...valuesFor(ours, our)]);
    const [theyTake, weTake] = [lenientAjv().compile(one), lenientAjv().compile(other)];
    const gone = values.find((value) => theyTake(value) && !weTake(value));
    const added = values.find((value) => weTake(value) && !theyTake(value));
    const place = homeOf(their);
    return [...difference(place, "value", gone, undefined), ...difference(place, "value", undefined, added)];
  });
}

function valuesFor(document: Document, { schema, examples }: Place): Json[] {
  const annotated = dereference(document, schema, { annotated: true });
  return candidatesFor(annotated, [...examples.values()]);
}
