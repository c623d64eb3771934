/** Finding witnesses: for each mutant of a document a value on which the two disagree, at every place where it shows. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { type Document, dereference, type Json, rewritten, schemaNameOf, targetOf } from "../documents.js";
import { homeOf, type Place, placesOf } from "../operations.js";
import { type Candidate, candidatesFor } from "./candidates.js";
import { type Mutant, mutantsIn } from "./mutants.js";

/** A value that obeys its schema or breaks it in one place, and the change of a constraint that would turn the verdict. */
export interface Witness {
  operationId: string;
  place: string;
  obeys: boolean;
  /** Set if it breaks a precaution of ours and nothing else: by its sources the value is legal. */
  precaution?: true;
  of: string;
  value: Json;
}

/** Witnesses for each document, by name. What is the same in an earlier document has its witnesses there. */
export function witnessesOf(documents: Record<string, Document>): Record<string, Witness[]> {
  const known = new Set<string>();
  const found = Object.entries(documents).map(([name, document]) => {
    const mutants = mutantsIn(document).filter(({ home, original }) => !known.has(identityOf(home, original)));
    for (const { home, original } of mutants) known.add(identityOf(home, original));
    return [name, witnessesIn(document, mutants)];
  });
  return Object.fromEntries(found);
}

/** Each request and parameter has witnesses of its own; what replies and callbacks share is witnessed where it comes first. */
function witnessesIn(document: Document, mutants: Mutant[]): Witness[] {
  const isPrecaution = precautionsOf(document);
  const killed = new Set<Mutant>();
  return placesOf(document).flatMap((place) => {
    const reached = reachedFrom(document, place);
    const isRequest = place.name === "request" || isParameter(place);
    const own = mutants.filter((mutant) => reached.has(mutant.home) && (isRequest || !killed.has(mutant)));
    const witnesses = witnessesAt(document, place, own, killed);
    return witnesses.map((one) => (isPrecaution(place, one) ? { ...one, precaution: true as const } : one));
  });
}

/** Says whether a witness breaks a precaution and nothing else: `x-precaution` names a keyword beside it that no source states. */
function precautionsOf(document: Document): (place: Place, witness: Witness) => boolean {
  const lenient: Document = rewritten(document, ({ "x-precaution": keyword, ...part }: Json) => {
    if (typeof keyword === "string") delete part[keyword];
    return part;
  });
  const places = new Map(placesOf(lenient).map((place) => [homeOf(place), place]));
  return (place, { obeys, value }) => {
    const same = places.get(homeOf(place));
    return !obeys && same !== undefined && judgeOf(lenient, same)(value);
  };
}

function isParameter({ name }: Place): boolean {
  return /^(query|path|header) /.test(name);
}

interface Judged extends Candidate {
  obeys: boolean;
}

/** Adds to `killed` every mutant that a witness of this place tells from the document. */
function witnessesAt(document: Document, place: Place, mutants: Mutant[], killed: Set<Mutant>): Witness[] {
  const candidates = mutants.length > 0 ? judgedCandidates(document, place) : new Map();
  const witnesses: Witness[] = [];
  for (const mutant of mutants) {
    const mutated = judgeOf(document, place, mutant);
    const differs = ({ value, obeys }: Pick<Judged, "value" | "obeys">) => mutated(value) !== obeys;
    const isKnown = witnesses.some(differs);
    const found = isKnown ? undefined : likelyFirst(candidates, mutant).find(differs);
    if (isKnown || found) killed.add(mutant);
    if (!found) continue;
    const { obeys, value } = found;
    witnesses.push({ operationId: place.operationId, place: place.name, obeys, of: nameOf(mutant), value });
  }
  return witnesses;
}

/** What can be sent to a place, by the property that was bent. */
function judgedCandidates(document: Document, place: Place): Map<string | undefined, Judged[]> {
  const accepts = judgeOf(document, place);
  const candidates = candidatesFor(dereference(document, place.schema, { annotated: true }), place.examples);
  const { type } = targetOf(document, place.schema);
  const found = new Map<string | undefined, Judged[]>();
  for (const { value, about } of candidates) {
    if (isParameter(place) && !isWritable(value, type)) continue;
    const others = found.get(about) ?? [];
    others.push({ value, about, obeys: accepts(value) });
    found.set(about, others);
  }
  return found;
}

/** Whether a URL can tell this value of a parameter from others: there everything is text, and a list has at least one item. */
function isWritable(value: Json, type: string): boolean {
  if (type === "array")
    return Array.isArray(value) && value.length > 0 && value.every((item) => item && typeof item === "string");
  if (type === "string") return typeof value === "string";
  if (typeof value === "string") return Number.isNaN(Number(value || "x"));
  return typeof value === type.replace("integer", "number");
}

/** Candidates bent where the mutant is changed, then those that were not bent at all, then the rest. */
function likelyFirst(candidates: Map<string | undefined, Judged[]>, { at, change }: Mutant): Judged[] {
  const steps = at.split("/");
  const property = steps[steps.lastIndexOf("properties") + 1];
  const named = /^with(?:out)? (\w+)$/.exec(change)?.[1];
  return [...new Set([named ?? property, property, undefined, ...candidates.keys()])].flatMap(
    (about) => candidates.get(about) ?? [],
  );
}

/** The same for the same schema at the same home in another document. */
export function identityOf(home: string, original: Json): string {
  return `${home} ${JSON.stringify(original)}`;
}

export function nameOf({ at, keyword, change }: Mutant): string {
  return `${at} ${keyword} ${change}`;
}

/** The homes of the schemas that a value at this place must obey. */
export function reachedFrom(document: Document, place: Place): Set<string> {
  return schemasIn(document, place.schema).add(homeOf(place));
}

/** Names of the schemas of components that a schema refers to, directly or through others. */
function schemasIn(document: Document, schema: Json, found = new Set<string>()): Set<string> {
  if (schema === null || typeof schema !== "object") return found;
  if (!schema.$ref) for (const part of Object.values(schema)) schemasIn(document, part, found);
  else if (!found.has(schemaNameOf(schema)))
    schemasIn(document, document.components.schemas[schemaNameOf(schema)], found.add(schemaNameOf(schema)));
  return found;
}

// It compiles thousands of schemas, all of which specs.test.ts has held to strict rules.
const LENIENT = { strict: false, validateSchema: false, validateFormats: false } as const;
const ajv = new Ajv2020({ ...LENIENT, inlineRefs: false, code: { optimize: false } });

/**
 * Says whether a value obeys the schema of a place, in the document or in a mutant of it. Only what a mutant changes is compiled
 * for it; the rest is compiled once for all of them, which makes the search twice as fast.
 */
export function judgeOf(document: Document, place: Place, mutant?: Mutant): (value: Json) => boolean {
  const schema = mutant && mutant.home === homeOf(place) ? mutant.schema : place.schema;
  const schemas = { ...document.components.schemas, ...(mutant && { [mutant.home]: mutant.schema }) };
  const instead = (name: string, part: Json) => {
    return mutant && schemasIn(document, part).has(mutant.home) ? undefined : compiledIn(document, name);
  };
  const accepts = ajv.compile(dereference({ ...document, components: { schemas } }, schema, { instead }));
  return (value) => accepts(value) === true;
}

const numbers = new Map<Document, number>();

/** The id under which ajv knows a schema of a document. */
function compiledIn(document: Document, name: string): string {
  const number = numbers.get(document) ?? numbers.size;
  numbers.set(document, number);
  const id = `${number}-${name}`;
  const schema = document.components.schemas[name];
  if (!ajv.schemas[id])
    ajv.addSchema(dereference(document, schema, { instead: (inner) => compiledIn(document, inner) }), id);
  return id;
}
