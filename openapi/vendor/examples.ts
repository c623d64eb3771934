/** Compares the examples of each side with the schemas of the other, and finds the mode of a request that a page describes. */
import { isDeepStrictEqual } from "node:util";
import type { ErrorObject } from "ajv/dist/2020.js";
import { outlineOf } from "../compare/outline-schema.js";
import type { Difference } from "../compare/outlines.js";
import { grouped, type Json, lenientAjv } from "../documents.js";
import { isParameter, type Operation, type Place } from "../operations.js";

/** Finds examples that contradict the schema of the other side. Examples with the same reason are listed together. */
export function compareExamples(theirs: Operation, ours: Operation): Difference[] {
  return theirs.places.flatMap((their) => {
    const our = ours.places.find(({ name }) => name === their.name);
    if (!our || isParameter(their)) return [];
    const at = { operation: ours.name, place: their.name.replace(" ", "."), aspect: "examples" };
    return [
      ...refusals(their, our).map(([reason, names]) => ({ ...at, theirs: names, ours: reason })),
      ...refusals(our, their).map(([reason, names]) => ({ ...at, theirs: reason, ours: names })),
    ];
  });
}

/** Groups the examples of one side that the other's schema refuses by reason. */
function refusals(one: Place, other: Place): [reason: string, names: string[]][] {
  if (one.examples.size === 0 || one.form || other.schema === undefined || other.form) return [];
  const refuses = judge(other.schema);
  const alike = grouped([...one.examples], ([, value]) => refuses(value));
  return [...alike].flatMap(([reason, several]) =>
    reason ? [[`refused, ${reason}`, several.map(([name]) => name)]] : [],
  );
}

/** A page usually describes one mode: keeps ours that accept one of its examples, else those with all fields it requires, else all. */
export function inMeantMode(theirs: Operation, ours: Operation): Operation {
  const [their, our] = [theirs, ours].map(({ places }) => places.find((place) => place.in === "request"));
  const modes: Json[] = our?.schema?.oneOf ?? [];
  const fields = modes.map((mode) => fieldsOf(mode));
  if (!our || their?.schema === undefined || fields.every((names) => isDeepStrictEqual(names, fields[0]))) return ours;
  const takesOneOf = (examples: Json[]) => (mode: Json) => {
    const refuses = judge(mode);
    return examples.some((value) => !refuses(value));
  };
  const required = [...fieldsOf(their.schema, true)];
  const having = modes.filter((_, at) => required.every((name) => fields[at]?.has(name)));
  const choices = [modes.filter(takesOneOf([...their.examples.values()])), having, modes];
  const meant = choices.find(({ length }) => length > 0) ?? [];
  const examples = new Map([...our.examples].filter(([, value]) => meant.some(takesOneOf([value]))));
  const request = { ...our, schema: meant.length === 1 ? meant[0] : { oneOf: meant }, examples };
  return { ...ours, places: ours.places.map((place) => (place === our ? request : place)) };
}

/** The fields that a schema has, or only those that it requires. */
function fieldsOf(schema: Json, onlyRequired = false): Set<string> {
  const outline = outlineOf(schema);
  const parts = outline ? [...outline.parts] : [];
  return new Set(parts.flatMap(([step, part]) => (part && (!onlyRequired || part.facts.required?.length) ? step : [])));
}

/** Returns why a value is refused, in one line that does not repeat the value. Undefined if it is accepted. */
type Judge = (value: Json) => string | undefined;

/** Compiles a schema without references. If ajv cannot compile it, every value is refused for that reason. */
function judge(schema: Json): Judge {
  try {
    const validate = lenientAjv().compile(schema);
    return (value) => (validate(value) ? undefined : reasonOf(validate.errors ?? []));
  } catch (error) {
    return () => `the schema cannot be compiled: ${error instanceof Error ? error.message : error}`;
  }
}

/** Describes the last error of ajv: those before it are about alternatives, of which any may be meant. `if` only names its `then`. */
function reasonOf(errors: ErrorObject[]): string {
  const error = errors.findLast(({ keyword }) => keyword !== "if");
  const { instancePath = "", keyword = "if", params = {} } = error ?? {};
  const place = instancePath.slice(1).replaceAll("/", ".");
  if (/^(oneOf|anyOf)$/.test(keyword))
    return `${place || "it"} matches ${params.passingSchemas ? "more than one" : "none"} of the alternatives`;
  const fact = params.limit ?? Object.values(params)[0];
  return `${place || "the value"}: ${keyword}${fact === undefined ? "" : ` ${JSON.stringify(fact)}`}`;
}
