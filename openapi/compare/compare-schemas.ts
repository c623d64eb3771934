/**
 * What a schema says about each field, however it is factored: the same facts for one closed body, an `allOf` or a `oneOf`; and where
 * two say different things, one difference for each fact.
 */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../documents.js";

/** What a schema allows. A property that is absent here is not restricted. */
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

/** The shape of a schema without references; false for one that takes nothing. */
export function shapeOf(schema: Json): Shape | false {
  if (schema === false) return false;
  const { allOf, oneOf, anyOf, ...own } = Object(schema);
  const choices = [oneOf, anyOf].filter((list) => listOf(list).length).map((list) => joined(list.map(shapeOf), true));
  return joined([...listOf(allOf).map(shapeOf), ...choices, ownShape(own)], false);
}

/** What a schema says without its `allOf`, `oneOf` and `anyOf`. */
function ownShape(schema: Json): Shape {
  const values: Json[] | undefined = "const" in schema ? [schema.const] : schema.enum && listOf(schema.enum);
  const types = schema.type === undefined ? values && distinct(values.map(typeOf)) : [schema.type].flat();
  const required: string[] = listOf(schema.required);
  const names = new Set([...Object.keys(schema.properties ?? {}), ...required]);
  const fields = [...names].map((name): [string, Shape | false] => {
    const field = shapeOf(schema.properties?.[name] ?? true);
    return [name, field && { ...field, required: required.includes(name) }];
  });
  const items = schema.items !== undefined && shapeOf(schema.items);
  const limits = LIMITS.filter((word) => schema[word] !== undefined).map((word) => [word, [schema[word]]]);
  return {
    ...(types && { types }),
    ...(values && { values }),
    limits: Object.fromEntries(limits),
    defaults: "default" in schema ? [schema.default] : [],
    required: false,
    deprecated: schema.deprecated === true,
    fields: new Map(fields),
    closed: schema.additionalProperties === false || schema.unevaluatedProperties === false,
    ...(items && { items }),
  };
}

/** What shapes say together: each fact that any of them states. A value must obey all of them; if it is a choice, one. */
function joined(shapes: (Shape | false)[], isChoice: boolean): Shape | false {
  const known = shapes.filter((shape) => shape !== false);
  if (isChoice ? known.length === 0 : known.length < shapes.length) return false;
  const holds = (fact: "required" | "deprecated" | "closed") => {
    return isChoice ? known.every((shape) => shape[fact]) : known.some((shape) => shape[fact]);
  };
  const said = <Value>(of: (shape: Shape) => Value[] | undefined) =>
    distinct(known.flatMap((shape) => of(shape) ?? []));
  const fields = said(({ fields }) => [...fields.keys()]).flatMap((name): [string, Shape | false][] => {
    const parts = known.flatMap(({ fields }) => fields.get(name) ?? []);
    const field = joined(parts, isChoice);
    if (!isChoice) return [[name, field]];
    // A field that only some branches refuse or leave out still exists.
    const everywhere = parts.length === known.length;
    if (field) return [[name, { ...field, required: field.required && everywhere }]];
    return everywhere ? [[name, false]] : [];
  });
  const types = said((shape) => shape.types);
  const values = said((shape) => shape.values);
  const isListed = values.length > 0 && (!isChoice || known.every((shape) => shape.values || !shape.types));
  const limits = LIMITS.map((word) => [word, said((shape) => shape.limits[word])] as const);
  const items = known.flatMap((shape) => shape.items ?? []);
  const item = items.length > 0 && joined(items, isChoice);
  return {
    ...(types.length && { types }),
    ...(isListed && { values }),
    limits: Object.fromEntries(limits.filter(([, several]) => several.length)),
    defaults: said((shape) => shape.defaults),
    required: holds("required") && (!isChoice || known.length === shapes.length),
    deprecated: holds("deprecated"),
    fields: new Map(fields),
    closed: holds("closed"),
    ...(item && { items: item }),
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

/** Not every page has a list where one belongs. */
export function listOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [];
}

/** One fact on which two documents differ. `theirs` or `ours` is absent if that side does not mention it. */
export interface Difference {
  /** As `POST /v1/video_generation`; empty if it concerns the whole document. */
  operation: string;
  /** As `request.subject_reference[].image`. */
  place: string;
  /** What differs there: `field`, `type`, `values`, `default`, `maxLength`, … */
  aspect: string;
  theirs?: Json;
  ours?: Json;
}

/** A difference to which the caller adds the operation. */
export type Local = Omit<Difference, "operation">;

type Side = Shape | false | undefined;

/** What the two say about one place and everything below it; either may be absent. */
export function compareShapes(place: string, theirs: Side, ours: Side, versions = false): Local[] {
  if (!theirs || !ours)
    return difference(place, "field", theirs ? summary(theirs) : undefined, ours ? summary(ours) : undefined);
  const limits = new Set([...Object.keys(theirs.limits), ...Object.keys(ours.limits)]);
  const fields = new Set([...theirs.fields.keys(), ...ours.fields.keys()]);
  return [
    ...difference(place, "type", theirs.types?.toSorted().join(" or "), ours.types?.toSorted().join(" or ")),
    ...difference(place, "required", theirs.required, ours.required),
    ...(versions && !(theirs.values && ours.values)
      ? difference(place, "list of values", theirs.values, ours.values)
      : compareLists(place, "values", theirs.values, ours.values)),
    ...difference(place, "default", oneOrAll(theirs.defaults), oneOrAll(ours.defaults)),
    ...[...limits].flatMap((limit) => {
      return difference(place, limit, oneOrAll(theirs.limits[limit]), oneOrAll(ours.limits[limit]));
    }),
    ...difference(place, "deprecated", theirs.deprecated || undefined, ours.deprecated || undefined),
    ...difference(place, "closed", theirs.closed || undefined, ours.closed || undefined),
    ...[...fields].flatMap((name) => {
      return compareShapes(`${place}.${name}`, theirs.fields.get(name), ours.fields.get(name), versions);
    }),
    ...(theirs.items || ours.items ? compareShapes(`${place}[]`, theirs.items, ours.items, versions) : []),
  ];
}

/** One fact; nothing if both say the same. */
export function difference(place: string, aspect: string, theirs: Json, ours: Json): Local[] {
  if (isDeepStrictEqual(theirs, ours)) return [];
  return [{ place, aspect, ...(theirs !== undefined && { theirs }), ...(ours !== undefined && { ours }) }];
}

/** Lists of which each side may have a part alone: what only one side has, as a difference of that side. */
export function compareLists(place: string, aspect: string, theirs?: Json[], ours?: Json[]): Local[] {
  if (!theirs || !ours) return difference(place, aspect, theirs, ours);
  const [they, we] = [onlyIn(theirs, ours), onlyIn(ours, theirs)];
  return [
    ...(they.length ? [{ place, aspect, theirs: they }] : []),
    ...(we.length ? [{ place, aspect, ours: we }] : []),
  ];
}

function onlyIn(list: Json[], others: Json[]): Json[] {
  return list.filter((value) => !others.some((other) => isDeepStrictEqual(value, other)));
}

/** What a field is, for a side that lacks it: "string, required". */
function summary({ types, required, values, deprecated }: Shape): string {
  const what = values ? `one of ${JSON.stringify(values)}` : (types?.join(" or ") ?? "anything");
  return [what, required ? "required" : "optional", ...(deprecated ? ["deprecated"] : [])].join(", ");
}

/** One value as it is, several as a list in a fixed order. */
function oneOrAll(values: Json[] = []): Json {
  const sorted = values.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return sorted.length > 1 ? sorted : sorted[0];
}
