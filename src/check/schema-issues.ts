import type { Issue } from "../base/check-result.js";
import { nearest } from "../base/nearest.js";
import { expects, fields } from "../generated/offers.js";
import type { RequestName, SchemaError } from "../generated/validators.js";
import { MODES } from "../kinds/mode.js";
import type { Wording } from "../kinds/request-rules.js";

/** Turns the errors of a validator into issues for the person who wrote the request. */
export function issuesOf(
  errors: SchemaError[],
  body: Record<string, unknown>,
  mode: RequestName,
  { offers = "", known = fields[mode] ?? [], wanted = {} }: Wording,
): Issue[] {
  const isTierOpen = errors.some(({ keyword, instancePath }) => keyword === "oneOf" && instancePath === "");
  const said = relevantErrors(errors);
  const isTier = ({ schemaPath }: SchemaError) => TIER.test(schemaPath);
  const found = new Set(said.filter((error) => !isTier(error)).map(({ instancePath }) => instancePath));
  const unique = new Map<string, Issue>();
  for (const error of said) {
    // The field may belong to a tier: while none matches, a validator knows the fields of none.
    if (isTierOpen && fields[mode]?.includes(String(error.params.unevaluatedProperty))) continue;
    if (isTier(error) && found.has(error.instancePath)) continue;
    const counted = wanted[error.schemaPath];
    const issue = issueOf(error, body, mode, known);
    if (counted) unique.set(error.schemaPath, { ...issue, message: `takes ${counted}` });
    else unique.set(key(error), isTier(error) ? withOffers(issue, offers) : issue);
  }
  return [...unique.values()];
}

/** The (model, duration, resolution) tiers of a mode. */
const TIER = /^#\/allOf\/\d+\/oneOf\/\d+\//;

function key({ instancePath, keyword, params }: SchemaError): string {
  return keyword === "required" || keyword.endsWith("Properties")
    ? instancePath + JSON.stringify(params)
    : instancePath;
}

function withOffers({ message, ...issue }: Issue, offers: string): Issue {
  return { ...issue, message: offers ? `${message}; ${offers}` : message };
}

function issueOf(
  { instancePath, keyword, params }: SchemaError,
  body: Record<string, unknown>,
  mode: RequestName,
  known: readonly string[],
): Issue {
  const extra = params.missingProperty ?? params.unevaluatedProperty ?? params.additionalProperty;
  const path = dotted(extra === undefined ? instancePath : `${instancePath}/${extra}`);
  const value = instancePath
    .split("/")
    .slice(1)
    .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], body);
  return { path, rule: keyword, severity: "error", message: messageOf(keyword, params, value, path, mode, known) };
}

/** `/subject_reference/0/image` as `subject_reference[0].image`. */
function dotted(pointer: string): string {
  return pointer
    .slice(1)
    .replace(/\/(\d+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".");
}

function messageOf(
  keyword: string,
  params: Record<string, unknown>,
  value: unknown,
  path: string,
  mode: RequestName,
  known: readonly string[],
): string {
  switch (keyword) {
    case "required":
      return `is required for ${MODES[mode]}`;
    case "enum":
      return `must be one of ${(params.allowedValues as unknown[]).join(", ")}${gotValue(value)}`;
    case "const":
      return `must be ${params.allowedValue}${gotValue(value)}`;
    case "type":
      return `must be of type ${params.type} (got ${Array.isArray(value) ? "array" : typeof value})`;
    case "pattern":
      return `must ${expects[String(params.pattern)] ?? `be of the form ${params.pattern}`}`;
    case "minLength":
      return "must not be empty";
    case "maxLength":
      return `takes at most ${params.limit} characters (got ${charactersIn(String(value))})`;
    case "minItems":
    case "maxItems":
      return `takes ${keyword === "minItems" ? "at least" : "at most"} ${params.limit} (got ${(value as unknown[]).length})`;
    case "false schema":
      return `does not go with ${MODES[mode]}`;
    case "unevaluatedProperties":
    case "additionalProperties":
      if (Object.values(fields).flat().includes(path)) return `does not go with ${MODES[mode]}`;
      // Only the fields of the request itself are known, not those of its parts.
      return `is not a known field${/[.[]/.test(path) ? "" : suggestion(path, known)}`;
    default:
      return `breaks the rule "${keyword}"`;
  }
}

/** The value, if it is short and plain. Never a prompt or an image. */
function gotValue(value: unknown): string {
  if (typeof value === "object" || String(value).length > 40) return "";
  return ` (got ${typeof value === "string" ? JSON.stringify(value) : String(value)})`;
}

function suggestion(name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  return close ? `; did you mean ${close}?` : `; the known fields are ${known.join(", ")}`;
}

/** UTF-16 units. The rest of a longer text is not read: counting 20 MB would take too long. */
export const LONGEST_TEXT = 20_000;

/** In code points, as JSON Schema counts. */
function charactersIn(text: string): string {
  return text.length >= LONGEST_TEXT ? `over ${LONGEST_TEXT}` : String([...text].length);
}

/**
 * If no branch of a `oneOf` matches, reports only the errors of the branch the caller most likely meant: for an item of
 * `content` the one of its type and role, for a tier the one of its model, else the one with the fewest errors. Errors inside
 * of `contains` are dropped, because `contains` reports its own.
 */
export function relevantErrors(errors: readonly SchemaError[]): SchemaError[] {
  const said = errors.filter(({ schemaPath }) => !schemaPath.includes("/contains/"));
  const unmeant = said
    .filter(({ keyword }) => keyword === "oneOf")
    .flatMap((oneOf) => {
      const [meant = [], ...others] = [...branchesOf(oneOf, said).values()].sort(
        (one, other) => costOf(one) - costOf(other),
      );
      // If no branch has the model or type of the request, only that is reported.
      return [...others.flat(), ...(costOf(meant) < WEIGHTS.model ? [] : meant.filter((error) => !isOther(error)))];
    });
  const dropped = new Set(unmeant);
  // An `if` only says that its `then` has failed, which is reported anyway.
  return said.filter((error) => error.keyword !== "oneOf" && error.keyword !== "if" && !dropped.has(error));
}

function branchesOf(oneOf: SchemaError, errors: readonly SchemaError[]): Map<string, SchemaError[]> {
  const branches = new Map<string, SchemaError[]>();
  for (const error of errors) {
    const { schemaPath, instancePath } = error;
    const isInside = instancePath === oneOf.instancePath || instancePath.startsWith(`${oneOf.instancePath}/`);
    if (!isInside || !schemaPath.startsWith(`${oneOf.schemaPath}/`)) continue;
    const branch = schemaPath.slice(oneOf.schemaPath.length + 1).split("/", 1)[0] as string;
    branches.set(branch, [...(branches.get(branch) ?? []), error]);
  }
  return branches;
}

/** A different model or type means another branch; a different role may be a mistake. */
const WEIGHTS = { model: 100, type: 100, role: 10 };

function costOf(branch: readonly SchemaError[]): number {
  return branch.reduce((sum, error) => sum + (isOther(error) ? WEIGHTS[fieldOf(error)] : 1), 0);
}

function isOther(error: SchemaError): boolean {
  return (error.keyword === "const" || error.keyword === "enum") && Object.hasOwn(WEIGHTS, fieldOf(error));
}

/** The last step of the path. It is one of the table if `isOther` is true. */
function fieldOf({ instancePath }: SchemaError): keyof typeof WEIGHTS {
  return instancePath.slice(instancePath.lastIndexOf("/") + 1) as keyof typeof WEIGHTS;
}
