/** Finds values that only one of two schemas accepts. They prove a difference, whatever keywords express it. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../src/base/record.js";
import { type Difference, unordered } from "../compare/outlines.js";
import { type Document, dereference, type Json, lenientAjv } from "../documents.js";
import { homeOf, type Place, placesOf } from "../operations.js";
import { candidatesFor } from "../witnesses/candidates.js";

/**
 * Tries values in every place where the schemas of both documents differ. Returns one value that only theirs accepts, and one that
 * only ours accepts.
 */
export function compareValues(theirs: Document, ours: Document): Difference[] {
  const places = new Map(placesOf(ours).map((place) => [homeOf(place), place]));
  return placesOf(theirs).flatMap((their) => {
    const our = places.get(homeOf(their));
    const [one, other] = [dereference(theirs, their.schema), our && dereference(ours, our.schema)];
    if (!our || isDeepStrictEqual(unordered(one), unordered(other))) return [];
    const values = [...valuesFor(theirs, their), ...valuesFor(ours, our)];
    const [theyTake, weTake] = [lenientAjv().compile(one), lenientAjv().compile(other)];
    const place = { operation: "", place: homeOf(their), aspect: "value" };
    return [
      ...smallest(values, (value) => theyTake(value) && !weTake(value)).map((value) => ({ ...place, theirs: value })),
      ...smallest(values, (value) => weTake(value) && !theyTake(value)).map((value) => ({ ...place, ours: value })),
    ];
  });
}

function valuesFor(document: Document, { schema, examples }: Place): Json[] {
  const annotated = dereference(document, schema, { annotated: true });
  return candidatesFor(annotated, [...examples.values()]).map(({ value }) => value);
}

/** The first such value, without the fields that do not matter. An empty list if there is none. */
function smallest(values: Json[], isMeant: (value: Json) => boolean): Json[] {
  return values
    .filter(isMeant)
    .slice(0, 1)
    .map((found) => {
      const names = isRecord(found) ? Object.keys(found) : [];
      return names.reduce((smaller: Json, name) => {
        const { [name]: _, ...without } = smaller;
        return isMeant(without) ? without : smaller;
      }, found);
    });
}
