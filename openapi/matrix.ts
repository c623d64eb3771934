/** What the request schemas say as tables: their names by mode, their fields, and which model takes which length and size. */
import { type Document, dereference, type Json, strictAjv } from "./documents.js";

/** Schemas of request bodies of V1; the modes of a create singly, so that an error can name the one that was meant. */
export const MODES = ["TextToVideo", "ImageToVideo", "FirstLastFrameToVideo", "SubjectReferenceToVideo"];
export const REQUESTS = [...MODES, "VideoTemplateGenerationReq"];

/** The modes of a create of V2, and all of V2 and of files by operation: each is generated apart, for whoever uses it. */
export const MODES_V2 = ["TextToVideoV2", "FramesToVideoV2", "ReferencesToVideoV2"];
export const GROUPS = {
  v2: MODES_V2,
  prompts: ["TextToPrompt", "FramesToPrompt", "ReferencesToPrompt"],
  regeneration: ["VideoRegenerationSourceTaskReq", "VideoRegenerationBaseVideoReq"],
  files: ["UploadFileReq", "DeleteFileReq"],
};
export const REQUESTS_V2 = Object.values(GROUPS).flat();

/** Seconds and resolution when not told, if that is allowed; pairs of duration (seconds) and resolutions. */
export type Cells = { duration?: number; resolution?: string; accepts: [number, string[]][] };

/** The matrix as the schemas themselves judge it: every duration × resolution that a mode names, tried on every model. */
export function cellsOf(document: Document, modes: string[]): Record<string, Record<string, Cells>> {
  const ajv = strictAjv();
  const rows = modes
    .filter((name) => document.components.schemas[name])
    .map((name) => {
      const schema = document.components.schemas[name];
      const accepts = ajv.compile(dereference(document, schema));
      const { properties, required, branches } = outline(document, schema);
      const values = (key: string): Json[] =>
        properties[key] ? (properties[key].enum ?? [properties[key].const]) : [];
      const legal = Object.fromEntries(required.map((key) => [key, properties[key].examples[0]]));
      const models = values("model").map((model) => {
        const rows = values("duration").map((duration) => {
          const taken = values("resolution").filter((resolution) => accepts({ ...legal, model, duration, resolution }));
          return [duration, taken] as [number, string[]];
        });
        const branch = branches.find(({ properties: own }) => {
          return own.resolution?.default && [own.model?.const, ...(own.model?.enum ?? [])].includes(model);
        });
        const resolution = branch?.properties.resolution?.default ?? properties.resolution?.default;
        const cells: Cells = {
          // S2V-01 takes no duration, and makes 6 seconds.
          duration: properties.duration ? properties.duration.default : 6,
          resolution,
          accepts: rows.filter(([, taken]) => taken.length),
        };
        return [model, cells] as const;
      });
      return [name, Object.fromEntries(models)] as const;
    });
  return Object.fromEntries(rows);
}

/** The names of all fields that a request schema takes, those of single tiers last. */
export function fieldsOf(document: Document, name: string): string[] {
  const { properties, branches } = outline(document, document.components.schemas[name]);
  const ofTiers = branches.flatMap(({ properties }) => Object.entries(properties ?? {}).filter(([, value]) => value));
  return [...new Set([...Object.keys(properties), ...ofTiers.map(([key]) => key)])];
}

/** What the parts of an `allOf` say together: all properties with their annotations, what is required, the `oneOf` tiers. */
export function outline(
  document: Document,
  schema: Json,
): { properties: Record<string, Json>; required: string[]; branches: Json[] } {
  if (schema.$ref) return outline(document, schemaAt(document, schema));
  const parts: Json[] = (schema.allOf ?? []).map((part: Json) => outline(document, part));
  const own = Object.entries<Json>(schema.properties ?? {}).map(([key, value]) => {
    return [key, value.$ref ? schemaAt(document, value) : value] as const;
  });
  return {
    properties: Object.assign(
      {},
      ...parts.map((part) => part.properties),
      Object.fromEntries(own.filter(([, value]) => value)),
    ),
    required: [...new Set([...parts.flatMap((part) => part.required), ...(schema.required ?? [])])],
    branches: [...parts.flatMap((part) => part.branches), ...(schema.oneOf ?? [])],
  };
}

/**
 * What the rules of a request schema want in words, by the `schemaPath` under which ajv reports them: the `x-expects` beside a
 * rule that counts. (A pattern's words are found by the pattern, wherever it stands.)
 */
export function expectationsIn(document: Document, name: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (schema: Json, path: string): void => {
    if (schema === null || typeof schema !== "object") return;
    const { $ref, "x-expects": words, ...rules } = schema;
    if ($ref) visit(schemaAt(document, schema), path);
    for (const [key, value] of Object.entries<Json>(rules)) {
      if (words && COUNTING.includes(key)) found[`${path}/${key}`] = words;
      visit(value, `${path}/${key}`);
    }
  };
  visit(document.components.schemas[name], "#");
  return found;
}

const COUNTING = ["contains", "minItems", "maxItems"];

function schemaAt(document: Document, { $ref }: Json): Json {
  return document.components.schemas[$ref.replace("#/components/schemas/", "")];
}
