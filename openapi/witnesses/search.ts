/** Finding witnesses: for each mutant of a document a value on which the two disagree, at every place that it can be seen from. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { type Document, dereference, type Json } from "../documents.js";
import { type Candidate, candidatesFor } from "./candidates.js";
import { type Mutant, mutantsIn } from "./mutants.js";
import { homeOf, type Place, placesOf, resolve } from "./places.js";
import { withoutPrecautions } from "./precautions.js";

/** A value that obeys its schema or breaks it in one place, and what it tells: the change of a constraint that would turn the verdict. */
export interface Witness {
  operationId: string;
  place: string;
  obeys: boolean;
  /** Set if it breaks a precaution of ours and nothing else: by its sources the value is legal. */
  precaution?: true;
  of: string;
  value: Json;
}

/** A mutant that no value tells from its document, at one place. */
export interface Survivor {
  mutant: Mutant;
  place: Place;
}

export interface Found {
  witnesses: Witness[];
  survivors: Survivor[];
}

/**
 * Witnesses for every constraint of a document, but for the schemas of `known`, which are witnessed elsewhere as they stand. Each
 * request has its own; what answers and callbacks share is witnessed where it is met first.
 */
export function witnessesOf(document: Document, known: Set<string> = new Set()): Found {
  const mutants = mutantsIn(document).filter(({ home, original }) => !known.has(identityOf(home, original)));
  const isPrecaution = precautionsOf(document);
  const found: Found = { witnesses: [], survivors: [] };
  const killed = new Set<Mutant>();
  for (const place of placesOf(document)) {
    const reached = reachedFrom(document, place);
    const own = mutants.filter((mutant) => reached.has(mutant.home) && (isRequest(place) || !killed.has(mutant)));
    const { witnesses, survivors } = witnessesAt(document, place, own);
    for (const witness of witnesses)
      found.witnesses.push(isPrecaution(place, witness) ? { ...witness, precaution: true } : witness);
    found.survivors.push(...survivors);
    const alive = new Set(survivors.map(({ mutant }) => mutant));
    for (const mutant of own) if (!alive.has(mutant)) killed.add(mutant);
  }
  return found;
}

/** Says whether a witness breaks a precaution and nothing else. */
function precautionsOf(document: Document): (place: Place, witness: Witness) => boolean {
  const lenient = withoutPrecautions(document);
  const places = new Map(placesOf(lenient).map((place) => [homeOf(place), place]));
  return (place, { obeys, value }) => {
    const same = places.get(homeOf(place));
    return !obeys && same !== undefined && judgeOf(lenient, same)(value);
  };
}

function isRequest({ name }: Place): boolean {
  return name === "request" || isParameter({ name });
}

function isParameter({ name }: Pick<Place, "name">): boolean {
  return /^(query|path|header) /.test(name);
}

function witnessesAt(document: Document, place: Place, mutants: Mutant[]): Found {
  const { operationId, name, schema, examples } = place;
  const accepts = judgeOf(document, place);
  const candidates: ByProperty = new Map();
  if (mutants.length > 0)
    for (const candidate of candidatesFor(dereference(document, schema, { annotated: true }), examples)) {
      if (isParameter(place) && !isWritable(candidate.value, schemaType(document, place))) continue;
      const judged = { ...candidate, obeys: accepts(candidate.value) };
      const others = candidates.get(candidate.about);
      if (others) others.push(judged);
      else candidates.set(candidate.about, [judged]);
    }
  const witnesses: Witness[] = [];
  const survivors: Survivor[] = [];
  for (const mutant of mutants) {
    const mutated = judgeOf(document, place, mutant);
    const differs = ({ value, obeys }: Pick<Judged, "value" | "obeys">) => mutated(value) !== obeys;
    if (witnesses.some(differs)) continue;
    const witness = firstOf(likelyFirst(candidates, mutant), differs);
    if (!witness) survivors.push({ mutant, place });
    else witnesses.push({ operationId, place: name, obeys: witness.obeys, of: nameOf(mutant), value: witness.value });
  }
  return { witnesses, survivors };
}

/** The JSON type of a parameter. */
function schemaType(document: Document, { schema }: Place): string {
  return resolve(document, schema).type;
}

/** Whether a value of a parameter can be told from others in a URL, where everything is text, and a list has one item at least. */
function isWritable(value: Json, type: string): boolean {
  if (type === "array")
    return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string" && item !== "");
  if (type === "string") return typeof value === "string";
  return (
    typeof value === type.replace("integer", "number") ||
    (typeof value === "string" && Number.isNaN(Number(value || "x")))
  );
}

function firstOf<T>(values: Iterable<T>, isMeant: (value: T) => boolean): T | undefined {
  for (const value of values) if (isMeant(value)) return value;
  return undefined;
}

interface Judged extends Candidate {
  obeys: boolean;
}

/** The same schema in another document has the same one. */
export function identityOf(home: string, schema: Json): string {
  return `${home} ${JSON.stringify(schema)}`;
}

export function nameOf({ at, keyword, change }: Mutant): string {
  return `${at} ${keyword} ${change}`;
}

/** The schemas that a value at this place is held to, by their homes. */
export function reachedFrom(document: Document, place: Place): Set<string> {
  return schemasIn(document, place.schema).add(homeOf(place));
}

/** Names of the schemas of components that a schema refers to, directly or by others. */
function schemasIn({ components }: Document, schema: Json): Set<string> {
  const found = new Set<string>();
  const visit = (node: Json) => {
    if (node === null || typeof node !== "object") return;
    if (typeof node.$ref === "string") {
      const name = node.$ref.replace("#/components/schemas/", "");
      if (found.has(name)) return;
      found.add(name);
      return visit(components.schemas[name]);
    }
    for (const inner of Object.values(node)) visit(inner);
  };
  visit(schema);
  return found;
}

// Compiled some thousand times: what is compiled is no stranger, and was held to strict rules by specs.test.
const ajv = new Ajv2020({
  strict: false,
  validateSchema: false,
  validateFormats: false,
  inlineRefs: false,
  code: { optimize: false },
});

/**
 * Says whether a value obeys the schema of a place, in the document or in a mutant of it. Only what a mutant changes is compiled
 * for it; the rest is compiled once for all of them.
 */
export function judgeOf(document: Document, place: Place, mutant?: Mutant): (value: Json) => boolean {
  const schema = mutant && mutant.home === homeOf(place) ? mutant.schema : place.schema;
  const schemas = { ...document.components.schemas, ...(mutant && { [mutant.home]: mutant.schema }) };
  const { idOf, reached } = compiledOf(document);
  const instead = (name: string) => (mutant && reached.get(name)?.has(mutant.home) ? undefined : idOf(name));
  const accepts = ajv.compile(dereference({ ...document, components: { schemas } }, schema, { instead }));
  return (value) => accepts(value) === true;
}

/** The schemas of a document as ajv knows them: under which names, and what each of them holds. */
interface Compiled {
  idOf: (name: string) => string;
  reached: Map<string, Set<string>>;
}

const compiled = new WeakMap<Document, Compiled>();
let documents = 0;

function compiledOf(document: Document): Compiled {
  const known = compiled.get(document);
  if (known) return known;
  const number = documents++;
  const idOf = (name: string) => `${number}-${name}`;
  const reached = new Map<string, Set<string>>();
  // Whoever compares commits brings documents without any.
  for (const [name, schema] of Object.entries(document.components.schemas ?? {})) {
    ajv.addSchema(dereference(document, schema, { instead: idOf }), idOf(name));
    reached.set(name, schemasIn(document, schema).add(name));
  }
  compiled.set(document, { idOf, reached });
  return { idOf, reached };
}

type ByProperty = Map<string | undefined, Judged[]>;

/** Those bent where the mutant is changed, then those that were not bent at all, then the rest. */
function* likelyFirst(candidates: ByProperty, { at, change }: Mutant): Generator<Judged> {
  const steps = at.split("/");
  const property = steps[steps.lastIndexOf("properties") + 1];
  const named = /^with(?:out)? (\w+)$/.exec(change)?.[1];
  const first = new Set([named ?? property, property, undefined]);
  for (const about of first) yield* candidates.get(about) ?? [];
  for (const [about, others] of candidates) if (!first.has(about)) yield* others;
}
