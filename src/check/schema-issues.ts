import type { Issue } from "../base/check-result.js";
import { nearest } from "../base/nearest.js";
import { expects, fields } from "../generated/offers.js";
import type { RequestName, SchemaError } from "../generated/validators.js";
import { MODES } from "../kinds/mode.js";
import { blamed } from "./branches.js";

export interface Wording {
  /** What the model of the request can do, said with whatever its tier refuses. */
  offers?: string;
  /** What may be written, where that is more than the schema has. */
  known?: readonly string[];
  /** What a counting rule wants, by the `schemaPath` of its error. */
  wanted?: Record<string, string>;
}

/** What the findings of a validator mean to the person who wrote the request. */
export function issuesOf(
  errors: SchemaError[],
  body: Record<string, unknown>,
  mode: RequestName,
  { offers = "", known = fields[mode] ?? [], wanted = {} }: Wording,
): Issue[] {
  const isTierOpen = errors.some(({ keyword, instancePath }) => keyword === "oneOf" && instancePath === "");
  const said = blamed(errors);
  const isTier = ({ schemaPath }: SchemaError) => TIER.test(schemaPath);
  const found = new Set(said.filter((error) => !isTier(error)).map(({ instancePath }) => instancePath));
  const unique = new Map<string, Issue>();
  for (const error of said) {
    // What no tier takes may be a field of one: no validator comes to know it.
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

/** `/subject_reference/0/image` as one would write it: `subject_reference[0].image`. */
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
      return `must be one of ${(params.allowedValues as unknown[]).join(", ")}${got(value)}`;
    case "const":
      return `must be ${params.allowedValue}${got(value)}`;
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
      // What is known are the fields of the request, not those of its parts.
      return `is no option here${/[.[]/.test(path) ? "" : suggestion(path, known)}`;
    default:
      return `breaks the rule "${keyword}"`;
  }
}

/** The offending value, where it is short and plain; never a prompt or an image. */
function got(value: unknown): string {
  if (typeof value === "object" || String(value).length > 40) return "";
  return ` (got ${typeof value === "string" ? JSON.stringify(value) : String(value)})`;
}

function suggestion(name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  return close ? `; did you mean ${close}?` : `; known are ${known.join(", ")}`;
}

/** Longer texts are refused unread: nobody waits for 20 MB to be counted. In UTF-16 units. */
export const LONGEST_TEXT = 20_000;

/** Code points, which is how JSON Schema counts. */
function charactersIn(text: string): string {
  return text.length >= LONGEST_TEXT ? `over ${LONGEST_TEXT}` : String([...text].length);
}
