/** Which rule of its mode a request of V2 breaks, in words: by the generated validators, which judge as Prism does. */
import { expects } from "../../generated/offers.js";
import { expectsV2 } from "../../generated/offers-v2.js";
import type { RequestNameV2, SchemaError, Validator } from "../../generated/validators.js";

/** The rule to tell of; undefined where the body obeys all of them. */
export async function brokenRule(mode: RequestNameV2, body: unknown): Promise<string | undefined> {
  const validate = await validatorOf(mode);
  validate(body);
  const error = worst(validate.errors ?? []);
  return error && told(error, mode);
}

/** Loaded when somebody is refused: they are large. */
async function validatorOf(mode: RequestNameV2): Promise<Validator> {
  const [videos, prompts, regenerations] = await Promise.all([
    import("../../generated/validators-v2.js"),
    import("../../generated/validators-prompts.js"),
    import("../../generated/validators-regeneration.js"),
  ]);
  const all: Partial<Record<RequestNameV2, Validator>> = {
    ...videos.validatorsV2,
    ...prompts.validatorsPrompts,
    ...regenerations.validatorsRegeneration,
  };
  const found = all[mode];
  if (!found) throw new Error(`There is no validator for ${mode}.`);
  return found;
}

/** The error to tell: what is missing first, as the service does. Of alternatives only those of the given type or model. */
function worst(errors: readonly SchemaError[]): SchemaError | undefined {
  const wrongKind = ({ keyword, instancePath }: SchemaError) =>
    keyword === "const" && /\/(type|model)$/.test(instancePath);
  // What a rule that counts has found in single items is no mistake by itself.
  const own = errors.filter(({ schemaPath }) => !schemaPath.includes("/contains/"));
  const unmeant = own.filter(wrongKind).map(alternativeOf);
  const meant = own.filter((error) => !unmeant.includes(alternativeOf(error)));
  const plain = meant.filter(({ keyword }) => keyword !== "oneOf");
  return plain.find(({ keyword }) => keyword === "required") ?? plain[0] ?? meant[0];
}

/** The branch of a oneOf that an error is from, and the item that it was tried on. Without a branch, the rule itself. */
function alternativeOf({ schemaPath, instancePath }: SchemaError): string {
  const [branch = schemaPath] = /^.*\/oneOf\/\d+(?=\/)/.exec(schemaPath) ?? [];
  const [item = ""] = /^\/content\/\d+/.exec(instancePath) ?? [];
  return `${branch} of ${item}`;
}

function told({ keyword, params, instancePath, schemaPath }: SchemaError, mode: RequestNameV2): string {
  const path = instancePath.slice(1).replaceAll("/", ".");
  const { missingProperty, additionalProperty, unevaluatedProperty } = params;
  // The service's words for a field that is not there.
  if (missingProperty) return `binding: expr_path=${inside(path, missingProperty)}, cause=missing required parameter`;
  const surplus = additionalProperty ?? unevaluatedProperty;
  if (surplus !== undefined) return `${inside(path, surplus)}: is not taken here`;
  const counted = expectsV2[mode][schemaPath];
  return `${path || "the body"}: must ${counted ? `have ${counted}` : wanted(keyword, params)}`;
}

function inside(path: string, name: unknown): string {
  return path ? `${path}.${name}` : String(name);
}

function wanted(keyword: string, { type, allowedValues, allowedValue, pattern, limit }: SchemaError["params"]): string {
  if (keyword === "type") return `be of type ${type}`;
  if (Array.isArray(allowedValues)) return `be one of ${allowedValues.join(", ")}`;
  if (keyword === "const") return `be ${allowedValue}`;
  if (keyword === "pattern") return expects[String(pattern)] ?? `be of the form ${pattern}`;
  if (keyword === "minLength") return `be at least ${limit} character`;
  if (keyword === "maxLength") return `be at most ${limit} characters`;
  return keyword === "false schema" ? "be left out" : "be one of the documented items";
}
