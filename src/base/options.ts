import { type Issue, refusal } from "./check-result.js";
import { ValidationError } from "./errors.js";
import { nearest } from "./nearest.js";
import { isOfFields, isRecord } from "./record.js";

/** Returns what an option must be, if the value is something else. */
export type Rule = (value: unknown) => string | undefined;

export type Rules<Options> = { readonly [Name in keyof Options]-?: Rule };

/**
 * Checks the options of a call. Returns a copy, so that each is read only once, even if it is a getter. Undefined counts as absent.
 * @throws {ValidationError} with every option that is unknown, of the wrong type or out of range.
 */
export function assertOptions<Options extends object>(
  call: string,
  options: Options | undefined,
  rules: Rules<Options>,
  undone = "sent",
): Partial<Options> {
  if (options === undefined) return {};
  const refused = `${call} cannot use these options; nothing was ${undone}:`;
  if (!isOfFields(options)) throw new ValidationError(refused, [refusal("", "type", "must be an object of options")]);
  // Own properties, and inherited ones that have the name of an option. Other methods of a class are not options.
  const names = new Set([...Object.keys(options), ...Object.keys(rules).filter((name) => name in options)]);
  const taken = Object.fromEntries([...names].map((name) => [name, options[name]]));
  const issues = optionIssues(taken, rules);
  if (issues.length > 0) throw new ValidationError(refused, issues);
  // Checked by the rules, one for each option.
  return taken as Partial<Options>;
}

export function optionIssues(options: Record<string, unknown>, rules: Record<string, Rule>): Issue[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) return [refusal(name, "unknown", unknownWords(name, Object.keys(rules)))];
    const wanted = rule(value);
    return wanted === undefined ? [] : [refusal(name, "type", `must be ${wanted}`)];
  });
}

function unknownWords(name: string, known: string[]): string {
  const close = nearest(name, known);
  return `is not a known option; ${close ? `did you mean ${close}?` : `the options are ${known.join(", ")}`}`;
}

/** The value, unless it is a long text, which may be a secret. */
function gotText(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return `(got ${value})`;
  if (typeof value === "string" && value.length <= 16) return `(got ${JSON.stringify(value)})`;
  return `(got ${typeWord(value)})`;
}

/** What a value is, without the value: "a number", "an object", "null". */
export function typeWord(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

export function mustBe(wanted: string, accepts: (value: unknown) => boolean): Rule {
  return (value) => (accepts(value) ? undefined : `${wanted} ${gotText(value)}`);
}

const isPositive = (value: unknown) => typeof value === "number" && value > 0;
const isNotNegative = (value: unknown) => value === 0 || isPositive(value);

function hasMethods(value: unknown, methods: string[]): value is Record<string, unknown> {
  return isRecord(value) && methods.every((name) => typeof value[name] === "function");
}

export const aFunction = mustBe("a function", (value) => typeof value === "function");
export const aBoolean = mustBe("true or false", (value) => typeof value === "boolean");
export const aString = mustBe("a string", (value) => typeof value === "string");
export const aText = mustBe("a string that is not empty", (value) => typeof value === "string" && value !== "");
export const aPositiveNumber = mustBe("a number above 0, or Infinity", isPositive);
export const aDuration = mustBe("a number of milliseconds above 0, or Infinity", isPositive);
export const aDurationOrNone = mustBe("a number of milliseconds, 0 or more, or Infinity", isNotNegative);
// A signal of another realm, or of a polyfill, is not an instance of our AbortSignal.
export const aSignal = mustBe(
  "an AbortSignal",
  (value) => hasMethods(value, ["addEventListener", "removeEventListener"]) && typeof value.aborted === "boolean",
);

export function aWholeNumber(from: number): Rule {
  return mustBe(`a whole number, ${from} or more`, (value) => Number.isSafeInteger(value) && (value as number) >= from);
}

export function oneOf(names: readonly string[]): Rule {
  return mustBe(`one of ${names.map((name) => `"${name}"`).join(", ")}`, (value) => names.some((one) => one === value));
}

export function anObjectWith(...methods: string[]): Rule {
  const wanted = `an object with ${methods.map((name) => `${name}()`).join(", ")}`;
  return mustBe(wanted, (value) => hasMethods(value, methods));
}
