/** Converts OpenAPI 3.1 to 3.0: a request becomes one closed object for each tier of its matrix. Rules that count items are lost. */
import { type Json, rewritten, schemaNameOf, schemasReachedFrom } from "./documents.js";
import { tiersOf } from "./matrix.js";

/** @param document a bundle without extensions */
export function toOpenApi30(document: Json): Json {
  const { jsonSchemaDialect: _, ...rest } = structuredClone(document);
  const { summary, ...info } = rest.info;
  const schemas: Record<string, Json> = document.components.schemas;
  const flat = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, flattened(schemas, schema)]));
  for (const [name, schema] of Object.entries(flat))
    rest.components.schemas[name] = inOldWords(schemas, undecided(flat, schema));
  const old = JSON.parse(JSON.stringify(rest), (key, value) => (key === "schema" ? inOldWords(schemas, value) : value));
  return withoutUnused({
    ...old,
    openapi: "3.0.3",
    info: {
      ...info,
      description: [summary, info.description].filter(Boolean).join("\n\n"),
      license: { name: info.license.name, url: `https://spdx.org/licenses/${info.license.identifier}` },
    },
  });
}

/** Converts a closed composition to the closed objects that it allows. Returns any other schema unchanged. */
function flattened(schemas: Record<string, Json>, schema: Json): Json {
  const { allOf, oneOf, description } = schema;
  const isClosed = schema.unevaluatedProperties === false || schema.additionalProperties === false;
  if (!isClosed || !(allOf ?? oneOf)) return schema;
  const objects = tiersOf(schemas, schema).map(({ properties, required }) => ({
    type: "object",
    required: [...new Set(required)],
    properties: Object.fromEntries(Object.entries(properties).filter(([, property]) => property !== false)),
    additionalProperties: false,
  }));
  return objects.length === 1 ? { description, ...objects[0] } : { description, oneOf: objects };
}

/** Without counting rules, several branches may match at once, so `oneOf` becomes `anyOf`. */
function undecided(flat: Record<string, Json>, schema: Json): Json {
  const { oneOf, ...rest } = schema;
  const counts = oneOf?.some(
    (branch: Json) => branch.$ref && JSON.stringify(flat[schemaNameOf(branch)]).includes('"contains"'),
  );
  return counts ? { ...rest, anyOf: oneOf } : schema;
}

const LOST = ["contains", "minContains", "maxContains", "if", "then", "unevaluatedProperties", "contentMediaType"];

/** Converts "an object or null" to a nullable object. */
function nullableOf(schemas: Record<string, Json>, { anyOf, ...rest }: Json): Json {
  const [object, none] = anyOf ?? [];
  if (none?.type !== "null") return anyOf ? { anyOf, ...rest } : rest;
  return { ...schemas[schemaNameOf(object)], ...rest, nullable: true };
}

function inOldWords(schemas: Record<string, Json>, schema: Json): Json {
  return rewritten(schema, (part) => {
    if (part.$ref) return { $ref: part.$ref };
    const { const: only, examples, ...rest } = nullableOf(schemas, part);
    const old: Json = {
      ...rest,
      ...("const" in part && { enum: [only] }),
      ...(examples && { example: examples[0] }),
      ...(part.contentMediaType && { type: "string", format: "binary" }),
    };
    for (const keyword of LOST) delete old[keyword];
    if (old.allOf?.every((rule: Json) => "contains" in rule || "if" in rule)) delete old.allOf;
    if (Array.isArray(old.type)) {
      // A pattern applies only to strings.
      const { pattern } = old;
      old.anyOf = old.type.map((type: string) => (type === "string" && pattern ? { type, pattern } : { type }));
      delete old.type;
      delete old.pattern;
    }
    return old;
  });
}

/** Removes the schemas that were merged into others. */
function withoutUnused(document: Json): Json {
  const { schemas, ...components } = document.components;
  const used = schemasReachedFrom(document, { ...document, components });
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];
  return document;
}
