/** What a schema says about each field, however it is factored: the same facts for one closed body, an `allOf` or a `oneOf`. */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../documents.js";
import { byText, type Outline } from "./outlines.js";

/** What a schema allows. A property that is absent here is not restricted. */
export interface Shape {
  /** By aspect, such as `type`, `values` or `maxLength`: everything that the branches say, usually one value or none. */
  facts: Record<string, Json[]>;
  /** Whether every legal object has this field. */
  required: boolean;
  deprecated: boolean;
  /** Whether no other field is accepted. */
  closed: boolean;
  /** By step: `.name`, or `[]` for the items of a list; false for a field that is named only to be refused. */
  parts: Map<string, Shape | false>;
}

const LIMITS = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"],
  ...["format", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"],
  ...["contentEncoding", "contentMediaType"],
];

/** The shape of a schema without references; false for one that takes nothing. */
export function shapeOf(schema: Json): Shape | false {
  if (schema === false) return false;
  const { allOf, oneOf, anyOf, ...own } = Object(schema);
  const choices = [oneOf, anyOf].filter((list) => listOf(list).length).map((list) => joined(list.map(shapeOf), true));
  return joined([...listOf(allOf).map(shapeOf), ...choices, ownShape(own)], false);
}

/** What a schema says without its `allOf`, `oneOf` and `anyOf`. */
function ownShape(schema: Json): Shape {
  const { properties = {}, items, type, deprecated, additionalProperties, unevaluatedProperties } = schema;
  const said = (keyword: string) => (keyword in schema ? [schema[keyword]] : []);
  const values = "const" in schema ? [schema.const] : listOf(schema.enum);
  const required = listOf(schema.required);
  const parts = new Map<string, Shape | false>();
  for (const name of [...Object.keys(properties), ...required]) {
    const field = shapeOf(Object.hasOwn(properties, name) ? properties[name] : true);
    parts.set(`.${name}`, field && { ...field, required: required.includes(name) });
  }
  if (items !== undefined) parts.set("[]", shapeOf(items));
  const limits = LIMITS.map((keyword) => [keyword, said(keyword)]);
  return {
    facts: {
      type: type === undefined ? distinct(values.map(typeOf)) : [type].flat(),
      ...{ values, default: said("default"), ...Object.fromEntries(limits) },
    },
    required: false,
    deprecated: deprecated === true,
    closed: additionalProperties === false || unevaluatedProperties === false,
    parts,
  };
}

/** What shapes say together: each fact that any of them states. A value must obey all of them; if it is a choice, one. */
function joined(shapes: (Shape | false)[], isChoice: boolean): Shape | false {
  const known = shapes.filter((shape) => shape !== false);
  if (isChoice ? known.length === 0 : known.length < shapes.length) return false;
  const holds = (fact: "required" | "deprecated" | "closed") => {
    return isChoice ? known.every((shape) => shape[fact]) : known.some((shape) => shape[fact]);
  };
  const facts: Shape["facts"] = {};
  for (const aspect of new Set(known.flatMap(({ facts }) => Object.keys(facts))))
    facts[aspect] = distinct(known.flatMap(({ facts }) => facts[aspect] ?? []));
  // A branch of a type that lists no values takes them all.
  if (isChoice && known.some(({ facts: { type, values } }) => type?.length && !values?.length)) facts.values = [];
  const parts: Shape["parts"] = new Map();
  for (const step of new Set(known.flatMap(({ parts }) => [...parts.keys()]))) {
    const said = known.flatMap(({ parts }) => parts.get(step) ?? []);
    const part = joined(said, isChoice);
    // A field that only some branches refuse or leave out still exists.
    const isEverywhere = !isChoice || said.length === known.length;
    if (part || isEverywhere) parts.set(step, part && { ...part, required: part.required && isEverywhere });
  }
  const required = holds("required") && (!isChoice || known.length === shapes.length);
  return { facts, required, deprecated: holds("deprecated"), closed: holds("closed"), parts };
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

/** Not every page has a list where one belongs. */
export function listOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [];
}

/** The shape for a comparison; undefined if it takes nothing. */
export function outlineOf(shape: Shape | false): Outline | undefined {
  if (!shape) return undefined;
  const { required, deprecated, closed, parts } = shape;
  const { type = [], values = [], ...facts } = shape.facts;
  const what = values.length ? `one of ${JSON.stringify(values)}` : type.join(" or ") || "anything";
  return {
    kind: "field",
    summary: [what, required ? "required" : "optional", ...(deprecated ? ["deprecated"] : [])].join(", "),
    facts: {
      type: type.length ? type.toSorted().join(" or ") : undefined,
      required,
      values: values.length ? values : undefined,
      ...Object.fromEntries(Object.entries(facts).map(([aspect, several]) => [aspect, oneOrAll(several)])),
      deprecated: deprecated || undefined,
      closed: closed || undefined,
    },
    parts: new Map([...parts].map(([step, part]) => [step, outlineOf(part)])),
  };
}

/** One value as it is, several as a list in a fixed order. */
function oneOrAll(values: Json[]): Json {
  return values.length > 1 ? values.toSorted(byText) : values[0];
}
