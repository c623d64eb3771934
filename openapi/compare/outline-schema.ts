/** Outlines what a schema says about each field, however it is factored: as one closed body, an `allOf` or a `oneOf`. */
import { arrayOf } from "../../src/base/record.js";
import type { Json } from "../documents.js";
import { distinct, type Outline } from "./outlines.js";

const LIMITS = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"],
  ...["format", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"],
  ...["contentEncoding", "contentMediaType"],
];
/** Facts that are `[true]` or absent. A field is required if every legal object has it, and closed if it accepts no other fields. */
const FLAGS = ["required", "deprecated", "closed"];

/** Outlines a schema without references. Returns false if it accepts nothing. */
export function outlineOf(schema: Json): Outline | false {
  if (schema === false) return false;
  const { allOf, oneOf, anyOf, ...own } = Object(schema);
  // Some pages have other values where a list belongs.
  const choices = [oneOf, anyOf].map(arrayOf).filter((list) => list.length > 0);
  const all = [...arrayOf(allOf).map(outlineOf), ...choices.map((list) => joined(list.map(outlineOf), true))];
  return joined([...all, ownOutline(own)], false);
}

/** Outlines a schema without its `allOf`, `oneOf` and `anyOf`. */
function ownOutline(schema: Json): Outline {
  const { properties = {}, items, type, deprecated, additionalProperties, unevaluatedProperties } = schema;
  const said = (keyword: string) => (keyword in schema ? [schema[keyword]] : []);
  const values = "const" in schema ? [schema.const] : arrayOf(schema.enum);
  const required: Json[] = arrayOf(schema.required);
  const parts: Outline["parts"] = new Map();
  for (const name of [...Object.keys(properties), ...required]) {
    const field = outlineOf(Object.hasOwn(properties, name) ? properties[name] : true);
    parts.set(`.${name}`, field && { ...field, facts: { ...field.facts, required: flag(required.includes(name)) } });
  }
  if (items !== undefined) parts.set("[]", outlineOf(items));
  const facts = {
    type: type === undefined ? distinct(values.map(typeOf)) : [type].flat(),
    required: [],
    values,
    default: said("default"),
    ...Object.fromEntries(LIMITS.map((keyword) => [keyword, said(keyword)])),
    deprecated: flag(deprecated === true),
    closed: flag(additionalProperties === false || unevaluatedProperties === false),
  };
  return { kind: "field", facts, parts };
}

export function flag(isSet: boolean): Json[] {
  return isSet ? [true] : [];
}

/** Joins outlines: keeps each fact that any of them states. A value must obey all of them, or one if they are a choice. */
function joined(outlines: (Outline | false)[], isChoice: boolean): Outline | false {
  const known = outlines.filter((outline) => outline !== false);
  if (isChoice ? known.length === 0 : known.length < outlines.length) return false;
  const facts: Outline["facts"] = {};
  for (const aspect of new Set(known.flatMap(({ facts }) => Object.keys(facts))))
    facts[aspect] = distinct(known.flatMap(({ facts }) => facts[aspect] ?? []));
  if (isChoice) {
    for (const name of FLAGS) facts[name] = flag(known.every(({ facts }) => facts[name]?.length));
    if (known.length < outlines.length) facts.required = [];
    // A branch that has a type but lists no values accepts all values.
    if (known.some(({ facts: { type, values } }) => type?.length && !values?.length)) facts.values = [];
  }
  const parts: Outline["parts"] = new Map();
  for (const step of new Set(known.flatMap(({ parts }) => [...parts.keys()]))) {
    const said = known.flatMap(({ parts }) => parts.get(step) ?? []);
    const part = joined(said, isChoice);
    // A field still exists if only some branches refuse or omit it.
    const isEverywhere = !isChoice || said.length === known.length;
    if (part && !isEverywhere) part.facts.required = [];
    if (part || isEverywhere) parts.set(step, part);
  }
  return { kind: "field", facts, parts };
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
