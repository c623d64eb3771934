/** Compares two versions of one of our documents in everything that code is generated from. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../src/base/record.js";
import { anonymous, callsIn, compareOperations } from "../compare/compare-operations.js";
import { type Difference, difference, itemsLacking, keysOf, unordered } from "../compare/outlines.js";
import { type Document, dereference, isObject, type Json, lenientAjv } from "../documents.js";
import { homeOf, type Place, placesOf } from "../operations.js";
import { candidatesFor } from "../witnesses/candidates.js";

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

/** Indexes servers by the name that a client selects, because their order does not matter. */
function byServer(document: Document): Json {
  const servers = document.servers.map((server) => [server["x-server"]?.name ?? server.url, server]);
  return { ...document, servers: Object.fromEntries(servers) };
}

/**
 * Compares what is generated or shown besides schemas: names of servers and schemas, `x-` extensions, examples, and the security
 * schemes that both have. The aspect is `name`, `examples`, `scheme` or the name of the extension. Each row of a table is a separate
 * place. Descends only into parts that both sides have.
 */
function compareNames(theirs: Json, ours: Json, path: string[] = []): Difference[] {
  if (!isObject(theirs) || !isObject(ours)) return [];
  if (Array.isArray(theirs) && Array.isArray(ours))
    return likestPairs(theirs, ours).flatMap(([index, their, our]) => compareNames(their, our, [...path, index]));
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
    if (here === "components.securitySchemes" && their && our)
      return difference(place, "scheme", withoutWords(their), withoutWords(our));
    return compareNames(their, our, [...path, key]);
  });
}

/** Pairs each item that only one list has with the other list's item that it shares most facts with. */
function likestPairs(theirs: Json[], ours: Json[]): [index: string, their: Json, our: Json][] {
  const left = itemsLacking(ours, theirs);
  return itemsLacking(theirs, ours).map((item) => {
    const [nearest] = left.toSorted((one, other) => likeness(item, other) - likeness(item, one));
    left.splice(left.indexOf(nearest), 1);
    return [String(theirs.indexOf(item)), item, nearest];
  });
}

/** Counts the facts that the two share. */
function likeness(one: Json, other: Json): number {
  if (!isObject(one) || !isObject(other)) return one === other ? 1 : 0;
  return Object.keys(one).reduce((sum, key) => sum + likeness(one[key], other[key]), 0);
}

function withoutWords({ description: _, bearerFormat: __, ...scheme }: Json): Json {
  return scheme;
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

/**
 * Tries values in every place where the schemas of both documents differ. Returns one value that only theirs accepts, and one that
 * only ours accepts.
 */
function compareValues(theirs: Document, ours: Document): Difference[] {
  const places = new Map(placesOf(ours).map((place) => [homeOf(place), place]));
  return placesOf(theirs).flatMap((their) => {
    const our = places.get(homeOf(their));
    const [one, other] = [dereference(theirs, their.schema), our && dereference(ours, our.schema)];
    if (!our || isDeepStrictEqual(unordered(one), unordered(other))) return [];
    const values = [...valuesFor(theirs, their), ...valuesFor(ours, our)];
    const [theyTake, weTake] = [lenientAjv().compile(one), lenientAjv().compile(other)];
    const place = { operation: "", place: homeOf(their), aspect: "value" };
    return [
      ...smallest(values, (value) => theyTake(value) && !weTake(value)).map((value) => ({ ...place, theirs: value })),
      ...smallest(values, (value) => weTake(value) && !theyTake(value)).map((value) => ({ ...place, ours: value })),
    ];
  });
}

function valuesFor(document: Document, { schema, examples }: Place): Json[] {
  const annotated = dereference(document, schema, { annotated: true });
  return candidatesFor(annotated, [...examples.values()]);
}

/** The first such value, without the fields that do not matter. An empty list if there is none. */
function smallest(values: Json[], isMeant: (value: Json) => boolean): Json[] {
  return values
    .filter(isMeant)
    .slice(0, 1)
    .map((found) => {
      const names = isRecord(found) ? Object.keys(found) : [];
      return names.reduce((smaller: Json, name) => {
        const { [name]: _, ...without } = smaller;
        return isMeant(without) ? without : smaller;
      }, found);
    });
}
