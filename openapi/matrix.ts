/** The request schemas as tables: their names by mode, their fields, and the durations and resolutions of each model. */
import { type Document, dereference, type Json, listedIn, nodesIn, schemaNameOf } from "./documents.js";

/** Schemas of V1 request bodies: one for each mode of a create, so that an error can name the intended mode. */
export const MODES = ["TextToVideo", "ImageToVideo", "FirstLastFrameToVideo", "SubjectReferenceToVideo"];
export const REQUESTS = [...MODES, "VideoTemplateGenerationReq"];

/** The modes of a V2 create; and all schemas of V2 and files, grouped by operation. Each group gets a separate file, loaded on use. */
export const MODES_V2 = ["TextToVideoV2", "FramesToVideoV2", "ReferencesToVideoV2"];
export const GROUPS = {
  generation: MODES_V2,
  prompts: ["TextToPrompt", "FramesToPrompt", "ReferencesToPrompt"],
  regeneration: ["VideoRegenerationSourceTaskReq", "VideoRegenerationBaseVideoReq"],
  files: ["UploadFileReq", "DeleteFileReq"],
};
export const REQUESTS_V2 = Object.values(GROUPS).flat();

/** The default duration (seconds) and resolution, if there are any, and the resolutions for each duration. */
export type Cells = { duration?: number; resolution?: string; accepts: [number, string[]][] };

/** The matrix of each mode that the document has, by model. */
export function cellsOf(document: Document, modes: string[]): Record<string, Record<string, Cells>> {
  const known = modes.filter((name) => document.components.schemas[name]);
  return Object.fromEntries(known.map((name) => [name, cellsOfMode(document, name)]));
}

function cellsOfMode(document: Document, name: string): Record<string, Cells> {
  const { schemas } = document.components;
  const tiers = tiersOf(schemas, schemas[name]);
  const { model, duration, resolution } = allProperties(document, name);
  const models = listedIn(model).map((one): [string, Cells] => {
    const own = tiers.filter(({ properties }) => listedIn(properties.model).includes(one));
    const takes = ({ properties }: Tier, field: string, value: Json) => listedIn(properties[field]).includes(value);
    const accepts = listedIn(duration).flatMap((seconds): [number, string[]][] => {
      const those = own.filter((tier) => takes(tier, "duration", seconds));
      const sizes = listedIn(resolution).filter((size) => those.some((tier) => takes(tier, "resolution", size)));
      return sizes.length ? [[seconds, sizes]] : [];
    });
    const defaultOf = (field: string) => {
      const optional = own.filter(({ required }) => !required.includes(field));
      const values = optional.flatMap(({ properties }) => properties[field]?.default ?? []);
      return values.find((value) => optional.some((tier) => takes(tier, field, value)));
    };
    // S2V-01 accepts no duration. Its videos last 6 seconds.
    return [one, { duration: duration ? defaultOf("duration") : 6, resolution: defaultOf("resolution"), accepts }];
  });
  return Object.fromEntries(models);
}

/** A closed object that a composition allows. A property that is `false` is refused. */
export type Tier = { properties: Record<string, Json>; required: string[] };

/** Every combination of branches of the `oneOf`s in the parts of a schema. */
export function tiersOf(schemas: Record<string, Json>, schema: Json): Tier[] {
  if (schema.$ref) return tiersOf(schemas, schemas[schemaNameOf(schema)]);
  const { properties = {}, required = [], allOf = [], oneOf } = schema;
  const parts: Tier[][] = [
    [{ properties, required }],
    ...allOf.map((part: Json) => tiersOf(schemas, part)),
    ...(oneOf ? [oneOf.flatMap((branch: Json) => tiersOf(schemas, branch))] : []),
  ];
  const combined = parts.reduce((all, part) => all.flatMap((one) => part.map((other) => merged(one, other))));
  // Drops tiers for a model that another part excludes.
  return combined.filter(({ properties }) =>
    Object.values(properties).every((property) => property.enum?.length !== 0),
  );
}

/** Merges two tiers into one that obeys both. */
function merged(one: Tier, other: Tier): Tier {
  const properties = { ...one.properties };
  for (const [name, property] of Object.entries(other.properties)) {
    const known = properties[name];
    properties[name] = known === false || property === false ? false : narrowed(known, property);
  }
  return { properties, required: [...one.required, ...other.required] };
}

/** Merges two schemas of a property: keeps the values that both list, and an example among them. */
function narrowed(one: Json = {}, other: Json): Json {
  const { const: _, examples = [], ...rest } = { ...one, ...other };
  const [wide, narrow] = [listedIn(one), listedIn(other)];
  if (wide.length === 0 && narrow.length === 0) return { ...one, ...other };
  const values = wide.length && narrow.length ? wide.filter((value) => narrow.includes(value)) : [...wide, ...narrow];
  return { ...rest, enum: values, examples: [examples.find((value: Json) => values.includes(value)) ?? values[0]] };
}

/** All properties of a request schema with their annotations, including those of single tiers. */
export function allProperties(document: Document, name: string): Record<string, Json> {
  const flat = (schema: Json): Json[] => [...(schema.allOf ?? []).flatMap(flat), schema];
  const parts = flat(dereference(document, document.components.schemas[name], { annotated: true }));
  const acceptedBy = ({ properties = {} }: Json) => Object.entries<Json>(properties).filter(([, schema]) => schema);
  const all: Record<string, Json> = {};
  for (const [name, schema] of parts.flatMap(acceptedBy)) all[name] = { ...all[name], ...schema };
  for (const [name, schema] of parts.flatMap(({ oneOf = [] }) => oneOf.flatMap(acceptedBy))) all[name] ??= schema;
  return all;
}

/** The counting rules of a request schema in words (`x-expects`), by the `schemaPath` that ajv reports. */
export function expectationsIn(document: Document, name: string): Record<string, string> {
  const schema = dereference(document, document.components.schemas[name], { annotated: true });
  const found = [...nodesIn(schema)].flatMap(([node, path]) => {
    const rules = node["x-expects"] ? ["contains", "minItems", "maxItems"].filter((key) => key in node) : [];
    return rules.map((rule) => [["#", ...path, rule].join("/"), node["x-expects"]]);
  });
  return Object.fromEntries(found);
}
