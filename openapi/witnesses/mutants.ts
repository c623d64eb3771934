/** Every way in which one constraint of a document can be lost: removed, relaxed or changed, one at a time. */
import type { Document, Json } from "../documents.js";
import { homeOf, placesOf } from "./places.js";

/** A document that differs in one constraint. */
export interface Mutant {
  /** The schema that is changed, such as `TextToVideo/allOf/1/properties/prompt`. */
  at: string;
  keyword: string;
  /** What becomes of it: `removed`, `2001 instead of 2000`. */
  change: string;
  /** The schema of components, or the inline one of a place, that holds it. */
  home: string;
  /** That schema, and what becomes of it. */
  original: Json;
  schema: Json;
}

/** All mutants of one schema. References are not followed: what they point at is changed at its own home. */
function mutantsOf(home: string, schema: Json): Mutant[] {
  const mutants: Mutant[] = [];
  visit(schema, []);
  return mutants;

  function visit(node: Json, path: Step[]): void {
    if (node === null || typeof node !== "object") return;
    for (const [keyword, value] of Object.entries<Json>(node)) {
      for (const { change, edit } of changesOf(keyword, value, node)) {
        const copy = structuredClone(schema);
        edit(path.reduce<Json>((at, step) => at[step], copy));
        mutants.push({ at: [home, ...path].join("/"), keyword, change, home, original: schema, schema: copy });
      }
    }
    for (const step of innerOf(node))
      visit(
        step.reduce<Json>((at, key) => at[key], node),
        [...path, ...step],
      );
  }
}

type Step = string | number;

/** One way to change a keyword of a schema, in place. */
interface Change {
  change: string;
  edit: (schema: Json) => void;
}

/** Keywords that hold one schema, a list of them, or one for each name. */
const ONE = [
  "items",
  "contains",
  "not",
  "if",
  "then",
  "else",
  "additionalProperties",
  "unevaluatedProperties",
  "propertyNames",
];
const MANY = ["allOf", "anyOf", "oneOf", "prefixItems"];
const NAMED = ["properties", "patternProperties", "dependentSchemas"];

function innerOf(node: Json): Step[][] {
  return [
    ...ONE.filter((keyword) => typeof node[keyword] === "object").map((keyword) => [keyword]),
    ...MANY.flatMap((keyword) => (node[keyword] ?? []).map((_: Json, index: number) => [keyword, index])),
    ...NAMED.flatMap((keyword) => Object.keys(node[keyword] ?? {}).map((name) => [keyword, name])),
  ];
}

function changesOf(keyword: string, value: Json, schema: Json): Change[] {
  const removed: Change = { change: "removed", edit: (copy) => delete copy[keyword] };
  const other = (instead: Json, change = `${show(instead)} instead of ${show(value)}`): Change => ({
    change,
    edit: (copy) => {
      copy[keyword] = instead;
    },
  });
  switch (keyword) {
    case "type":
      return [
        removed,
        other(value === "null" ? "string" : "null"),
        ...(Array.isArray(value) ? value.map((one) => other(without(value, one))) : []),
      ];
    case "const":
      return [removed, other("something else")];
    case "enum":
      if (value.length === 1) return [removed];
      return [removed, ...value.map((one: Json) => other(without(value, one), `without ${show(one)}`))];
    case "pattern":
      return [removed, ...unanchored(value).map((instead) => other(instead)), other("^never such$")];
    case "required":
      return [
        ...value.map((name: string) => other(without(value, name), `without ${name}`)),
        ...optionalIn(schema).map((name) => other([...value, name], `with ${name}`)),
      ];
    case "minLength":
    case "maxLength":
    case "minItems":
    case "maxItems":
    case "minContains":
    case "maxContains":
    case "minimum":
    case "maximum":
      return [removed, other(value - 1), other(value + 1)].filter((_, index) => value - 1 >= 0 || index !== 1);
    case "oneOf":
      return [
        { change: "anyOf instead", edit: (copy) => rename(copy, "oneOf", "anyOf") },
        ...branches(keyword, value, schema),
      ];
    case "allOf":
    case "anyOf":
      return branches(keyword, value, schema);
    case "properties":
      return Object.keys(value).map((name) => {
        return { change: `without ${name}`, edit: (copy) => delete copy.properties[name] };
      });
    default:
      return CONSTRAINTS.has(keyword) ? [removed] : [];
  }
}

/** Constraints that can only be removed. What is neither here nor above constrains nothing, or its parts are visited. */
const CONSTRAINTS = new Set([
  "items",
  "contains",
  "not",
  "uniqueItems",
  "multipleOf",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "propertyNames",
  "minProperties",
  "maxProperties",
  "dependentRequired",
  "if",
  "then",
  "else",
]);

function branches(keyword: string, value: Json[], schema: Json): Change[] {
  if (value.length < 2) return [{ change: "removed", edit: (copy) => delete copy[keyword] }];
  return value.map((_, index) => ({
    change: `without branch ${index} of ${schema[keyword].length}`,
    edit: (copy) => copy[keyword].splice(index, 1),
  }));
}

function unanchored(pattern: string): string[] {
  return [
    ...(pattern.startsWith("^") ? [pattern.slice(1)] : []),
    ...(pattern.endsWith("$") && !pattern.endsWith("\\$") ? [pattern.slice(0, -1)] : []),
  ];
}

function optionalIn({ properties = {}, required = [] }: Json): string[] {
  return Object.entries(properties)
    .filter(([name, schema]) => schema !== false && !required.includes(name))
    .map(([name]) => name);
}

function without<T>(values: T[], one: T): T[] {
  return values.filter((value) => value !== one);
}

function rename(schema: Json, from: string, to: string): void {
  schema[to] = schema[from];
  delete schema[from];
}

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** All mutants of a document: of its named schemas, and of those that stand inline in a place. */
export function mutantsIn(document: Document): Mutant[] {
  const inline = placesOf(document).filter(({ schema }) => !schema.$ref);
  return [
    ...Object.entries<Json>(document.components.schemas),
    ...inline.map((place) => [homeOf(place), place.schema] as const),
  ].flatMap(([home, schema]) => mutantsOf(home, schema));
}
