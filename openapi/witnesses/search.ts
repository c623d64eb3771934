/** Searches for witnesses: for each mutant, a value on which it disagrees with the document, at every place where it shows. */
import type { Ajv2020 } from "ajv/dist/2020.js";
import type { Witness } from "../../src/generated/witnesses.js";
import {
  type Document,
  dereference,
  type Json,
  lenientAjv,
  rewritten,
  schemasReachedFrom,
  targetOf,
} from "../documents.js";
import { homeOf, isParameter, type Place, placesOf } from "../operations.js";
import { candidatesFor } from "./candidates.js";
import { type Mutant, mutantsOf } from "./mutants.js";

/** Witnesses for each document, by name. Schemas that an earlier document also has get their witnesses there. */
export function witnessesOf(documents: Record<string, Document>): Record<string, Witness[]> {
  const found = mutantsOf(documents).map(({ name, document, mutants }) => [name, witnessesIn(document, mutants)]);
  return Object.fromEntries(found);
}

/** Each request and parameter gets its own witnesses. A schema that replies and callbacks share gets them where it first occurs. */
function witnessesIn(document: Document, mutants: Mutant[]): Witness[] {
  const isPrecaution = precautionsOf(document);
  const killed = new Set<Mutant>();
  return placesOf(document).flatMap((place) => {
    const reached = reachedFrom(document, place);
    const isOwn = place.name === "request" || isParameter(place);
    const meant = mutants.filter((mutant) => reached.has(mutant.home) && (isOwn || !killed.has(mutant)));
    const candidates = meant.length > 0 ? judgedCandidates(document, place) : [];
    const witnesses: Witness[] = [];
    for (const mutant of meant) {
      const accepts = judgeOf(document, place, mutant);
      const differs = ({ value, obeys }: Judged) => accepts(value) !== obeys;
      const known = witnesses.find(differs);
      const found = known ?? candidates.find(differs);
      if (found) killed.add(mutant);
      if (known || !found) continue;
      const { value, obeys } = found;
      const precaution = !obeys && isPrecaution(place, value) && { precaution: true as const };
      const { operationId, name } = place;
      witnesses.push({ operationId, place: name, obeys, ...precaution, of: mutant.name, value });
    }
    return witnesses;
  });
}

/** Checks whether a refused value breaks only precautions. `x-precaution` names a keyword next to it that no source states. */
function precautionsOf(document: Document): (place: Place, value: Json) => boolean {
  const relaxed = (node: Json) =>
    rewritten(node, ({ "x-precaution": keyword, ...part }) => {
      if (typeof keyword === "string") delete part[keyword];
      return part;
    });
  const lenient: Document = relaxed(document);
  return (place, value) => judgeOf(lenient, { ...place, schema: relaxed(place.schema) })(value);
}

type Judged = Pick<Witness, "value" | "obeys">;

/** The candidates that can be sent to a place. */
function judgedCandidates(document: Document, place: Place): Judged[] {
  const accepts = judgeOf(document, place);
  const { type } = targetOf(document, place.schema);
  const annotated = dereference(document, place.schema, { annotated: true });
  return candidatesFor(annotated, [...place.examples.values()])
    .filter((value) => !isParameter(place) || isWritable(value, type))
    .map((value) => ({ value, obeys: accepts(value) }));
}

/** Whether a URL can express this value of a parameter: all values are text there, and a list has at least one item. */
function isWritable(value: Json, type: string): boolean {
  if (type === "array")
    return Array.isArray(value) && value.length > 0 && value.every((item) => item && typeof item === "string");
  if (type === "string") return typeof value === "string";
  if (typeof value === "string") return Number.isNaN(Number(value || "x"));
  return typeof value === type.replace("integer", "number");
}

/** The homes of the schemas that a value at this place must obey. */
export function reachedFrom(document: Document, place: Place): Set<string> {
  return schemasReachedFrom(document, place.schema).add(homeOf(place));
}

/** Compiles the schema of a place. What a mutant does not change is compiled once for all, which halves the time of the search. */
export function judgeOf(document: Document, place: Place, mutant?: Mutant): (value: Json) => boolean {
  const schema = mutant && mutant.home === homeOf(place) ? mutant.schema : place.schema;
  const schemas = { ...document.components.schemas, ...(mutant && { [mutant.home]: mutant.schema }) };
  const instead = (name: string, part: Json) => {
    return mutant && schemasReachedFrom(document, part).has(mutant.home) ? undefined : name;
  };
  const inlined = dereference({ ...document, components: { schemas } }, schema, { instead });
  const accepts = ajvOf(document).compile(inlined);
  return (value) => accepts(value) === true;
}

const known = new Map<Document, Ajv2020>();

/** An ajv that contains every schema of the document by name. */
function ajvOf(document: Document): Ajv2020 {
  const ajv = known.get(document) ?? lenientAjv({ inlineRefs: false, code: { optimize: false } });
  if (!known.has(document))
    for (const [name, schema] of Object.entries(document.components.schemas))
      ajv.addSchema(dereference(document, schema, { instead: (inner) => inner }), name);
  known.set(document, ajv);
  return ajv;
}
