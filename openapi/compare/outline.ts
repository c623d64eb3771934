/** What a schema says about each field, however it is factored: the same facts for one closed body, an `allOf` or a `oneOf`. */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../documents.js";

/** What may stand in one place. An absent property is not mentioned. */
export interface Shape {
  types?: string[];
  values?: Json[];
  /** Each keyword with every value that the branches give it: usually one. */
  limits: Record<string, Json[]>;
  /** What applies if nothing is given; several if that depends on other fields. */
  defaults: Json[];
  /** Whether every legal object has this field. */
  required: boolean;
  deprecated: boolean;
  description?: string;
  /** By name; false for a field that is named only to be refused. */
  fields: Map<string, Shape | false>;
  /** Whether no other field is accepted. */
  closed: boolean;
  items?: Shape;
}

const LIMITS = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"],
  ...["format", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"],
  ...["contentEncoding", "contentMediaType"],
];

/** The shape of a resolved schema; false for one that takes nothing. */
export function outline(schema: Json): Shape | false {
  if (schema === false) return false;
  const { allOf, oneOf, anyOf, ...own } = isObject(schema) ? schema : {};
  const choices = [oneOf, anyOf].filter((list) => listOf(list).length).map((list) => either(list.map(outline)));
  return all([...listOf(allOf).map(outline), ...choices, ownShape(own)]);
}

/** What a schema says without its `allOf`, `oneOf` and `anyOf`. */
function ownShape(schema: Json): Shape {
  const values: Json[] | undefined = "const" in schema ? [schema.const] : schema.enum && listOf(schema.enum);
  const types = schema.type === undefined ? values && distinct(values.map(typeOf)) : [schema.type].flat();
  const required: string[] = listOf(schema.required);
  const names = new Set([...Object.keys(schema.properties ?? {}), ...required]);
  const fields = [...names].map((name): [string, Shape | false] => {
    const field = outline(schema.properties?.[name] ?? true);
    return [name, field && { ...field, required: required.includes(name) }];
  });
  const items = schema.items !== undefined && outline(schema.items);
  return {
    ...(types && { types }),
    ...(values && { values }),
    limits: Object.fromEntries(
      LIMITS.filter((word) => schema[word] !== undefined).map((word) => [word, [schema[word]]]),
    ),
    defaults: "default" in schema ? [schema.default] : [],
    required: false,
    deprecated: schema.deprecated === true,
    ...(schema.description && { description: schema.description }),
    fields: new Map(fields),
    closed: schema.additionalProperties === false || schema.unevaluatedProperties === false,
    ...(items && { items }),
  };
}

/** A value must obey all of them. */
function all(shapes: (Shape | false)[]): Shape | false {
  const known = shapes.filter((shape) => shape !== false);
  if (known.length < shapes.length) return false;
  return {
    ...merged(known, (fields) => all(fields)),
    required: known.some(({ required }) => required),
    deprecated: known.some(({ deprecated }) => deprecated),
    closed: known.some(({ closed }) => closed),
  };
}

/** A value must obey one of them. A field that only some of them refuse or leave out still exists. */
function either(shapes: (Shape | false)[]): Shape | false {
  const known = shapes.filter((shape) => shape !== false);
  if (known.length === 0) return false;
  const { values, ...rest } = merged(known, (fields) => {
    const field = either(fields);
    const everywhere = fields.length === known.length;
    if (field) return { ...field, required: field.required && everywhere };
    return everywhere ? false : undefined;
  });
  const isList = known.every(({ types, values }) => values || !types);
  return {
    ...rest,
    ...(values && isList && { values }),
    required: known.length === shapes.length && known.every(({ required }) => required),
    deprecated: known.every(({ deprecated }) => deprecated),
    closed: known.every(({ closed }) => closed),
  };
}

type Said = Omit<Shape, "required" | "deprecated" | "closed">;

/** What any of them says. */
function merged(shapes: Shape[], join: (fields: (Shape | false)[]) => Shape | false | undefined): Said {
  const fields = new Map<string, Shape | false>();
  for (const name of new Set(shapes.flatMap(({ fields }) => [...fields.keys()]))) {
    const field = join(shapes.flatMap(({ fields }) => fields.get(name) ?? []));
    if (field !== undefined) fields.set(name, field);
  }
  const types = distinct(shapes.flatMap(({ types = [] }) => types));
  const values = distinct(shapes.flatMap(({ values = [] }) => values));
  const items = shapes.flatMap(({ items }) => items ?? []);
  const description = shapes.findLast(({ description }) => description)?.description;
  const joined = items.length > 0 && join(items);
  return {
    ...(types.length && { types }),
    ...(values.length && { values }),
    limits: Object.fromEntries(
      LIMITS.flatMap((word) => {
        const said = distinct(shapes.flatMap(({ limits }) => limits[word] ?? []));
        return said.length ? [[word, said]] : [];
      }),
    ),
    defaults: distinct(shapes.flatMap(({ defaults }) => defaults)),
    ...(description && { description }),
    fields,
    ...(joined && { items: joined }),
  };
}

/** Without repetitions, in the order found. */
function distinct<Value>(values: Value[]): Value[] {
  return values.filter((value, at) => values.findIndex((other) => isDeepStrictEqual(other, value)) === at);
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function isObject(value: Json): boolean {
  return value !== null && typeof value === "object";
}

/** Not every page has a list where one belongs. */
function listOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [];
}
