/** Values that may distinguish a schema from a slightly different one: valid values, and copies with a change in one place. */
import { isRecord } from "../../src/base/record.js";
import { grouped, isObject, type Json, listedIn } from "../documents.js";

type Step = string | number;

/** A place inside a value, and every schema that applies to it. */
interface Site {
  path: Step[];
  value: Json;
  schemas: Json[];
}

/** For a schema without references, and examples that obey it: first these, the shortest first, then changed ones. */
export function candidatesFor(schema: Json, examples: Json[]): Json[] {
  const seeds = shortestFirst(examples);
  const known = seeds.map((seed) => ({ seed, sites: sitesIn(schema, seed) }));
  const items = known.flatMap(({ sites }) => sites.flatMap(({ value }) => (Array.isArray(value) ? value : [])));
  const changed = known.flatMap(({ seed, sites }) =>
    sites.flatMap((site) => {
      const others = [undefined, ...instead(site, items), ...extended(site)];
      return others.map((value) => placed(seed, site.path, value));
    }),
  );
  const all = [...seeds, ...changed, ...gridOf(known)].filter((value) => value !== undefined);
  return [...new Map(all.map((value) => [JSON.stringify(value), value])).values()];
}

export function shortestFirst(values: Json[]): Json[] {
  return values.toSorted((one, other) => JSON.stringify(one).length - JSON.stringify(other).length);
}

function sitesIn(schema: Json, seed: Json): Site[] {
  const sites = new Map<string, Site>();
  visit(schema, seed, []);
  return [...sites.values()];

  function visit(node: Json, value: Json, path: Step[]): void {
    if (!isObject(node)) return;
    const key = path.join("/");
    const site = sites.get(key) ?? { path, value, schemas: [] };
    site.schemas.push(node);
    sites.set(key, site);
    const { allOf = [], anyOf = [], oneOf = [], if: condition, then, items, contains, properties } = node;
    for (const part of [...allOf, ...anyOf, ...oneOf, condition, then]) visit(part, value, path);
    if (Array.isArray(value))
      for (const [index, item] of value.entries())
        for (const part of [items, contains]) visit(part, item, [...path, index]);
    else if (isRecord(value))
      for (const [name, item] of Object.entries<Json>(value)) visit(properties?.[name], item, [...path, name]);
  }
}

const OTHER_TYPES = ["unlisted", "", 5, 6.5, -1, true, null, [], {}, "6"];

/** Values to try at a site instead of its own. */
function instead({ value, schemas }: Site, others: Json[]): Json[] {
  const isText = typeof value === "string" || typeof value === "number";
  return [
    ...schemas.flatMap(valuesOf),
    ...OTHER_TYPES,
    ...(isText ? bentStrings(String(value), schemas) : []),
    ...(typeof value === "number" ? around(schemas, BOUNDS) : []),
    ...(Array.isArray(value) ? bentArrays(value, schemas, others) : []),
  ];
}

/** Values in a schema: listed values, default, examples. */
function valuesOf(schema: Json): Json[] {
  const named = Object(schema);
  return [...listedIn(named), ...("default" in named ? [named.default] : []), ...(named.examples ?? [])];
}

const BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

/** Each bound that the schemas set with these keywords, and the numbers next to it. */
function around(schemas: Json[], keywords: string[]): number[] {
  const bounds = schemas.flatMap((schema) => keywords.flatMap((keyword) => schema[keyword] ?? []));
  return [...new Set<number>(bounds.flatMap((bound) => [bound - 1, bound, bound + 1]))];
}

function bentStrings(value: string, schemas: Json[]): string[] {
  const lengths = around(schemas, ["minLength", "maxLength"]).filter((length) => length >= 0);
  const bent = [` ${value}`, `x${value}`, `${value} `, `${value}x`, `${value} x`, value.toUpperCase(), " "];
  const isPatterned = schemas.some(({ pattern }) => pattern !== undefined);
  return [...lengths.map((length) => "a".repeat(length)), ...(isPatterned ? bent : [])];
}

/** Longer and shorter lists: without each item, with each item repeated, and with items from the schemas and other values. */
function bentArrays(value: Json[], schemas: Json[], others: Json[]): Json[][] {
  const most = Math.max(2, ...around(schemas, ["minItems", "maxItems", "minContains", "maxContains"]));
  const inner = schemas.flatMap(({ items, contains }) => [items, contains]);
  const named = [...inner.flatMap(valuesOf), ...others];
  return [
    ...value.map((_, index) => value.toSpliced(index, 1)),
    ...value.flatMap((item) => Array.from({ length: most }, (_, more) => [...value, ...Array(more + 1).fill(item)])),
    ...[...named, ...named.flatMap(bentItems)].map((item) => [...value, item]),
    ...schemas.flatMap((schema) => fullest(schema, value)),
  ];
}

/** As many items of each kind in a list as a schema allows, cut to about its maximum in total. */
function fullest({ allOf = [] }: Json, list: Json[]): Json[][] {
  const { maxItems } = allOf.find((rule: Json) => rule.maxItems) ?? {};
  if (maxItems === undefined) return [];
  const items = allOf.flatMap(({ contains, maxContains = 0 }: Json) => {
    const wanted = Object.entries<Json>(contains?.properties ?? {});
    const fitting = list.find((one) => wanted.every(([name, schema]) => one?.[name] === schema.const));
    return fitting ? Array(maxContains).fill(fitting) : [];
  });
  return [maxItems - 1, maxItems, maxItems + 1].map((size) => items.slice(0, size));
}

/** Copies of an item with one of its strings replaced. */
function bentItems(item: Json): Json[] {
  if (!isRecord(item)) return [];
  return Object.keys(item).flatMap((name) => (typeof item[name] === "string" ? { ...item, [name]: "unlisted" } : []));
}

/** Copies of an object with one more property: an unknown one, or one that the schemas define and the object lacks. */
function extended({ value, schemas }: Site): Json[] {
  if (!isRecord(value)) return [];
  const known = schemasByName(schemas).filter(([name]) => !(name in value));
  const additions = known.flatMap(([name, properties]) => {
    return [...properties.flatMap(valuesOf), "unlisted", 5].map((one) => ({ ...value, [name]: one }));
  });
  return [{ ...value, unknown_option: true }, ...additions];
}

/** All schemas of each property. */
function schemasByName(schemas: Json[]): [name: string, schemas: Json[]][] {
  const named = schemas.flatMap(({ properties = {} }) => Object.entries<Json>(properties));
  return [...grouped(named, ([name]) => name)].map(([name, own]) => [name, own.map(([, schema]) => schema)]);
}

const MOST_CELLS = 4000;

/** Every combination of enumerated fields, present or absent, because a matrix of fields cannot be tested field by field. */
function gridOf(seeds: { seed: Json; sites: Site[] }[]): Json[] {
  const known = schemasByName(seeds.flatMap(({ sites }) => sites[0]?.schemas ?? []));
  const listed = new Map(known.map(([name, schemas]) => [name, new Set(schemas.flatMap(listedIn))]));
  let cells: Json[] = [{}];
  for (const [name, values] of listed) {
    const next = cells.flatMap((cell) => [cell, ...[...values].map((one) => ({ ...cell, [name]: one }))]);
    if (next.length > MOST_CELLS) break;
    cells = next;
  }
  const objects = cells.length > 1 ? seeds.map(({ seed }) => seed).filter(isRecord) : [];
  return objects.flatMap((seed) => {
    const rest = Object.fromEntries(Object.entries(seed).filter(([name]) => !listed.get(name)?.size));
    return cells.map((cell) => ({ ...cell, ...rest }));
  });
}

/** Copies a value and replaces the part at a path, or removes it if the new part is undefined. */
export function placed(seed: Json, [step, ...rest]: Step[], value: Json): Json {
  if (step === undefined) return value;
  const copy = Array.isArray(seed) ? [...seed] : { ...seed };
  if (rest.length > 0 || value !== undefined) copy[step] = placed(copy[step], rest, value);
  else if (Array.isArray(copy)) copy.splice(step as number, 1);
  else delete copy[step];
  return copy;
}
