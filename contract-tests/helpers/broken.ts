/** Replies that break the contract, derived from a good one and its schema: each property missing, of another type, and empty. */
import type { Document, Json } from "../../openapi/documents.js";
import { resolve } from "./documents.js";

/** What is wrong with a property: none, of another type, a string that is empty, or a word that is none of the documented ones. */
export type Wrong = keyof typeof TYPES | keyof typeof WORDS | "missing";

const TYPES = { number: 7, string: "x", boolean: true, null: null, array: [], object: {} };
const WORDS = { empty: "", odd: "dreaming" };

export interface Broken {
  /** The property, its names joined by points; the first item of a list is called 0. */
  part: string;
  wrong: Wrong;
  reply: Json;
  /** What stands there now. */
  said: unknown;
}

/** One reply for each property that the example has, and each way in which it may be wrong. */
export function brokenFrom(document: Document, schema: Json, example: Json): Broken[] {
  return partsOf(document, schema, example).flatMap(({ part, types, isOneOf }) => {
    const others = Object.entries(TYPES).filter(([type]) => !types.includes(type));
    const words = Object.entries(WORDS).filter(([word]) => types.includes("string") && (word === "empty" || isOneOf));
    const all: [string, unknown][] = [["missing", undefined], ...others, ...words];
    // The names are those of the two tables.
    return all.map(([wrong, said]) => ({ part, wrong: wrong as Wrong, said, reply: changed(example, part, said) }));
  });
}

interface Part {
  part: string;
  types: string[];
  /** Whether its words are documented. */
  isOneOf: boolean;
}

function partsOf(document: Document, schema: Json, value: Json, above: string[] = []): Part[] {
  const variants = variantsOf(document, schema, value);
  const parts = new Map<string, Part>();
  for (const { properties = {}, items } of variants)
    for (const [name, inner] of Object.entries<Json>(items ? { 0: items } : properties)) {
      if (value?.[name] === undefined) continue;
      const path = [...above, name];
      const part = path.join(".");
      // An item of a list is no property: what is in it is.
      if (!items) parts.set(part, { part, types: typesOf(document, inner), isOneOf: isOneOf(document, inner) });
      for (const deeper of partsOf(document, inner, value[name], path)) parts.set(deeper.part, deeper);
    }
  return [...parts.values()];
}

/** The schemas that all hold for a value: of alternatives, those whose required properties it has. */
function variantsOf(document: Document, schema: Json, value: Json): Json[] {
  const { allOf = [], anyOf = [], oneOf = [], ...own } = resolve(document, schema);
  const fitting = [...anyOf, ...oneOf].filter((one) =>
    (resolve(document, one).required ?? []).every((name: string) => Object(value)[name] !== undefined),
  );
  return [own, ...[...allOf, ...fitting].flatMap((one) => variantsOf(document, one, value))];
}

function typesOf(document: Document, schema: Json): string[] {
  const { type = [], enum: values = [], const: only, allOf = [], anyOf = [], oneOf = [] } = resolve(document, schema);
  const named = [type].flat().map((name) => (name === "integer" ? "number" : name));
  const valued = [...values, ...(only === undefined ? [] : [only])].map((one) => typeof one);
  return [...named, ...valued, ...[...allOf, ...anyOf, ...oneOf].flatMap((one) => typesOf(document, one))];
}

function isOneOf(document: Document, schema: Json): boolean {
  const { enum: values, anyOf = [] } = resolve(document, schema);
  return values !== undefined || anyOf.some((one: Json) => isOneOf(document, one));
}

/** A copy with another value at one place; without one where that is undefined. */
function changed(value: Json, part: string, said: unknown): Json {
  const copy = structuredClone(value);
  const steps = part.split(".");
  const last = steps.pop() as string;
  const holder = steps.reduce<Json>((at, step) => at[step], copy);
  if (said === undefined) delete holder[last];
  else holder[last] = said;
  return copy;
}
