/** Where two shapes say different things, one difference for each fact. */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../documents.js";
import type { Shape } from "./schema-shape.js";

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

export interface CompareOptions {
  /** Also compare descriptions. Default false: every author words them differently. */
  descriptions?: boolean;
  /** Both are versions of one document of ours: compare everything, not only what vendors write alike. Default false. */
  versions?: boolean;
}

type Side = Shape | false | undefined;

/** What the two say about one place and everything below it; either may be absent. */
export function compareShapes(place: string, theirs: Side, ours: Side, options: CompareOptions = {}): Local[] {
  if (!theirs || !ours)
    return difference(place, "field", theirs ? summary(theirs) : undefined, ours ? summary(ours) : undefined);
  const limits = new Set([...Object.keys(theirs.limits), ...Object.keys(ours.limits)]);
  const fields = new Set([...theirs.fields.keys(), ...ours.fields.keys()]);
  return [
    ...difference(place, "type", theirs.types?.toSorted().join(" or "), ours.types?.toSorted().join(" or ")),
    ...difference(place, "required", theirs.required, ours.required),
    ...(options.versions && !(theirs.values && ours.values)
      ? difference(place, "list of values", theirs.values, ours.values)
      : compareLists(place, "values", theirs.values, ours.values)),
    ...difference(place, "default", oneOrAll(theirs.defaults), oneOrAll(ours.defaults)),
    ...[...limits].flatMap((limit) => {
      return difference(place, limit, oneOrAll(theirs.limits[limit]), oneOrAll(ours.limits[limit]));
    }),
    ...difference(place, "deprecated", theirs.deprecated || undefined, ours.deprecated || undefined),
    ...difference(place, "closed", theirs.closed || undefined, ours.closed || undefined),
    ...(options.descriptions ? difference(place, "description", theirs.description, ours.description) : []),
    ...[...fields].flatMap((name) => {
      return compareShapes(`${place}.${name}`, theirs.fields.get(name), ours.fields.get(name), options);
    }),
    ...(theirs.items || ours.items ? compareShapes(`${place}[]`, theirs.items, ours.items, options) : []),
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
