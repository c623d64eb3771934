/** Whether the schema of one side takes what the other shows. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { Json } from "../documents.js";

/** Why a value is refused, in a line; nothing when it is taken. The value itself is not repeated. */
export type Judge = (value: Json) => string | undefined;

/** A judge by a resolved schema, or what keeps ajv from understanding it. */
export function judge(schema: Json): Judge | { problem: string } {
  // Lenient: vendors write keywords of their own, and formats that nobody checks.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(schema);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  return (value) => (validate(value) ? undefined : reasonOf(validate.errors ?? []));
}

/** Of alternatives, the one that came closest: it complains least. All of its complaints, but no more than three. */
function reasonOf(errors: ErrorObject[]): string {
  const alternatives = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    if (error.keyword === "oneOf" || error.keyword === "anyOf") continue;
    const [branch = ""] = /^#\/(?:oneOf|anyOf)\/\d+/.exec(error.schemaPath) ?? [];
    alternatives.set(branch, [...(alternatives.get(branch) ?? []), error]);
  }
  const [closest = []] = [...alternatives.values()].sort((one, other) => one.length - other.length);
  if (closest.length === 0) return "it fits more than one of the alternatives";
  return [...new Set(closest.map(complaint))].slice(0, 3).join("; ");
}

function complaint({ instancePath, keyword, params }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll("/", ".") || "the whole";
  const [fact] = Object.values(params);
  return `${place}: ${keyword}${fact === undefined ? "" : ` ${JSON.stringify(fact)}`}`;
}
