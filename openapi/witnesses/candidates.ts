/** Values that may tell a schema from a slightly different one: good ones, bent in one place in every way that it speaks of. */
import type { Json } from "../documents.js";

type Step = string | number;

/** A value to try, and the property that was bent in it; undefined for a value that is good as it stands. */
export interface Candidate {
  value: Json;
  about: string | undefined;
}

/** A place inside a value, and every schema that speaks of it. */
interface Site {
  path: Step[];
  value: Json;
  schemas: Json[];
}

/** Of a schema without references, and values that obey it. The simplest come first, and none twice. */
export function candidatesFor(schema: Json, seeds: Json[]): Candidate[] {
  const found = new Map<string, Candidate>();
  const add = (value: Json, about?: string) => {
    const text = JSON.stringify(value);
    if (text !== undefined && !found.has(text)) found.set(text, { value, about });
  };
  const distinct = ofDifferentShape(seeds);
  const items = itemsOf(distinct);
  for (const seed of distinct) add(seed);
  for (const value of gridOf(schema, distinct)) add(value, "grid");
  for (const seed of distinct)
    for (const site of sitesIn(schema, seed))
      for (const bent of bendings(site, items.get(keyOf(site.path)) ?? []))
        add(placed(seed, site.path, bent.value), bent.about);
  return [...found.values()];
}

/** One for each set of fields and of enumerated words: more of the same tell nothing more. */
function ofDifferentShape(seeds: Json[]): Json[] {
  const shapeOf = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(shapeOf);
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapeOf(one)]));
    return typeof value === "string" && /^[\w.-]{1,30}$/.test(value) && !/^\d+$/.test(value) ? value : typeof value;
  };
  return [...new Map(seeds.map((seed) => [JSON.stringify(shapeOf(seed)), seed])).values()];
}

/** What stands in the lists of values, by where the list stands, whatever its place in it. */
function itemsOf(values: Json[]): Map<string, Json[]> {
  const found = new Map<string, Json[]>();
  const visit = (value: Json, path: Step[]) => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value)) found.set(keyOf(path), [...(found.get(keyOf(path)) ?? []), ...value]);
    for (const [step, inner] of Object.entries<Json>(value))
      visit(inner, [...path, Array.isArray(value) ? Number(step) : step]);
  };
  for (const value of values) visit(value, []);
  return found;
}

function keyOf(path: Step[]): string {
  return path.map((step) => (typeof step === "number" ? "[]" : step)).join("/");
}

function sitesIn(schema: Json, seed: Json): Site[] {
  const sites = new Map<string, Site>();
  visit(schema, seed, []);
  return [...sites.values()];

  function visit(node: Json, value: Json, path: Step[]): void {
    if (node === null || typeof node !== "object") return;
    const key = path.join("/");
    const site = sites.get(key) ?? { path, value, schemas: [] };
    site.schemas.push(node);
    sites.set(key, site);
    for (const keyword of ["allOf", "anyOf", "oneOf"])
      for (const inner of node[keyword] ?? []) visit(inner, value, path);
    for (const keyword of ["if", "then", "else", "not"]) if (node[keyword]) visit(node[keyword], value, path);
    if (Array.isArray(value))
      for (const [index, item] of value.entries())
        for (const inner of [node.prefixItems?.[index], node.items, node.contains])
          visit(inner ?? null, item, [...path, index]);
    else if (value && typeof value === "object")
      for (const [name, item] of Object.entries<Json>(value))
        visit(node.properties?.[name] ?? null, item, [...path, name]);
  }
}

const REMOVED = Symbol("removed");
type Bent = { value: Json | typeof REMOVED; about: string | undefined };

/** What may stand at a site instead. */
function bendings({ path, value, schemas }: Site, others: Json[]): Bent[] {
  const about = path.findLast((step) => typeof step === "string") as string | undefined;
  const bent: Bent[] = [{ value: REMOVED, about }];
  for (const other of [...valuesFrom(schemas), ...OTHER_TYPES]) bent.push({ value: other, about });
  if (typeof value === "string" || typeof value === "number")
    for (const other of bentStrings(String(value), schemas)) bent.push({ value: other, about });
  if (typeof value === "number") for (const other of bentNumbers(schemas)) bent.push({ value: other, about });
  if (Array.isArray(value)) for (const other of bentArrays(value, schemas, others)) bent.push({ value: other, about });
  else if (value && typeof value === "object")
    for (const [name, one] of addableTo(value, schemas)) bent.push({ value: { ...value, [name]: one }, about: name });
  return bent;
}

const OTHER_TYPES = ["unlisted", "", 5, 6.5, -1, true, null, [], {}, "6"];

/** Values that schemas name: enumerated, constant, default, exemplary. */
function valuesFrom(schemas: Json[]): Json[] {
  return schemas.flatMap(({ enum: listed = [], examples = [], ...rest }) => [
    ...listed,
    ...("const" in rest ? [rest.const] : []),
    ...("default" in rest ? [rest.default] : []),
    ...examples,
  ]);
}

function bentStrings(value: string, schemas: Json[]): string[] {
  const lengths = schemas
    .flatMap(({ minLength, maxLength }) => [minLength, maxLength])
    .filter((one) => one !== undefined);
  const around = [...new Set<number>(lengths.flatMap((length) => [length - 1, length, length + 1]))].filter(
    (one) => one >= 0,
  );
  const isPatterned = schemas.some(({ pattern }) => pattern !== undefined);
  return [
    ...around.map((length) => "a".repeat(length)),
    ...(isPatterned
      ? [` ${value}`, `x${value}`, `${value} `, `${value}x`, `${value} x`, value.toUpperCase(), " "]
      : []),
  ];
}

function bentNumbers(schemas: Json[]): number[] {
  const limits = schemas
    .flatMap(({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) => [
      minimum,
      maximum,
      exclusiveMinimum,
      exclusiveMaximum,
    ])
    .filter((one) => one !== undefined);
  return [...new Set<number>(limits.flatMap((limit) => [limit - 1, limit, limit + 1]))];
}

/** Longer and shorter ones, without each item, with each more often, and with items that its schemas name. */
function bentArrays(value: Json[], schemas: Json[], others: Json[]): Json[][] {
  const counts = schemas.flatMap(({ minItems, maxItems, minContains, maxContains }) => [
    minItems,
    maxItems,
    minContains,
    maxContains,
  ]);
  const most = Math.max(1, ...counts.filter((count) => count !== undefined)) + 1;
  const named = ofDifferentShape([...itemsNamedBy(schemas), ...others]);
  return [
    ...value.map((_, index) => value.toSpliced(index, 1)),
    ...value.flatMap((item, index) =>
      Array.from({ length: most }, (_, more) => value.toSpliced(index, 0, ...Array(more + 1).fill(item))),
    ),
    ...[...named, ...named.flatMap(bentItems)].map((item) => [...value, item]),
    ...fullest(schemas, named),
    ...named.flatMap((item) => value.map((_, index) => value.with(index, item))),
  ];
}

/** As many of every kind of item as one of its schemas counts, and around that what it takes in all. */
function fullest(schemas: Json[], named: Json[]): Json[][] {
  return schemas
    .filter(({ allOf, maxItems }) => allOf && maxItems !== undefined)
    .flatMap(({ allOf, maxItems }) => {
      const kinds = allOf.map(({ contains, maxContains = 0 }: Json) => {
        const wanted = Object.entries<Json>(contains?.properties ?? {});
        const fitting = named.filter((one) => wanted.every(([name, schema]) => one?.[name] === schema.const));
        return fitting.map((item) => Array(maxContains).fill(item));
      });
      return choicesFrom<Json[]>(kinds.filter(({ length }: Json[]) => length > 0)).flatMap((choice) =>
        [maxItems - 1, maxItems, maxItems + 1].map((size) => choice.flat().slice(0, size)),
      );
    });
}

/** One of each list, in every combination. */
function choicesFrom<T>(lists: T[][]): T[][] {
  return lists.reduce<T[][]>((choices, list) => choices.flatMap((choice) => list.map((one) => [...choice, one])), [[]]);
}

/** An item with one of its words exchanged. */
function bentItems(item: Json): Json[] {
  if (item === null || typeof item !== "object" || Array.isArray(item)) return [];
  const words = Object.keys(item).filter((name) => typeof item[name] === "string");
  return words.map((name) => ({ ...item, [name]: "unlisted" }));
}

function itemsNamedBy(schemas: Json[]): Json[] {
  const inner = schemas
    .flatMap(({ items, contains }) => [items, contains])
    .filter((one) => one && typeof one === "object");
  return inner.flatMap(function named(schema: Json): Json[] {
    const parts = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
    return [...valuesFrom([schema]), ...parts.flatMap(named)];
  });
}

/** A misspelt option, and each property that a schema knows and the value has not. */
function addableTo(value: Json, schemas: Json[]): [name: string, value: Json][] {
  const known = new Map<string, Json[]>();
  for (const { properties = {} } of schemas)
    for (const [name, schema] of Object.entries<Json>(properties)) {
      const values = typeof schema === "object" ? [...valuesFrom([schema]), ...deepExamples(schema)] : [];
      known.set(name, [...(known.get(name) ?? []), ...values]);
    }
  const absent = [...known].filter(([name]) => !(name in value));
  return [
    ["unknown_option", true],
    ...absent.flatMap(([name, values]) =>
      [...new Set([...values, "unlisted", 5])].map((one) => [name, one] as [string, Json]),
    ),
  ];
}

function deepExamples(schema: Json): Json[] {
  return [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((part) =>
    valuesFrom([part]),
  );
}

const MOST_CELLS = 4000;

/** Enumerated fields in every combination, absent ones too: what a matrix of them allows can be seen in no single one. */
function gridOf(schema: Json, seeds: Json[]): Json[] {
  const values = new Map<string, Set<Json>>();
  for (const seed of seeds)
    for (const { path, schemas } of sitesIn(schema, seed).filter(({ path }) => path.length === 0))
      for (const { properties = {} } of schemas)
        for (const [name, one] of Object.entries<Json>(properties)) {
          const listed = [
            ...(one?.enum ?? []),
            ...(one && typeof one === "object" && "const" in one ? [one.const] : []),
          ];
          if (path.length === 0 && listed.length > 0)
            values.set(name, new Set([...(values.get(name) ?? []), ...listed]));
        }
  let cells: Json[] = [{}];
  for (const [name, listed] of values) {
    const next = cells.flatMap((cell) => [cell, ...[...listed].map((one) => ({ ...cell, [name]: one }))]);
    if (next.length > MOST_CELLS) break;
    cells = next;
  }
  if (cells.length === 1) return [];
  return seeds.flatMap((seed) => {
    if (seed === null || typeof seed !== "object" || Array.isArray(seed)) return [];
    const rest = Object.fromEntries(Object.entries(seed).filter(([name]) => !values.has(name)));
    return cells.map((cell) => ({ ...cell, ...rest }));
  });
}

function placed(seed: Json, path: Step[], value: Json | typeof REMOVED): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value === REMOVED ? undefined : value;
  const copy = Array.isArray(seed) ? [...seed] : { ...seed };
  if (rest.length === 0 && value === REMOVED) Array.isArray(copy) ? copy.splice(step as number, 1) : delete copy[step];
  else copy[step] = placed(copy[step], rest, value);
  return copy;
}
