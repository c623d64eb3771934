/** The request schemas as tables: their names by mode, their fields, and which model takes which length and size. */
import { type Document, dereference, type Json, strictAjv } from "./documents.js";

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

/** The matrix as the schemas themselves judge it: every duration × resolution that a mode names, tried on every model. */
export function cellsOf(document: Document, modes: string[]): Record<string, Record<string, Cells>> {
  const known = modes.filter((name) => document.components.schemas[name]);
  return Object.fromEntries(known.map((name) => [name, cellsOfMode(document, name)]));
}

function cellsOfMode(document: Document, name: string): Record<string, Cells> {
  const accepts = strictAjv().compile(dereference(document, document.components.schemas[name]));
  const { properties, required, tiers } = mergedParts(document, name);
  const valuesOf = (property?: Json): Json[] => (property ? (property.enum ?? [property.const]) : []);
  const legal = Object.fromEntries(required.map((key) => [key, properties[key].examples[0]]));
  const models = valuesOf(properties.model).map((model): [string, Cells] => {
    const own = tiers.filter((one) => valuesOf(one.properties.model).includes(model));
    const needed = own.flatMap((one) =>
      (one.required ?? []).map((key: string) => [key, one.properties[key].examples?.[0]]),
    );
    const body = { ...Object.fromEntries(needed), ...legal, model };
    const rows = valuesOf(properties.duration).map((duration): [number, string[]] => {
      const resolutions = valuesOf(properties.resolution);
      return [duration, resolutions.filter((resolution) => accepts({ ...body, duration, resolution }))];
    });
    const tier = own.find((one) => one.properties.resolution?.default);
    return [
      model,
      {
        // S2V-01 takes no duration, and makes 6 seconds.
        duration: properties.duration ? properties.duration.default : 6,
        resolution: (tier?.properties ?? properties).resolution?.default,
        accepts: rows.filter(([, resolutions]) => resolutions.length),
      },
    ];
  });
  return Object.fromEntries(models);
}

/** The names of all fields that a request schema takes, those of single tiers last. */
export function fieldsOf(document: Document, name: string): string[] {
  return Object.keys(allProperties(document, name));
}

/** All properties of a request schema, those of single tiers too. */
export function allProperties(document: Document, name: string): Record<string, Json> {
  const { properties, tiers } = mergedParts(document, name);
  return { ...properties, ...Object.assign({}, ...tiers.map((tier) => accepted(tier.properties))), ...properties };
}

/** The values of each field of a request schema that lists them. */
export function choicesOf(document: Document, name: string): Record<string, Json[]> {
  const listed = Object.entries(allProperties(document, name)).filter(([, { enum: values }]) => values);
  return Object.fromEntries(listed.map(([field, { enum: values }]) => [field, values]));
}

/** What the parts of a schema's `allOf` say together: properties with their annotations, required fields, the `oneOf` tiers. */
export function mergedParts(document: Document, name: string) {
  const flat = (schema: Json): Json[] => [...(schema.allOf ?? []).flatMap(flat), schema];
  const parts = flat(dereference(document, document.components.schemas[name], { annotated: true }));
  const properties: Record<string, Json> = {};
  for (const [name, schema] of parts.flatMap((part) => Object.entries(accepted(part.properties))))
    properties[name] = { ...properties[name], ...schema };
  const required = [...new Set<string>(parts.flatMap((part) => part.required ?? []))];
  return { properties, required, tiers: parts.flatMap((part): Json[] => part.oneOf ?? []) };
}

function accepted(properties: Record<string, Json> = {}): Record<string, Json> {
  return Object.fromEntries(Object.entries(properties).filter(([, schema]) => schema !== false));
}

const COUNTING = ["contains", "minItems", "maxItems"];

/**
 * What the counting rules of a request schema require in words, by the `schemaPath` under which ajv reports them: the `x-expects`
 * beside a rule. (The words of a pattern are found by the pattern itself.)
 */
export function expectationsIn(document: Document, name: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (schema: Json, path: string): void => {
    if (schema === null || typeof schema !== "object") return;
    for (const [key, value] of Object.entries<Json>(schema)) {
      if (schema["x-expects"] && COUNTING.includes(key)) found[`${path}/${key}`] = schema["x-expects"];
      visit(value, `${path}/${key}`);
    }
  };
  visit(dereference(document, document.components.schemas[name], { annotated: true }), "#");
  return found;
}
