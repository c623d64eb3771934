import { type Issue, refusal } from "../base/check-result.js";
import { nearest } from "../base/nearest.js";
import { arrayOf, type Fields } from "../base/record.js";
import { choices, expects, fields } from "../generated/offers.js";
import { type RequestName, type SchemaError, validators } from "../generated/validators.js";
import { MODES } from "../kinds/mode.js";
import type { Wording } from "../kinds/request-rules.js";
import type { Kind } from "../media/media.js";
import { adviceOn } from "../media/media-from-bytes.js";
import { digitsIn, insteadOf, MODELS, meantField, meantModel } from "./meant-request.js";

/** Turns the errors of a validator into issues that the author of the request understands. */
export function issuesOf(errors: SchemaError[], body: Fields, mode: RequestName, wording: Wording): Issue[] {
  const { offers = "", wanted = {} } = wording;
  const isTierOpen = errors.some(({ keyword, instancePath }) => keyword === "oneOf" && instancePath === "");
  const relevant = relevantErrors(errors);
  const isTier = ({ schemaPath }: SchemaError) => TIER.test(schemaPath);
  const isOutside = (error: SchemaError) => !isTier(error) && error.keyword !== "unevaluatedProperties";
  const outsideTiers = new Set(relevant.filter(isOutside).map(pointerOf));
  const unique = new Map<string, Issue>();
  for (const error of relevant) {
    const { instancePath, keyword, params, schemaPath } = error;
    // The field may belong to a tier. If no tier matches, the validator does not know their fields.
    if (isTierOpen && fields[mode]?.includes(String(params.unevaluatedProperty))) continue;
    const pointer = pointerOf(error);
    // Without a model, it is unknown which tier was meant.
    const isMeant = keyword !== "required" || body.model !== undefined;
    if (isTier(error) && (outsideTiers.has(pointer) || !isMeant)) continue;
    const path = pointer.slice(1).replace(/\/(?:(\d+)(?=\/|$))?/g, (_, index) => (index ? `[${index}]` : "."));
    // The validator found a value there, so each step leads into an object or an array.
    const steps = instancePath.split("/").slice(1);
    const value = steps.reduce<unknown>((at, step) => (at as Fields)[step], body);
    const counted = wanted[schemaPath];
    const said = counted ? `takes ${counted}` : schemaMessage(error, value, path, mode, wording);
    const message = isTier(error) && offers ? `${said}; ${offers}` : said;
    unique.set(counted ? schemaPath : pointer, refusal(path, keyword, message));
  }
  return [...unique.values()];
}

/** The pointer to the field that an error is about, which may be missing or unexpected. */
function pointerOf({ instancePath, params }: SchemaError): string {
  const extra = params.missingProperty ?? params.unevaluatedProperty ?? params.additionalProperty;
  return extra === undefined ? instancePath : `${instancePath}/${extra}`;
}

/** The (model, duration, resolution) tiers of a mode. */
const TIER = /^#\/allOf\/\d+\/oneOf\/\d+\//;

function schemaMessage(error: SchemaError, value: unknown, path: string, mode: RequestName, wording: Wording): string {
  const { keyword, params } = error;
  const { known = fields[mode] ?? [], choices: narrowed } = wording;
  const accepted = narrowed?.[path] ?? (params.allowedValues as unknown[] | undefined) ?? choices[mode]?.[path] ?? [];
  const [kind] = /image|video|audio/.exec(path.replace(/^media/, "image")) ?? [];
  const advice = adviceOn(value, kind as Kind | undefined);
  const model = path === "model" ? meantModel(value) : undefined;
  if (model) return `is not a known model${got(value)}${didYouMean(model)}`;
  switch (keyword) {
    case "required":
      return `is required for ${MODES[mode]}${accepted.length > 0 ? `: one of ${accepted.join(", ")}` : ""}`;
    case "enum":
      if (path === "model" && MODELS.some((one) => one === value))
        return `${value} does not go with ${MODES[mode]}; ${accepted.join(", ")} do`;
      return `must be one of ${accepted.join(", ")}${got(value)}${meantValue(value, accepted)}`;
    case "const":
      return `must be ${params.allowedValue}${got(value)}${meantValue(value, [params.allowedValue])}`;
    case "type":
      return advice ?? `must be of type ${params.type} (got ${Array.isArray(value) ? "array" : typeof value})`;
    case "pattern":
      return `must ${expects[String(params.pattern)] ?? `be of the form ${params.pattern}`}${advice ? `; ${advice}` : ""}`;
    case "minLength":
    case "maxLength":
      if (params.limit === 1) return "must not be empty";
      return `${keyword === "minLength" ? "needs at least" : "takes at most"} ${params.limit} characters (got ${charactersIn(value)})`;
    case "minItems":
    case "maxItems":
      return `takes at ${keyword === "minItems" ? "least" : "most"} ${params.limit} (got ${arrayOf(value).length})`;
    case "false schema":
      return `does not go with ${MODES[mode]}`;
    case "unevaluatedProperties":
    case "additionalProperties":
      if (Object.values(fields).flat().includes(path) || meantField(path) === path) return unsuitable(path, mode);
      // Only the fields of the request itself are listed, not those of nested objects.
      return `is not a known field${/[.[]/.test(path) ? "" : suggestion(path, mode, known)}`;
    default:
      if (!params.comparison) return `breaks the rule "${keyword}"`;
      return `must be ${params.comparison} ${params.limit}${got(value)}`;
  }
}

/** The value, if it is short and plain. Never a prompt or an image. */
function got(value: unknown): string {
  if (typeof value === "object" || String(value).length > 40) return "";
  return ` (got ${typeof value === "string" ? JSON.stringify(value) : String(value)})`;
}

/** The accepted value that another spelling means: "1080p", "16x9", or "6" for the number. */
function meantValue(value: unknown, accepted: readonly unknown[]): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  const [text, digits] = [String(value).toLowerCase(), digitsIn(value)];
  const close =
    accepted.find((one) => String(one).toLowerCase() === text) ??
    accepted.find((one) => digits && digitsIn(one) === digits);
  return didYouMean(typeof close === "number" ? `the number ${close}` : close);
}

const didYouMean = (meant: unknown) => (meant === undefined ? "" : `; did you mean ${meant}?`);

function unsuitable(field: string, mode: RequestName): string {
  const takers = Object.keys(fields).filter((name) => fields[name]?.includes(field));
  const [isOfV1, ...others] = [mode, ...takers].map((name) => Object.hasOwn(validators.minimax, name));
  // No schema has the references of MiniMax-H3 as fields: they become `content`.
  if (takers.length === 0) others.push(false);
  const owner = others.includes(isOfV1 === true) ? "" : `; it is a field of ${isOfV1 ? "MiniMax-H3" : "API v1"}`;
  return `does not go with ${MODES[mode]}${owner}`;
}

function suggestion(name: string, mode: RequestName, known: readonly string[]): string {
  const instead = insteadOf(name);
  if (instead) return `: ${instead}`;
  const meant = meantField(name);
  if (meant && !known.includes(meant)) return `; ${meant} ${unsuitable(meant, mode)}`;
  return didYouMean(meant ?? nearest(name, known)) || `; the known fields are ${known.join(", ")}`;
}

/** In UTF-16 units. Longer texts are refused for their length without being examined: reading 20 MB would take too long. */
export const LONGEST_TEXT = 20_000;

/** Counts code points, as JSON Schema does. */
function charactersIn(value: unknown): string {
  const text = String(value);
  return text.length >= LONGEST_TEXT ? `over ${LONGEST_TEXT}` : String([...text].length);
}

/** If no branch of a `oneOf` matches, keeps only the errors of the branch the caller most likely meant. */
export function relevantErrors(errors: readonly SchemaError[]): SchemaError[] {
  // `contains` and the `then` of an `if` report errors of their own.
  const said = errors.filter(({ keyword, schemaPath }) => keyword !== "if" && !schemaPath.includes("/contains/"));
  const dropped = new Set(said.flatMap((error, at) => (error.keyword === "oneOf" ? unmeant(error, said, at) : [])));
  return said.filter((error) => error.keyword !== "oneOf" && !dropped.has(error));
}

/** The errors in the branches of a `oneOf` that the caller did not mean. They come right before `end`, its own index. */
function unmeant(oneOf: SchemaError, errors: readonly SchemaError[], end: number): SchemaError[] {
  let start = end;
  while (`${errors[start - 1]?.instancePath}/`.startsWith(`${oneOf.instancePath}/`)) start--;
  const inside = errors.slice(start, end).filter(({ schemaPath }) => schemaPath.startsWith(`${oneOf.schemaPath}/`));
  const branchOf = ({ schemaPath }: SchemaError) => Number.parseInt(schemaPath.slice(oneOf.schemaPath.length + 1), 10);
  // The meant branch is that of the type or the model, else the one with the fewest errors.
  const costs: number[] = [];
  for (const error of inside) costs[branchOf(error)] = (costs[branchOf(error)] ?? 0) + (isOfAnother(error) ? 100 : 1);
  const meant = costs.indexOf(Math.min(...Object.values(costs)));
  // If no branch has the model or type of the request, only that is reported.
  const isUnknown = inside.some((error) => branchOf(error) === meant && isOfAnother(error));
  return inside.filter((error) => branchOf(error) !== meant || (isUnknown && !isOfAnother(error)));
}

/** A different model or type means that another branch was meant. */
function isOfAnother({ keyword, instancePath }: SchemaError): boolean {
  return (keyword === "const" || keyword === "enum") && /\/(model|type)$/.test(instancePath);
}
