/** The request schemas as tables: their names by mode, their fields, and which model takes which length and size. */
import { type Document, dereference, type Json, listedIn, nodesIn, schemaNameOf } from "./documents.js";

/** Schemas of request bodies of V1; one for each mode of a create, so that an error can name the mode that was meant. */
export const MODES = ["TextToVideo", "ImageToVideo", "FirstLastFrameToVideo", "SubjectReferenceToVideo"];
export const REQUESTS = [...MODES, "VideoTemplateGenerationReq"];

/** The modes of a create of V2, and all of V2 and of files by operation: each gets a file of its own, loaded by those who use it. */
export const MODES_V2 = ["TextToVideoV2", "FramesToVideoV2", "ReferencesToVideoV2"];
export const GROUPS = {
  generation: MODES_V2,
  prompts: ["TextToPrompt", "FramesToPrompt", "ReferencesToPrompt"],
  regeneration: ["VideoRegenerationSourceTaskReq", "VideoRegenerationBaseVideoReq"],
  files: ["UploadFileReq", "DeleteFileReq"],
};
export const REQUESTS_V2 = Object.values(GROUPS).flat();

/** The default duration (seconds) and resolution, if there are any; pairs of duration and resolutions. */
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
    // S2V-01 takes no duration, and makes 6 seconds.
    return [one, { duration: duration ? defaultOf("duration") : 6, resolution: defaultOf("resolution"), accepts }];
  });
  return Object.fromEntries(models);
}

/** A closed object that a composition allows; a property that is `false` is refused. */
export type Tier = { properties: Record<string, Json>; required: string[] };

/** Each way to choose a branch of every `oneOf` among the parts of a schema. */
export function tiersOf(schemas: Record<string, Json>, schema: Json): Tier[] {
  if (schema.$ref) return tiersOf(schemas, schemas[schemaNameOf(schema)]);
  const { properties = {}, required = [], allOf = [], oneOf } = schema;
  const parts: Tier[][] = [
    [{ properties, required }],
    ...allOf.map((part: Json) => tiersOf(schemas, part)),
    ...(oneOf ? [oneOf.flatMap((branch: Json) => tiersOf(schemas, branch))] : []),
  ];
  const combined = parts.reduce((all, part) => all.flatMap((one) => part.map((other) => merged(one, other))));
  // A tier of a model that another part excludes.
  return combined.filter(({ properties }) =>
    Object.values(properties).every((property) => property.enum?.length !== 0),
  );
}

/** Both at once. */
function merged(one: Tier, other: Tier): Tier {
  const properties = { ...one.properties };
  for (const [name, property] of Object.entries(other.properties)) {
    const known = properties[name];
    properties[name] = known === false || property === false ? false : narrowed(known, property);
  }
  return { properties, required: [...one.required, ...other.required] };
}

/** What both say of a property: the values that both list, and an example that is among them. */
function narrowed(one: Json = {}, other: Json): Json {
  const { const: _, examples = [], ...rest } = { ...one, ...other };
  const [wide, narrow] = [listedIn(one), listedIn(other)];
  if (wide.length === 0 && narrow.length === 0) return { ...one, ...other };
  const values = wide.length && narrow.length ? wide.filter((value) => narrow.includes(value)) : [...wide, ...narrow];
  return { ...rest, enum: values, examples: [examples.find((value: Json) => values.includes(value)) ?? values[0]] };
}

/** All properties of a request schema, those of single tiers too. */
export function allProperties(document: Document, name: string): Record<string, Json> {
  const { properties, tiers } = mergedParts(document, name);
  return { ...properties, ...Object.assign({}, ...tiers.map((tier) => accepted(tier.properties))), ...properties };
}

/** What the parts of a schema's `allOf` say together: properties with their annotations, and the `oneOf` tiers. */
export function mergedParts(document: Document, name: string) {
  const flat = (schema: Json): Json[] => [...(schema.allOf ?? []).flatMap(flat), schema];
  const parts = flat(dereference(document, document.components.schemas[name], { annotated: true }));
  const properties: Record<string, Json> = {};
  for (const [name, schema] of parts.flatMap((part) => Object.entries(accepted(part.properties))))
    properties[name] = { ...properties[name], ...schema };
  return { properties, tiers: parts.flatMap((part): Json[] => part.oneOf ?? []) };
}

function accepted(properties: Record<string, Json> = {}): Record<string, Json> {
  return Object.fromEntries(Object.entries(properties).filter(([, schema]) => schema !== false));
}

/**
 * What the counting rules of a request schema require in words, by the `schemaPath` under which ajv reports them: the `x-expects`
 * beside a rule. (The words of a pattern are found by the pattern itself.)
 */
export function expectationsIn(document: Document, name: string): Record<string, string> {
  const schema = dereference(document, document.components.schemas[name], { annotated: true });
  const found = [...nodesIn(schema)].flatMap(([node, path]) => {
    const rules = node["x-expects"] ? ["contains", "minItems", "maxItems"].filter((key) => key in node) : [];
    return rules.map((rule) => [["#", ...path, rule].join("/"), node["x-expects"]]);
  });
  return Object.fromEntries(found);
}
