/** Prism's two ways of refusing as one: its own problem, and the example of a refusal that the spec declares. */
import { isObject, type JsonObject } from "./request.js";

/** One broken rule. `code` is the keyword of JSON Schema that failed, or `415`; `location` where: `["body", "duration"]`. */
export interface Violation {
  location: string[];
  code: string;
  message: string;
}

/** Why Prism refuses a request, and the body it would answer with. */
export interface Refused {
  status: number;
  headers: Record<string, string>;
  /** Problem+json, or an example of the spec. */
  problem: JsonObject;
  violations: Violation[];
}

/** Prism's error as problem+json, the way Prism's own server writes it. */
export function refusedBy(error: Error): Refused {
  const { name, message, status, detail, additional } = error as Error & JsonObject;
  const { headers, ...details } = isObject(additional) ? additional : {};
  return {
    status: typeof status === "number" ? status : 500,
    headers: isObject(headers) ? Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)])) : {},
    problem: { type: name, title: message, status, detail, ...details },
    violations: violationsIn(details.validation, "location"),
  };
}

/** What Prism answers where the spec declares the status: its first example, which knows nothing of what was broken. */
export interface Declared {
  output: { statusCode: number; body?: unknown };
  validations: { input: readonly unknown[] };
}

/** A declared refusal with what was broken; undefined where nothing was. */
export function refusedAs({ output, validations }: Declared): Refused | undefined {
  const violations = violationsIn(validations.input, "path");
  if (violations.length === 0) return undefined;
  const problem = isObject(output.body) ? output.body : {};
  return { status: output.statusCode, headers: { "sl-violations": inHeader(violations) }, problem, violations };
}

// As Prism's own server cuts it, which would fail at a letter that no header may hold.
const LONGEST_HEADER = 8 * 1024 - 100;

function inHeader(violations: Violation[]): string {
  const named = violations.map((one) => ({ ...one, location: ["request", ...one.location], severity: "Error" }));
  const text = JSON.stringify(named).replace(/[^\x20-\x7e]/g, ([letter = ""]) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return text.length > LONGEST_HEADER ? `Too many violations! ${text.slice(0, LONGEST_HEADER)}` : text;
}

function violationsIn(validation: unknown, place: "location" | "path"): Violation[] {
  if (!Array.isArray(validation)) return [];
  return validation.filter(isObject).map(({ code, message, [place]: location }) => ({
    location: Array.isArray(location) ? location.map(String) : [],
    code: String(code),
    message: String(message),
  }));
}
