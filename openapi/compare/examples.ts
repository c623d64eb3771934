/** Whether the schema of one side takes what the other shows. */
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { Json } from "../documents.js";

/** Why a value is refused, in a line; nothing when it is taken. The value itself is not repeated. */
export type Judge = (value: Json) => string | undefined;

/** Vendors write keywords of their own, and formats that nobody checks. Whether a schema obeys 2020-12 costs more than the rest. */
const OPTIONS = { strict: false, validateFormats: false, validateSchema: false, allErrors: true } as const;

/** A judge by a resolved schema. One that ajv does not understand refuses everything, for that reason. */
export function judge(schema: Json): Judge {
  try {
    const validate = new Ajv2020(OPTIONS).compile(schema);
    return (value) => (validate(value) ? undefined : reasonOf(validate.errors ?? []));
  } catch (error) {
    return () => `it cannot be judged, ${error instanceof Error ? error.message : error}`;
  }
}

/** At most three complaints. Which of several alternatives was meant, ajv cannot know, so that no complaint is better than one. */
function reasonOf(errors: ErrorObject[]): string {
  const alternatives = new Set(errors.map(({ schemaPath }) => /^#\/(?:oneOf|anyOf)\/\d+/.exec(schemaPath)?.[0] ?? ""));
  alternatives.delete("");
  if (alternatives.size > 1) return "it fits none of the alternatives";
  const complaints = errors.filter(({ keyword }) => keyword !== "oneOf" && keyword !== "anyOf").map(complaint);
  return [...new Set(complaints)].slice(0, 3).join("; ") || "it fits more than one of the alternatives";
}

function complaint({ instancePath, keyword, params }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll("/", ".") || "the whole";
  const fact = params.limit ?? Object.values(params)[0];
  return `${place}: ${keyword}${fact === undefined ? "" : ` ${JSON.stringify(fact)}`}`;
}
