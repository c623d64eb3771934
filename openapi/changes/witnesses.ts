/** Values as proof: what one version of a schema takes and the other refuses, found by trying, whatever the keywords are. */
import { isDeepStrictEqual } from "node:util";
import { shortened } from "../../src/cli/format-text.js";
import { type Document, dereference, type Json } from "../documents.js";
import { candidatesFor } from "../witnesses/candidates.js";
import { homeOf, type Place, placesOf } from "../witnesses/places.js";
import { judgeOf } from "../witnesses/search.js";
import { type Change, code } from "./change.js";
import type { Impact } from "./version.js";

/**
 * Of every place that both have and whose schema changed: a value that is refused now, and one that is taken now. Where none was
 * found, this is told as well: Redocly calls a breach what may only be arranged otherwise.
 */
export function changesWitnessed(base: Document, revision: Document): Change[] {
  const now = new Map(placesOf(revision).map((place) => [homeOf(place), place]));
  return placesOf(base).flatMap((was) => {
    const is = now.get(homeOf(was));
    const isSame = is && isDeepStrictEqual(dereference(base, was.schema), dereference(revision, is.schema));
    return !is || isSame ? [] : changesAt(base, was, revision, is);
  });
}

function changesAt(base: Document, was: Place, revision: Document, is: Place): Change[] {
  const values = [...valuesFor(base, was), ...valuesFor(revision, is)];
  const [took, takes] = [judgeOf(base, was), judgeOf(revision, is)];
  const lost = proven(values, (value) => took(value) && !takes(value));
  const won = proven(values, (value) => takes(value) && !took(value));
  const [narrower, wider]: [Impact, Impact] = isSentByUs(was) ? ["major", "minor"] : ["minor", "major"];
  const place = homeOf(was);
  const changes: Change[] = [
    ...lost.map((proof) => ({ impact: narrower, place, message: `${proof} was legal and is not any more.` })),
    ...won.map((proof) => ({ impact: wider, place, message: `${proof} was not legal and is now.` })),
  ];
  const none = `written otherwise; none of ${values.length} values tells the two apart.`;
  return changes.length ? changes : [{ impact: "patch", place, message: none }];
}

function valuesFor(document: Document, { schema, examples }: Place): Json[] {
  return candidatesFor(dereference(document, schema, { annotated: true }), examples).map(({ value }) => value);
}

/** Requests, parameters and answers to callbacks; of the rest it hurts when there is more than there was. */
function isSentByUs({ name }: Place): boolean {
  return /^(request|query .*|path .*|header .*|callback \S+ \d+)$/.test(name);
}

/** The first witness of that kind as text, without the fields that do not matter; or none. */
function proven(values: Json[], isWitness: (value: Json) => boolean): string[] {
  const found = values.find(isWitness);
  if (found === undefined) return [];
  const names = found === null || typeof found !== "object" || Array.isArray(found) ? [] : Object.keys(found);
  const smallest = names.reduce((smaller: Json, name) => {
    const { [name]: _, ...without } = smaller;
    return isWitness(without) ? without : smaller;
  }, found);
  return [code(shortened(smallest))];
}
