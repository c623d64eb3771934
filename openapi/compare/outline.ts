/** What a schema allows, field by field, however it is factored: every `allOf` met, every `oneOf` and `anyOf` united. */
import type { Json } from "../documents.js";
import { type Limits, limitsOf, loosest, tightest, union, without } from "./limits.js";

/** What may stand in one place. What is absent is not limited. */
export interface Shape {
  types?: string[];
  values?: Json[];
  limits: Limits;
  /** What is taken when nothing is given; several where that depends on other fields. */
  defaults: Json[];
  /** As a field: it stands in every legal object. */
  required: boolean;
  deprecated: boolean;
  description?: string;
  fields: Map<string, Shape>;
  /** Fields that are named only to be refused. */
  refused: string[];
  /** No other field may stand here. */
  closed: boolean;
  items?: Shape;
  /** As a field: an open alternative does not mention it, so that its limits bind nobody. */
  partial: boolean;
}

/** The shape of a resolved schema; nothing for one that takes nothing. */
export function outline(schema: Json): Shape | undefined {
  if (schema === false) return undefined;
  if (schema === null || typeof schema !== "object") return anything();
  const parts: (Shape | undefined)[] = listOf(schema.allOf).map(outline);
  for (const choices of [listOf(schema.oneOf), listOf(schema.anyOf)])
    if (choices.length) parts.push(choices.map(outline).reduce(unite));
  const met = [...parts, own(schema)].reduce((one, other) => one && other && meet(one, other));
  for (const name of met?.refused ?? []) met?.fields.delete(name);
  return met;
}

function anything(): Shape {
  return {
    limits: {},
    defaults: [],
    required: false,
    deprecated: false,
    fields: new Map(),
    refused: [],
    closed: false,
    partial: false,
  };
}

/** What the keywords of a schema say without its combinations. */
function own(schema: Json): Shape {
  const shape = anything();
  const values: Json[] | undefined = "const" in schema ? [schema.const] : schema.enum && listOf(schema.enum);
  const types = schema.type === undefined ? values && [...new Set(values.map(typeOf))] : [schema.type].flat();
  if (types) shape.types = types;
  if (values) shape.values = values;
  shape.limits = limitsOf(schema);
  if ("default" in schema) shape.defaults = [schema.default];
  shape.deprecated = schema.deprecated === true;
  if (schema.description) shape.description = schema.description;
  shape.closed = schema.additionalProperties === false || schema.unevaluatedProperties === false;
  const required: string[] = listOf(schema.required);
  for (const name of new Set([...Object.keys(schema.properties ?? {}), ...required])) {
    const field = outline(schema.properties?.[name] ?? true);
    if (field) shape.fields.set(name, { ...field, required: required.includes(name) });
    else shape.refused.push(name);
  }
  const items = schema.items === undefined ? undefined : outline(schema.items);
  if (items) shape.items = items;
  return shape;
}

/** A keyword of a document of anybody's: not every page has a list where one belongs. */
function listOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [];
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

/** Both must be obeyed. */
function meet(one: Shape, other: Shape): Shape {
  if (one.partial !== other.partial) {
    const [binding, loose] = one.partial ? [other, one] : [one, other];
    return { ...binding, defaults: union(binding.defaults, loose.defaults) };
  }
  const types = both(one.types, other.types, commonTypes);
  const values = both(one.values, other.values, (left, right) =>
    left.filter((value) => !without([value], right).length),
  );
  const items = both(one.items, other.items, meet);
  const fields = [...namesOf(one, other)].map((name): [string, Shape | undefined] => {
    return [name, both(one.fields.get(name), other.fields.get(name), meet)];
  });
  return {
    ...shared(one, other),
    ...(types && { types }),
    ...(values && { values }),
    ...(items && { items }),
    limits: tightest(one.limits, other.limits),
    required: one.required || other.required,
    deprecated: one.deprecated || other.deprecated,
    fields: mapOf(fields),
    refused: [...new Set([...one.refused, ...other.refused])],
    closed: one.closed || other.closed,
  };
}

/** Either is enough. */
function unite(one: Shape | undefined, other: Shape | undefined): Shape | undefined {
  if (!one || !other) return one ?? other;
  const items = both(one.items, other.items, unite);
  const fields = [...namesOf(one, other)].map((name): [string, Shape | undefined] => {
    const [left, right] = [one.fields.get(name), other.fields.get(name)];
    if (left && right) return [name, unite(left, right)];
    return [name, left ? alone(name, left, other) : right && alone(name, right, one)];
  });
  return {
    ...shared(one, other),
    ...(one.types && other.types && { types: [...new Set([...one.types, ...other.types])] }),
    ...(one.values && other.values && { values: union(one.values, other.values) }),
    ...(items && { items }),
    limits: loosest(one.limits, other.limits),
    required: one.required && other.required,
    deprecated: one.deprecated && other.deprecated,
    fields: mapOf(fields),
    refused: one.refused.filter((name) => other.refused.includes(name)),
    closed: one.closed && other.closed,
  };
}

/** A field that the other alternative does not mention: there it may be anything, unless it may not be at all. */
function alone(name: string, field: Shape, other: Shape): Shape {
  const absent = other.closed || other.refused.includes(name);
  return { ...field, required: false, partial: field.partial || !absent };
}

function shared(one: Shape, other: Shape): Pick<Shape, "defaults" | "description" | "partial"> {
  const description = other.description ?? one.description;
  return {
    defaults: union(one.defaults, other.defaults),
    partial: one.partial || other.partial,
    ...(description !== undefined && { description }),
  };
}

function both<Value>(
  one: Value | undefined,
  other: Value | undefined,
  join: (one: Value, other: Value) => Value | undefined,
): Value | undefined {
  return one !== undefined && other !== undefined ? join(one, other) : (one ?? other);
}

/** An integer is a number, too. */
function commonTypes(one: string[], other: string[]): string[] {
  const fits = (type: string, types: string[]) =>
    types.includes(type) || (type === "integer" && types.includes("number"));
  return [...new Set([...one.filter((type) => fits(type, other)), ...other.filter((type) => fits(type, one))])];
}

function namesOf(one: Shape, other: Shape): Set<string> {
  return new Set([...one.fields.keys(), ...other.fields.keys()]);
}

function mapOf(entries: [string, Shape | undefined][]): Map<string, Shape> {
  return new Map(entries.filter((entry): entry is [string, Shape] => entry[1] !== undefined));
}
