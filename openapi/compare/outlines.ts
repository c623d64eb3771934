/** An outline states what a description says about each place. Two outlines are compared fact by fact. */
import { isDeepStrictEqual } from "node:util";
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

/** A difference to which the caller adds the operation. */
export type Local = Omit<Difference, "operation">;

/** Lists that are compared item by item. */
const LISTS = new Set(["values", "media type", "status codes"]);

type Side = Outline | false | undefined;

/** Either side may lack the place. With `versions`, a list of values that only one side has is a difference in itself. */
export function compareOutlines(place: string, theirs: Side, ours: Side, versions = false): Local[] {
  const known = theirs || ours;
  if (!known) return [];
  if (!theirs || !ours) return difference(place, known.kind, summaryOf(theirs), summaryOf(ours));
  const aspects = new Set([...Object.keys(theirs.facts), ...Object.keys(ours.facts)]);
  const steps = new Set([...theirs.parts.keys(), ...ours.parts.keys()]);
  return [
    ...[...aspects].flatMap((aspect) => {
      const [their, our] = [theirs, ours].map(({ facts }) => statement(aspect, facts[aspect] ?? []));
      const isWhole = versions && aspect === "values" && !(their && our);
      return difference(place, isWhole ? "list of values" : aspect, their, our);
    }),
    ...[...steps].flatMap((step) => {
      return compareOutlines(place + step, theirs.parts.get(step), ours.parts.get(step), versions);
    }),
  ];
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

/** Compares one fact. Of two lists, the items that only one side has are a difference of that side. */
export function difference(place: string, aspect: string, theirs: Json, ours: Json): Local[] {
  if (LISTS.has(aspect) && theirs && ours) {
    const [they, we] = [itemsLacking(theirs, ours), itemsLacking(ours, theirs)];
    return [
      ...(they.length ? [{ place, aspect, theirs: they }] : []),
      ...(we.length ? [{ place, aspect, ours: we }] : []),
    ];
  }
  if (isDeepStrictEqual(theirs, ours)) return [];
  return [{ place, aspect, ...(theirs !== undefined && { theirs }), ...(ours !== undefined && { ours }) }];
}

/** The items of a list that the other list lacks, in any position. */
export function itemsLacking(list: Json[], other: Json[]): Json[] {
  return list.filter((item) => !other.some((one) => isDeepStrictEqual(unordered(one), unordered(item))));
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

export function byText(one: Json, other: Json): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
