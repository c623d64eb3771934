/** Finds values that only one of two schemas accepts. They prove a difference, whatever keywords express it. */
import { isDeepStrictEqual } from "node:util";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { type Document, dereference, type Json } from "../documents.js";
import { homeOf, type Place, placesOf } from "../operations.js";
import { candidatesFor, isPlainObject } from "../witnesses/candidates.js";
import { type Difference, unordered } from "./outlines.js";

/** Returns why a value is refused, in one line that does not repeat the value. Undefined if it is accepted. */
export type Judge = (value: Json) => string | undefined;

/** Vendors use custom keywords and formats. Validating the schema itself would take longer than everything else. */
const LENIENT = { strict: false, validateFormats: false, validateSchema: false } as const;

/** Compiles a schema without references. If ajv cannot compile it, every value is refused for that reason. */
export function judge(schema: Json): Judge {
  try {
    const validate = new Ajv2020({ ...LENIENT, allErrors: true }).compile(schema);
    return (value) => (validate(value) ? undefined : reasonOf(validate.errors ?? []));
  } catch (error) {
    return () => `the schema cannot be compiled: ${error instanceof Error ? error.message : error}`;
  }
}

/** At most three reasons. None is about a branch, because ajv cannot know which one was meant. */
function reasonOf(errors: ErrorObject[]): string {
  const alternatives = new Set(errors.flatMap(({ schemaPath }) => /^#\/(?:oneOf|anyOf)\/\d+/.exec(schemaPath) ?? []));
  if (alternatives.size > 1) return "it matches none of the alternatives";
  const complaints = errors.filter(({ keyword }) => keyword !== "oneOf" && keyword !== "anyOf").map(complaintOf);
  return [...new Set(complaints)].slice(0, 3).join("; ") || "it matches more than one of the alternatives";
}

function complaintOf({ instancePath, keyword, params }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll("/", ".") || "the value";
  const fact = params.limit ?? Object.values(params)[0];
  return `${place}: ${keyword}${fact === undefined ? "" : ` ${JSON.stringify(fact)}`}`;
}

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
    const [theyTake, weTake] = [new Ajv2020(LENIENT).compile(one), new Ajv2020(LENIENT).compile(other)];
    const lost = smallest(values, (value) => theyTake(value) && !weTake(value));
    const won = smallest(values, (value) => weTake(value) && !theyTake(value));
    const place = { operation: "", place: homeOf(their), aspect: "value" };
    return [...lost.map((value) => ({ ...place, theirs: value })), ...won.map((value) => ({ ...place, ours: value }))];
  });
}

function valuesFor(document: Document, { schema, examples }: Place): Json[] {
  return candidatesFor(dereference(document, schema, { annotated: true }), examples).map(({ value }) => value);
}

/** The first such value, without the fields that do not matter. An empty list if there is none. */
function smallest(values: Json[], isMeant: (value: Json) => boolean): Json[] {
  const found = values.find(isMeant);
  if (found === undefined) return [];
  const names = isPlainObject(found) ? Object.keys(found) : [];
  const least = names.reduce((smaller: Json, name) => {
    const { [name]: _, ...without } = smaller;
    return isMeant(without) ? without : smaller;
  }, found);
  return [least];
}
