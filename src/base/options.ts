import type { Issue } from "./check-result.js";
import { ValidationError } from "./errors.js";
import { nearest } from "./nearest.js";
import { isRecord } from "./record.js";

/** Returns what an option must be, if the value is something else. */
export type Rule = (value: unknown) => string | undefined;

/** A rule for each option of a call. */
export type Rules<Options> = { readonly [Name in keyof Options]-?: Rule };

/**
 * Checks the options of a call before anything is sent. Returns a copy, so that each option is read only once, even if it is a
 * getter. An option that is undefined counts as absent.
 * @throws {ValidationError} with every option that is unknown, of the wrong type or out of range.
 */
export function assertOptions<Options extends object>(
  call: string,
  options: Options | undefined,
  rules: Rules<Options>,
): Partial<Options> {
  if (options === undefined) return {};
  const taken = isRecord(options) ? readOnce(options, rules) : undefined;
  const issues = taken ? optionIssues(taken, rules) : [issue("", "type", "must be an object")];
  if (issues.length > 0) throw new ValidationError(`${call} cannot use these options; nothing was sent:`, issues);
  // Checked by the rules, one for each option.
  return taken as Partial<Options>;
}

/** The own properties, and inherited ones that have the name of an option. Other methods of a class are no options. */
function readOnce(options: Record<string, unknown>, rules: object): Record<string, unknown> {
  const names = new Set([...Object.keys(options), ...Object.keys(rules).filter((name) => name in options)]);
  return Object.fromEntries([...names].map((name) => [name, options[name]]));
}

/** The issues of options or settings. */
export function optionIssues(options: Record<string, unknown>, rules: Record<string, Rule>): Issue[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) return value === undefined ? [] : [issue(name, "unknown", unknownWords(name, Object.keys(rules)))];
    const wanted = value === undefined ? undefined : rule(value);
    return wanted === undefined ? [] : [issue(name, "type", `must be ${wanted}`)];
  });
}

function issue(path: string, rule: string, message: string): Issue {
  return { path, rule, severity: "error", message };
}

function unknownWords(name: string, known: string[]): string {
  const close = nearest(name, known);
  return `is not a known option; ${close ? `did you mean ${close}?` : `the options are ${known.join(", ")}`}`;
}

/** The value, as far as it may be shown: a long text may be a secret. */
function gotText(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return `(got ${value})`;
  if (typeof value === "string" && value.length <= 16) return `(got ${JSON.stringify(value)})`;
  return `(got ${typeof value === "object" ? "an object" : `a ${typeof value}`})`;
}

/** A rule for values that a test accepts. */
export function mustBe(wanted: string, accepts: (value: unknown) => boolean): Rule {
  return (value) => (accepts(value) ? undefined : `${wanted} ${gotText(value)}`);
}

const isNumber = (value: unknown): value is number => typeof value === "number" && !Number.isNaN(value);

export const aFunction = mustBe("a function", (value) => typeof value === "function");
export const aBoolean = mustBe("true or false", (value) => typeof value === "boolean");
export const aString = mustBe("a string", (value) => typeof value === "string");
export const aText = mustBe("a string that is not empty", (value) => typeof value === "string" && value !== "");
export const aDuration = mustBe(
  "a number of milliseconds above 0, or Infinity",
  (value) => isNumber(value) && value > 0,
);
export const aDurationOrNone = mustBe(
  "a number of milliseconds from 0 on, or Infinity",
  (value) => isNumber(value) && value >= 0,
);
export const aPositiveNumber = mustBe("a number above 0, or Infinity", (value) => isNumber(value) && value > 0);
// A signal of another realm, or of a polyfill, is no instance of our AbortSignal.
export const aSignal = mustBe(
  "an AbortSignal",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "aborted" in value &&
    typeof value.aborted === "boolean" &&
    ["addEventListener", "removeEventListener"].every((name) => typeof Reflect.get(value, name) === "function"),
);

export function aWholeNumber(from: number): Rule {
  return mustBe(`a whole number from ${from} on`, (value) => Number.isSafeInteger(value) && (value as number) >= from);
}

export function oneOf(names: readonly string[]): Rule {
  return mustBe(`one of ${names.map((name) => `"${name}"`).join(", ")}`, (value) => names.some((one) => one === value));
}

/** An object with these methods. */
export function anObjectWith(...methods: string[]): Rule {
  return mustBe(
    `an object with ${methods.map((name) => `${name}()`).join(", ")}`,
    (value) =>
      typeof value === "object" &&
      value !== null &&
      methods.every((name) => typeof (value as Record<string, unknown>)[name] === "function"),
  );
}
