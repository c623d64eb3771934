/** What a description says about each place, as an outline; and where two outlines differ, one difference for each fact. */
import { isDeepStrictEqual } from "node:util";
import { isObject, type Json } from "../documents.js";

/** What one side says about a place and everything below it. */
export interface Outline {
  /** What it is called if the other side lacks it: `field`, `body` or `operation`. */
  kind: string;
  /** What it is, in a few words. */
  summary: string;
  /** By aspect; undefined for what it does not mention. */
  facts: Record<string, Json>;
  /** By the step that leads there, such as `.name` or `[]`. */
  parts: Map<string, Outline | undefined>;
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

/** Lists of which each side may have a part alone. */
const LISTS = new Set(["values", "media type", "status codes"]);

/** Either side may lack the place. Between `versions` of one document, listing values at all is a fact of its own. */
export function compareOutlines(place: string, theirs?: Outline, ours?: Outline, versions = false): Local[] {
  if (!theirs || !ours) return difference(place, theirs?.kind ?? ours?.kind ?? "", theirs?.summary, ours?.summary);
  const aspects = new Set([...Object.keys(theirs.facts), ...Object.keys(ours.facts)]);
  const steps = new Set([...theirs.parts.keys(), ...ours.parts.keys()]);
  return [
    ...[...aspects].flatMap((aspect) => {
      const [their, our] = [theirs.facts[aspect], ours.facts[aspect]];
      const isWhole = versions && aspect === "values" && !(their && our);
      return difference(place, isWhole ? "list of values" : aspect, their, our);
    }),
    ...[...steps].flatMap((step) => {
      return compareOutlines(place + step, theirs.parts.get(step), ours.parts.get(step), versions);
    }),
  ];
}

/** One fact; nothing if both say the same. Of two lists, what only one side has, as a difference of that side. */
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

/** The items of a list that the other has not, wherever it has them. */
export function itemsLacking(list: Json[], other: Json[]): Json[] {
  return list.filter((item) => !other.some((one) => isDeepStrictEqual(unordered(one), unordered(item))));
}

/** Lists whose order means nothing. */
const SETS = new Set([
  ...["oneOf", "anyOf", "allOf", "enum", "required", "type", "examples"],
  ...["tags", "servers", "parameters", "security"],
]);

/** A copy in which such lists are sorted. */
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
