/** An outline states what a description says about each place. Two outlines are compared fact by fact. */
import { isDeepStrictEqual } from "node:util";
import { defined } from "../../src/base/record.js";
import { isObject, type Json } from "../documents.js";

/** The statements of one side about a place and everything below it. */
export interface Outline {
  /** The kind of place, which is the aspect of the difference if the other side lacks it. */
  kind: "field" | "body" | "operation";
  /** By aspect, such as `type`, `values` or `maxLength`: all statements of the branches, usually one or none. */
  facts: Record<string, Json[]>;
  /** By the step to the part, such as `.name` or `[]`. False for a field that is mentioned only to be refused. */
  parts: Map<string, Outline | false>;
}

/** One fact on which two documents differ. `theirs` or `ours` is absent if that side does not mention it. */
export interface Difference {
  /** Such as `POST /v1/video_generation`. Empty if it concerns the whole document. */
  operation: string;
  /** Such as `request.subject_reference[].image`. */
  place: string;
  /** The aspect that differs: `field`, `type`, `values`, `default`, `maxLength`, … */
  aspect: string;
  theirs?: Json;
  ours?: Json;
}

/** Lists that are compared item by item. If only one side has such a list, the aspect is `list of values`. */
const LISTS = new Set(["values", "media type", "status codes"]);

type Side = Outline | false | undefined;

/** Either side may lack the place. */
export function compareOutlines(place: string, theirs: Side, ours: Side): Difference[] {
  if (!theirs || !ours)
    return difference(place, (theirs || ours || { kind: "" }).kind, summaryOf(theirs), summaryOf(ours));
  const facts = keysOf(theirs.facts, ours.facts).flatMap((aspect) => {
    const [their, our] = [theirs, ours].map(({ facts }) => statement(aspect, facts[aspect] ?? []));
    return difference(place, aspect === "values" && !(their && our) ? "list of values" : aspect, their, our);
  });
  const steps = [...new Set([...theirs.parts.keys(), ...ours.parts.keys()])];
  const parts = steps.flatMap((step) => compareOutlines(place + step, theirs.parts.get(step), ours.parts.get(step)));
  return [...facts, ...parts];
}

/** The keys that either object has. */
export function keysOf(one: object, other: object): string[] {
  return Object.keys({ ...one, ...other });
}

/** A fact in the form that is shown and compared: a list, a single value, or several values in a fixed order. */
function statement(aspect: string, said: Json[]): Json {
  if (aspect === "required") return said.length > 0;
  if (said.length === 0) return undefined;
  if (LISTS.has(aspect)) return said;
  if (aspect === "type") return said.toSorted().join(" or ");
  return said.length > 1 ? said.toSorted(byText) : said[0];
}

/** Describes a place that the other side lacks: "string, required". */
function summaryOf(side: Side): string | undefined {
  if (!side) return undefined;
  const { kind, facts } = side;
  const { type = [], required = [], values = [], deprecated = [] } = facts;
  if (kind === "operation") return facts.operationId?.[0] ?? "documented";
  if (kind === "body") return facts["media type"]?.join(", ");
  const what = values.length > 0 ? `one of ${JSON.stringify(values)}` : type.join(" or ") || "anything";
  const words = [what, required.length > 0 ? "required" : "optional", deprecated.length > 0 && "deprecated"];
  return words.filter(Boolean).join(", ");
}

/** Compares one fact of the whole document. Of two lists, the items that only one side has are a difference of that side. */
export function difference(place: string, aspect: string, theirs: Json, ours: Json): Difference[] {
  if (LISTS.has(aspect) && theirs && ours) {
    const sides = [{ theirs: itemsLacking(theirs, ours) }, { ours: itemsLacking(ours, theirs) }];
    return sides
      .filter((side) => Object.values(side)[0]?.length)
      .map((side) => ({ operation: "", place, aspect, ...side }));
  }
  if (isDeepStrictEqual(theirs, ours)) return [];
  return [{ operation: "", place, aspect, ...defined({ theirs, ours }) }];
}

/** The items of a list that the other list lacks, in any position. */
export function itemsLacking(list: Json[], other: Json[]): Json[] {
  const known = new Set(other.map(textOf));
  return list.filter((item) => !known.has(textOf(item)));
}

/** Removes duplicates and keeps the order. */
export function distinct(values: Json[]): Json[] {
  return [...new Map(values.map((value) => [textOf(value), value])).values()];
}

/** The same for equal values. */
function textOf(value: Json): string {
  return JSON.stringify(unordered(value));
}

/** Lists whose order does not matter. */
const SETS = new Set([
  ...["oneOf", "anyOf", "allOf", "enum", "required", "type", "examples"],
  ...["tags", "servers", "parameters", "security"],
]);

/** Copies a document with such lists sorted. */
export function unordered(node: Json): Json {
  if (!isObject(node)) return node;
  if (Array.isArray(node)) return node.map(unordered);
  const entries = Object.entries<Json>(node).map(([key, value]) => {
    const inner = unordered(value);
    return [key, SETS.has(key) && Array.isArray(inner) ? inner.toSorted(byText) : inner] as const;
  });
  return Object.fromEntries(entries.toSorted(byText));
}

function byText(one: Json, other: Json): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
